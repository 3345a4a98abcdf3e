"""Messages of the interactive lane: JSON, one client each, validated while they are decoded."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contract.codes import Band, ErrorCode, Status
from contract.errors import JSON_DECODE_ERRORS, MessageError
from contract.ids import UUID_PATTERN

REQUEST_TYPE = "neoscore.score.request.v1"
RESULT_TYPE = "neoscore.score.result.v1"
DEAD_LETTER_TYPE = "neoscore.dead-letter.v1"

DEFAULT_TTL_SECONDS = 30
"""A request without `expires_at` is worth answering this long after the broker received it."""

MAX_REQUEST_BYTES = 64 * 1024
"""Several hundred features fit; more is a mistake or an attack."""

MAX_DETAIL_LENGTH = 300
"""Characters of an error's detail: decoders quote names of unknown fields, and schemas have long levels."""

# In Python `$` also matches before a line break at the end: the lengths, and what follows it, say that there is none.
RequestId = Annotated[
    str,
    Meta(pattern=UUID_PATTERN, min_length=36, max_length=36, description="UUID, preferably version 7; echoed verbatim"),
]
ClientRef = Annotated[
    str,
    Meta(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)", description="pseudonym of the client"),
]


class ScoreRequest(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Ask for one client's probability of default. The record's key is `client_ref`."""

    request_id: RequestId
    client_ref: ClientRef
    features: (
        Annotated[
            dict[str, Any],
            Meta(
                description="feature name → value: a number, or a level as text. A number may be written as text ("
                "`1234.5`), a yes or no as a boolean. Absent: a recall, answered from the worker's cache only",
                extra_json_schema={"additionalProperties": {"type": ["number", "string", "boolean", "null"]}},
            ),
        ]
        | UnsetType
    ) = UNSET
    explain: Annotated[bool, Meta(description="false leaves `contributions` and `reasons` out of the answer")] = True
    expires_at: (
        Annotated[
            datetime,
            Meta(
                tz=True,
                description="answered `expired` when read after this moment. Absent: 30 s after the broker received it",
            ),
        ]
        | UnsetType
    ) = UNSET


class Contribution(Struct, frozen=True, gc=False):  # text and numbers make no cycles; there are dozens an answer
    """What one feature adds to this client's risk, counted from the model's starting point."""

    feature: str
    log_odds: Annotated[float, Meta(description="SHAP value; positive raises the risk")]
    probability_contribution: Annotated[
        float,
        Meta(description="this feature's share of `probability - base_probability`; 0.01 is one percentage point"),
    ]


class ModelRef(Struct, frozen=True):
    """Which model answered."""

    name: Annotated[str, Meta(extra={"csv": False})]
    version: str
    digest: Annotated[str, Meta(description="SHA-256 over the checksums of the bundle's files", extra={"csv": False})]


class FieldError(Struct, frozen=True):
    """One invalid feature (or envelope field). Never its value."""

    name: str
    code: ErrorCode
    detail: str


class ErrorInfo(Struct, frozen=True):
    """Why there is no score."""

    code: ErrorCode
    detail: str
    fields: tuple[FieldError, ...] = ()


class RecordPosition(Struct, frozen=True):
    """Where an unreadable request lies: all there is to match its answer by."""

    topic: str
    partition: int
    offset: int


class Scored(Struct, kw_only=True, frozen=True, tag_field="status", tag=str(Status.SCORED)):
    """The probability of default of one client, and what it is made of."""

    status: ClassVar[Status] = Status.SCORED

    request_id: RequestId
    client_ref: ClientRef
    probability: Annotated[float, Meta(ge=0, le=1, description="probability of default (PD) of this client")]
    base_probability: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="the model's starting point, from which contributions are counted: its average over the "
            "training data on the log-odds scale, as a PD. Not the mean PD: with rare defaults it can lie far below",
            extra={"per_block": True},
        ),
    ]
    base_log_odds: Annotated[
        float,
        Meta(
            description="logit of `base_probability`; adding every `log_odds` gives logit of `probability`",
            extra={"per_block": True, "csv": False},
        ),
    ]
    threshold: Annotated[
        float, Meta(ge=0, le=1, description="PD from which the band is high", extra={"per_block": True})
    ]
    band: Annotated[Band, Meta(description="low, medium or high, by the threshold")]
    contributions: Annotated[
        tuple[Contribution, ...],
        Meta(
            description="every feature of the model, strongest first; empty when not requested",
            extra={"per_feature": True},
        ),
    ] = ()
    reasons: Annotated[
        tuple[str, ...],
        Meta(
            description="codes `FEATURE:raises` or `FEATURE:lowers`, strongest first. A contribution of a monotone "
            "feature is none if it contradicts the side of the population's median that the value lies on"
        ),
    ] = ()
    model: Annotated[ModelRef, Meta(extra={"per_block": True})]
    scored_at: Annotated[datetime, Meta(extra={"per_block": True, "csv": False})]
    cached: Annotated[
        bool, Meta(description="answered from the worker's short-lived cache", extra={"block": False})
    ] = False


class _NotScored(Struct, kw_only=True, frozen=True, tag_field="status"):
    request_id: Annotated[
        str | None, Meta(description="null when it could not be read; `position` then says which record this answers")
    ]
    client_ref: str | None
    error: ErrorInfo
    position: Annotated[RecordPosition | None, Meta(extra={"block": False})] = None


class Rejected(_NotScored, frozen=True, tag=str(Status.REJECTED)):
    """The request is invalid; sending it again unchanged will fail again."""

    status: ClassVar[Status] = Status.REJECTED


class Expired(_NotScored, frozen=True, tag=str(Status.EXPIRED)):
    """The request was read too late."""

    status: ClassVar[Status] = Status.EXPIRED


class Failed(_NotScored, frozen=True, tag=str(Status.FAILED)):
    """The scorer failed; the same request may succeed later."""

    status: ClassVar[Status] = Status.FAILED


NotScored: TypeAlias = Rejected | Expired | Failed
ScoreResult: TypeAlias = Scored | Rejected | Expired | Failed


class DeadLetter(Struct, kw_only=True, frozen=True):
    """A record that had no readable return path. Never its payload."""

    cause: ErrorCode
    # A dead letter has no free text to show: on some brokers others may write to the topic.
    topic: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
    partition: int
    offset: int
    key_hash: Annotated[
        str,
        Meta(
            pattern=r"^[0-9a-f]{64}$",
            description="HMAC-SHA256 of the record's key, under a key that lives as long as the worker",
        ),
    ]
    occurred_at: datetime


_encoder = msgspec.json.Encoder()
_request_decoder = msgspec.json.Decoder(ScoreRequest)
_result_decoder: msgspec.json.Decoder[ScoreResult] = msgspec.json.Decoder(ScoreResult)


def encode(message: ScoreRequest | ScoreResult | DeadLetter) -> bytes:
    """Return the message as UTF-8 JSON."""
    return _encoder.encode(message)


def decode_request(value: bytes) -> ScoreRequest:
    """Read a ScoreRequest. Raises MessageError, whose detail names the invalid field and never its value."""
    if len(value) > MAX_REQUEST_BYTES:
        raise MessageError(ErrorCode.MESSAGE_TOO_LARGE, f"a request may have at most {MAX_REQUEST_BYTES} bytes")
    try:
        return _request_decoder.decode(value)
    except msgspec.ValidationError as error:
        raise MessageError(ErrorCode.INVALID_MESSAGE, str(error)) from None
    except JSON_DECODE_ERRORS:
        raise MessageError(ErrorCode.MALFORMED_MESSAGE, "the value is not one JSON object in UTF-8") from None


def decode_result(value: bytes) -> ScoreResult:
    """Read a ScoreResult. Raises MessageError when the value is none."""
    try:
        return _result_decoder.decode(value)
    except JSON_DECODE_ERRORS as error:
        raise MessageError(ErrorCode.INVALID_MESSAGE, f"not a ScoreResult: {type(error).__name__}") from None
