"""Closed vocabularies of the contract: statuses, risk bands and error codes.

`ErrorCode` is the one table of error codes. Whatever must know a code (the AsyncAPI document, the exceptions of
requesters, dead letters, the gateway's status, the advisor's screen, docs/errors.md) reads it from here.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from contract.advisor_texts import CLIENT_DATA, ENGINE_FAILED, SETUP, TOO_LARGE, AdvisorText


class Status(StrEnum):
    """How a request ended. Every request ends in exactly one of these."""

    SCORED = "scored"
    """The model gave a probability of default."""

    REJECTED = "rejected"
    """The request is invalid; sending it again unchanged will fail again."""

    EXPIRED = "expired"
    """The request was read after its `expires_at`."""

    FAILED = "failed"
    """The scorer failed; the same request may succeed later."""


class Band(StrEnum):
    """Coarse reading of a probability of default against the decision threshold."""

    LOW = "low"
    """Below half the threshold."""

    MEDIUM = "medium"
    """From half the threshold up to the threshold."""

    HIGH = "high"
    """At or above the threshold."""


class Kem(StrEnum):
    """How a session key is encrypted for a worker: the key encapsulation mechanism of HPKE (RFC 9180)."""

    X25519 = "x25519"
    """DHKEM(X25519, HKDF-SHA256), 0x0020."""

    X25519_MLKEM768 = "x25519-mlkem768"
    """MLKEM768-X25519, 0x647a: safe as long as one of its two parts is; ML-KEM withstands quantum computers."""


class ErrorSpec(NamedTuple):
    """What is known about an error code."""

    status: Status
    """How a request with this error ends; decides which exception a requester raises."""
    http_status: int
    """Status of the gateway's response."""
    meaning: str
    remedy: str
    """What the upstream system must do."""
    advisor: Mapping[str, AdvisorText]
    """Language tag → text. May name `{low}` and `{high}`, the bounds of the feature."""
    retryable: bool = False
    """Whether the same request, sent again, may succeed."""
    dead_letter: bool = False
    """Whether a record with this error may be a dead letter: it need not identify a request or a client."""
    of_feature: bool = False
    """Whether it is the error of a single feature, which appears in `fields` only."""


def _rejected(
    code: str,
    meaning: str,
    remedy: str,
    advisor: Mapping[str, AdvisorText],
    *,
    http_status: int = 422,
    dead_letter: bool = False,
) -> tuple[str, ErrorSpec]:
    return code, ErrorSpec(Status.REJECTED, http_status, meaning, remedy, advisor, dead_letter=dead_letter)


def _feature(code: str, meaning: str, remedy: str, *, en: str, fr: str) -> tuple[str, ErrorSpec]:
    remedy = f"{remedy}; the model's schema lists what is allowed (`neoscore model show`)."
    advisor = {"en": AdvisorText(en), "fr": AdvisorText(fr)}
    return code, ErrorSpec(Status.REJECTED, 422, meaning, remedy, advisor, of_feature=True)


