"""Bodies of requests and responses, but for those that are messages of the contract."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from contract.codes import ErrorCode
from contract.errors import JSON_DECODE_ERRORS
from contract.messages import MAX_DETAIL_LENGTH, ClientRef, ModelRef
from producers.gateway.problems import ProblemError

T = TypeVar("T")


class PredictRequest(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Request the probability of default of one client."""

    features: Annotated[
        dict[str, Any] | list[Any],
        Meta(description="feature name → value, or the values alone in the order of `GET /model`"),
    ]
    client_ref: Annotated[
        ClientRef | None, Meta(description="pseudonym of the client; generated if omitted, and then of no client")
    ] = None
    explain: Annotated[bool, Meta(description="false leaves out `contributions` and `reasons`")] = True


class ClientData(Struct, frozen=True, forbid_unknown_fields=True):
    """What the bank knows of one client."""

    features: Annotated[dict[str, Any], Meta(description="feature name → value; all that the client is to have")]


class StoredClient(Struct, frozen=True, kw_only=True):
    """A client was stored."""

    client_ref: str
    created: bool
    """Whether the client is new."""


_decoder = msgspec.json.Decoder(PredictRequest)
_client_decoder = msgspec.json.Decoder(ClientData)


def decode_predict_request(body: bytes) -> PredictRequest:
    """Decode a request. Raises ProblemError, whose detail names the invalid field and never its value."""
    return _decode(_decoder, body)


def decode_client_data(body: bytes) -> ClientData:
    """Decode a client's data. Raises ProblemError, whose detail names the invalid field and never its value."""
    return _decode(_client_decoder, body)


def _decode(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise ProblemError(ErrorCode.INVALID_MESSAGE, str(error)[:MAX_DETAIL_LENGTH]) from None
    except JSON_DECODE_ERRORS:
        raise ProblemError(ErrorCode.MALFORMED_MESSAGE, "the body is not one JSON object in UTF-8") from None


class FeatureInfo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feature of the model."""

    name: str
    type: str
    label: str
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    codes: Mapping[str, str | None] = {}
    """Special values that are no amounts, inside or outside the bounds: value as text → meaning; None: missing."""
    outside: Annotated[str, Meta(description="what a number outside the bounds is: `refuse`, `clip` or `missing`")] = (
        "refuse"
    )
    levels: Sequence[str] = ()
    other_level: Annotated[str | None, Meta(description="what levels that are not listed count as")] = None
    missing_allowed: bool = False


class ModelQuality(Struct, frozen=True):
    """How good the model is, out of fold. The model card has more."""

    roc_auc: float
    ks: float
    brier: float
    rows: int
    default_rate: float


class ModelInfo(Struct, frozen=True, kw_only=True):
    """The model, its features in the order of a plain list, and the body of a valid request."""

    model: ModelRef
    threshold: float
    quality: ModelQuality
    features: Sequence[FeatureInfo]
    example: dict[str, Any]


class Readiness(Struct, frozen=True, kw_only=True):
    """Whether requests can be answered now. A component is `ok` or its error; `auth` is `oidc` or `disabled`."""

    ready: bool
    broker: str
    worker: str
    database: str
    model: str
    auth: str


class AccessLogStatus(Struct, frozen=True, kw_only=True):
    """The result of verifying the hash chain of the access log."""

    intact: bool
    entries: int
    head: str
    first_invalid_entry: int | None = None
