"""What the causes of dead letters mean, and whether a record could be answered today. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET

from contract.blocks import BLOCK_TYPE, decode_block
from contract.codes import ErrorCode
from contract.errors import MessageError
from contract.headers import header
from contract.messages import REQUEST_TYPE, decode_request
from contract.seal.envelope import is_sealed
from contract.topics import BATCH_REQUESTS, REQUESTS


@dataclass(frozen=True)
class Explanation:
    """A cause in words."""

    meaning: str
    remedy: str
    """What upstream must do."""


def _features(meaning: str, remedy: str) -> Explanation:
    return Explanation(meaning, f"{remedy}; the model's schema lists what is allowed (`neoscore model show`).")


EXPLANATIONS: Mapping[ErrorCode, Explanation] = {
    ErrorCode.MALFORMED_MESSAGE: Explanation(
        "The bytes could not be read at all: not one JSON object in UTF-8 or, on the batch lane, not an Arrow stream.",
        "Find the sender that writes such bytes, correct how it encodes, and send the request again.",
    ),
    ErrorCode.INVALID_MESSAGE: Explanation(
        "The value is JSON, but no score request: a field is missing, unknown or of the wrong type.",
        "Compare the message with docs/asyncapi.yaml, correct it, and send the request again.",
    ),
    ErrorCode.MESSAGE_TOO_LARGE: Explanation(
        "The value is larger than a request may be.",
        "Leave out what a request does not need, or send blocks on the batch lane.",
    ),
    ErrorCode.UNSUPPORTED_VERSION: Explanation(
        "The ce_type header names another message, or a version that the worker which read it did not know.",
        "Send the version that the workers know, or start workers that know this one, and redrive or send again.",
    ),
    ErrorCode.NOT_A_PSEUDONYM: Explanation(
        "The client reference is no pseudonym; it may be a customer number, which must not come here.",
        "Send the HMAC of the customer number under the bank's pseudonym key, as docs/database.md says.",
    ),
    ErrorCode.SEAL_REQUIRED: Explanation(
        "The payload was readable, where only sealed ones are taken.",
        "Give the sender the installation's NEOSCORE_SEAL_KEY, and send the request again.",
    ),
    ErrorCode.SEAL_UNREADABLE: Explanation(
        "The payload was sealed for workers, or for a time, that are gone; nobody can open it any more.",
        "Send the request again; requesters of this project do so by themselves while they wait.",
    ),
    ErrorCode.SEAL_BROKEN: Explanation(
        "The seal was changed on the way, or was made under another seal key.",
        "Compare the sender's NEOSCORE_SEAL_KEY with the workers', and find out who writes to the topic.",
    ),
    ErrorCode.EMPTY_BLOCK: Explanation(
        "The block has no row, so there is nobody to score.", "Send no empty blocks; nothing is missing."
    ),
    ErrorCode.BLOCK_TOO_LARGE: Explanation(
        "The block has more rows than a worker takes at a time.", "Cut it into blocks of at most 1,024 rows."
    ),
    ErrorCode.INVALID_BLOCK: Explanation(
        "The value is an Arrow stream, but its columns or its metadata are not those of a block of requests.",
        "Compare the block with docs/asyncapi.yaml, correct it, and send it again.",
    ),
    ErrorCode.INVALID_FEATURES: _features("Some feature values are at fault.", "Correct them and send again"),
    ErrorCode.UNKNOWN_FEATURE: _features("A feature has a name that the model does not know.", "Leave it out"),
    ErrorCode.MISSING_FEATURE: _features("A feature that must have a value has none.", "Send its value"),
    ErrorCode.WRONG_TYPE: _features("A feature's value is of another type than the schema says.", "Correct the type"),
    ErrorCode.NOT_FINITE: _features("A feature's value is not a finite number.", "Send a number, or null"),
    ErrorCode.OUT_OF_BOUNDS: _features("A feature's value lies outside its bounds.", "Correct the value"),
    ErrorCode.UNKNOWN_LEVEL: _features("A feature's value is none of its levels.", "Send one of the levels"),
    ErrorCode.DEADLINE_PASSED: Explanation(
        "The request was read after the time until which its answer was of use.",
        "Send the request again with a later expires_at, if somebody still needs the answer.",
    ),
    ErrorCode.NOT_CACHED: Explanation(
        "A request without features found no result of its client still alive.", "Send the request with its features."
    ),
    ErrorCode.MODEL_FAILED: Explanation(
        "The model could not score these values; the scorer is at fault.",
        "Nothing at first: redrive it while it lives, and report the model's version if that fails too.",
    ),
    ErrorCode.INTERNAL_ERROR: Explanation(
        "The scorer failed in a way it did not foresee; its log has the place.",
        "Nothing at first: redrive it while it lives, and report the line of the worker's log if that fails too.",
    ),
}

NO_WAY_BACK = (
    "It named neither a request nor a client: no request_id and no client_ref in the value, no ce_id header, and no "
    "readable key. Nobody could have matched an answer, so none was sent."
)
"""Why a record becomes a dead letter rather than an answer, whatever its cause."""


def redrive_blocker(
    topic: str, value: bytes | None, headers: Sequence[tuple[str, bytes]], now: datetime
) -> ErrorCode | None:
    """Return what keeps a worker of this version from answering the record with a score; None when nothing does.

    `topic` is one of the two request topics. Feature values are not judged: those at fault get an answer that says so.
    """
    expected = {REQUESTS: REQUEST_TYPE, BATCH_REQUESTS: BLOCK_TYPE}[topic]
    if header(headers, "ce_type") not in (None, expected):
        return ErrorCode.UNSUPPORTED_VERSION
    if is_sealed(value or b""):
        return ErrorCode.SEAL_UNREADABLE  # nobody but a worker of that time could say more
    try:
        expires_at = _expiry_of_request(value or b"") if topic == REQUESTS else decode_block(value or b"")[0].expires_at
    except MessageError as error:
        return error.code
    return ErrorCode.DEADLINE_PASSED if expires_at is not None and expires_at < now else None


def _expiry_of_request(value: bytes) -> datetime | None:
    expires_at = decode_request(value).expires_at
    return None if expires_at is UNSET else expires_at