class ErrorCode(StrEnum):
    """Stable, machine-readable reasons for a result that is not `scored`."""

    spec: ErrorSpec

    def __new__(cls, value: str, spec: ErrorSpec | None = None) -> "ErrorCode":
        """Create a member; looking one up by its value does not come here."""
        if spec is None:
            raise TypeError(f"the error code {value} needs an ErrorSpec")
        member = str.__new__(cls, value)
        member._value_ = value
        member.spec = spec
        return member

    MALFORMED_MESSAGE = _rejected(
        "malformed_message",
        "The bytes could not be decoded: not one JSON object in UTF-8 or, on the batch lane, not an Arrow stream.",
        "Find the sender that writes such bytes, correct its encoding, and send the request again.",
        SETUP,
        http_status=400,
        dead_letter=True,
    )
    INVALID_MESSAGE = _rejected(
        "invalid_message",
        "The value is JSON but not a score request: a field is missing, unknown or of the wrong type.",
        "Compare the message with docs/asyncapi.yaml, correct it, and send the request again.",
        SETUP,
        dead_letter=True,
    )
    MESSAGE_TOO_LARGE = _rejected(
        "message_too_large",
        "The value is larger than the lane accepts.",
        "Leave out what the request does not need, or send blocks on the batch lane.",
        TOO_LARGE,
        http_status=413,
        dead_letter=True,
    )
    UNSUPPORTED_VERSION = _rejected(
        "unsupported_version",
        "The `ce_type` header names another message, or a version that the worker does not know.",
        "Send a version that the workers know, or start workers that know this one and redrive the record.",
        SETUP,
        dead_letter=True,
    )
    NOT_A_PSEUDONYM = _rejected(
        "not_a_pseudonym",
        "`client_ref` is not a pseudonym. It may be a customer number, so it is not repeated anywhere.",
        "Send the HMAC of the customer number under the bank's pseudonym key, as docs/database.md explains.",
        {
            "en": AdvisorText(
                "This client’s reference is not valid",
                "No score can be requested for a customer number. Contact the operations team.",
            ),
            "fr": AdvisorText(
                "La référence de ce client n’est pas valide",
                "Aucun score ne peut être demandé pour un numéro client. Contactez l’équipe d’exploitation.",
            ),
        },
        dead_letter=True,
    )
    SEAL_REQUIRED = _rejected(
        "seal_required",
        "The payload is not sealed, but only sealed payloads are accepted.",
        "Give the sender the installation's NEOSCORE_SEAL_KEY, and send the request again.",
        SETUP,
        dead_letter=True,
    )
    UNKNOWN_SEALING_KEY = (
        "unknown_sealing_key",
        ErrorSpec(
            Status.FAILED,
            502,
            "The payload is sealed for keys that no worker has any more.",
            "Send the request again; requesters of this project do so automatically while they wait.",
            ENGINE_FAILED,
            retryable=True,
            dead_letter=True,
        ),
    )
    INVALID_SEAL = _rejected(
        "invalid_seal",
        "The sealed payload was changed in transit, or was sealed under another seal key.",
        "Compare the sender's NEOSCORE_SEAL_KEY with the workers', and find out who writes to the topic.",
        SETUP,
        dead_letter=True,
    )
    REPLAYED_REQUEST = _rejected(
        "replayed_request",
        "The sealed request is a copy of one that was processed before. The first one was answered.",
        "Nothing, if a producer sent the record again after a network error; else find out who writes to the topic.",
        SETUP,
        dead_letter=True,
    )
    EMPTY_BLOCK = _rejected(
        "empty_block",
        "The block has no row.",
        "Send no empty blocks; no client is missing.",
        SETUP,
        dead_letter=True,
    )
    BLOCK_TOO_LARGE = _rejected(
        "block_too_large",
        "The block has more rows than a worker accepts.",
        "Split it into blocks of at most 1,024 rows.",
        TOO_LARGE,
        http_status=413,
        dead_letter=True,
    )
    INVALID_BLOCK = _rejected(
        "invalid_block",
        "The value is an Arrow stream, but its columns or its metadata are not those of a ScoreBlock.",
        "Compare the block with docs/asyncapi.yaml, correct it, and send it again.",
        SETUP,
        dead_letter=True,
    )
    INVALID_FEATURES = _rejected(
        "invalid_features",
        "One or more features are invalid; `fields` names each with its own code.",
        "Correct them and send again; the model's schema lists what is allowed (`neoscore model show`).",
        CLIENT_DATA,
    )
    UNKNOWN_FEATURE = _feature(
        "unknown_feature",
        "The model has no feature of this name.",
        "Leave the feature out",
        en="not used by the model",
        fr="inconnue du modèle",
    )
    TOO_MANY_FEATURES = _feature(
        "too_many_features",
        "More features are named than the model's schema has and a hundred others. None of them was looked at.",
        "Send the features of the model only",
        en="more values than the model can read",
        fr="plus de valeurs que le modèle n’en lit",
    )
    MISSING_FEATURE = _feature(
        "missing_feature",
        "A required feature is absent or null.",
        "Send its value",
        en="not provided",
        fr="non renseigné",
    )
    WRONG_TYPE = _feature(
        "wrong_type",
        "The value is not of the type that the schema declares.",
        "Correct the type",
        en="unexpected type of value",
        fr="type de valeur inattendu",
    )
    NOT_FINITE = _feature(
        "not_finite",
        "The value is not a finite number.",
        "Send a number, or null",
        en="not a valid number",
        fr="nombre non valide",
    )
    OUT_OF_BOUNDS = _feature(
        "out_of_bounds",
        "The value is outside the feature's bounds.",
        "Correct the value",
        en="value outside {low} – {high}",
        fr="valeur hors de la plage {low} – {high}",
    )
    UNKNOWN_LEVEL = _feature(
        "unknown_level",
        "The value is not one of the feature's levels.",
        "Send one of the levels",
        en="value unknown to the model",
        fr="valeur inconnue du modèle",
    )
    DEADLINE_EXCEEDED = (
        "deadline_exceeded",
        ErrorSpec(
            Status.EXPIRED,
            504,
            "The request was read after its deadline (`expires_at`).",
            "Send the request again with a later expires_at, if the result is still needed.",
            {
                "en": AdvisorText(
                    "The request expired", "The time limit has passed, probably because the service is busy. Try again."
                ),
                "fr": AdvisorText(
                    "La demande a expiré",
                    "Le délai de traitement est dépassé, sans doute parce que le service est très sollicité. "
                    "Réessayez.",
                ),
            },
            retryable=True,
        ),
    )
    NOT_CACHED = _rejected(
        "not_cached",
        "A request without features found no cached result of its client.",
        "Send the request with its features.",
        {
            "en": AdvisorText("The score has expired", "Calculate it again."),
            "fr": AdvisorText("Le score a expiré", "Recalculez-le."),
        },
    )
    MODEL_FAILED = (
        "model_failed",
        ErrorSpec(
            Status.FAILED,
            502,
            "The model could not score these values; the worker failed, the request is valid.",
            "Redrive the record while it is still readable. If that fails too, report the model version.",
            ENGINE_FAILED,
            retryable=True,
        ),
    )
    INTERNAL_ERROR = (
        "internal_error",
        ErrorSpec(
            Status.FAILED,
            502,
            "Unexpected internal error in the worker; its log names the place.",
            "Redrive the record while it is still readable. If that fails too, report the line of the worker's log.",
            ENGINE_FAILED,
            retryable=True,
            dead_letter=True,
        ),
    )
