"""Answers that are not a score, as RFC 9457 problem details. No I/O.

No text repeats what was sent, tells where a part of the system is, or whether a client exists to who may not know.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus

import msgspec
from msgspec import Struct

from contract.codes import ErrorCode
from contract.errors import BrokerUnavailable, BundleError, TopicError
from contract.messages import FieldError
from db.errors import DatabaseError
from producers.errors import (
    ClientClosedError,
    RequestExpiredError,
    RequestRejectedError,
    ResponseTimeoutError,
    ScoringFailedError,
    TooManyInFlightError,
)
from producers.gateway.limits import RETRY_LATER_SECONDS, RETRY_SOON_SECONDS

MEDIA_TYPE = "application/problem+json"


class GatewayCode(StrEnum):
    """Stable codes of the gateway itself, beside those of the worker (contract.codes.ErrorCode)."""

    UNAUTHENTICATED = "unauthenticated"
    """No valid token."""

    FORBIDDEN = "forbidden"
    """The token is valid and lacks the scope."""

    NOT_FOUND = "not_found"
    """There is no such page."""

    CLIENT_UNKNOWN = "client_unknown"
    """The database has no client of this reference."""

    METHOD_NOT_ALLOWED = "method_not_allowed"
    """The page is there, but not for this method."""

    NOT_ACCEPTABLE = "not_acceptable"
    """None of the formats asked for is one that there is."""

    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    """The body is of a type, or in an encoding, that is not read here."""

    UPLOAD_TOO_SLOW = "upload_too_slow"
    """The body came too slowly, or stopped."""

    HEAD_TOO_LARGE = "head_too_large"
    """The request has more header fields, or a longer address, than anything honest needs."""

    NO_ANSWER = "no_answer"
    """No worker answered in time."""

    LANE_FULL = "lane_full"
    """As many requests as may be are unanswered already."""

    BROKER_UNAVAILABLE = "broker_unavailable"
    """The broker does not answer."""

    DATABASE_UNAVAILABLE = "database_unavailable"
    """The database does not answer."""

    NOT_RECORDED = "not_recorded"
    """The access log could not be written, so nothing is told."""

    MODEL_UNAVAILABLE = "model_unavailable"
    """The gateway has no model to read the request by, or another one answered than it was read by."""

    IDENTITY_UNAVAILABLE = "identity_unavailable"
    """The issuer's keys cannot be had, so no token can be checked."""


class ProblemDocument(Struct, frozen=True):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    fields: Sequence[FieldError] = ()


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """Ends a request with a status that is an error. `headers` go with the answer."""

    def __init__(
        self,
        status: int,
        code: ErrorCode | GatewayCode,
        detail: str,
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = tuple(fields)
        self.headers = dict(headers or {})

    def document(self, request_id: str) -> bytes:
        """Return the body of the answer."""
        title = HTTPStatus(self.status).phrase
        return msgspec.json.encode(
            ProblemDocument(
                f"urn:neoscore:problem:{self.code}", title, self.status, self.detail, self.code, request_id, self.fields
            )
        )


def away(code: GatewayCode, detail: str, seconds: int = RETRY_LATER_SECONDS) -> Problem:
    """Return a 503: something is away or full, and it is worth asking again after so many seconds."""
    return Problem(503, code, detail, headers={"Retry-After": str(seconds)})


_REJECTED = {ErrorCode.MALFORMED_MESSAGE: 400, ErrorCode.MESSAGE_TOO_LARGE: 413, ErrorCode.BLOCK_TOO_LARGE: 413}
"""A rejection is 422 but for these."""


def problem_of(error: BaseException) -> Problem:
    """Return what an error of the road to the worker or to the database means for the caller."""
    match error:
        case Problem():
            return error
        case RequestRejectedError():
            return Problem(_REJECTED.get(error.code, 422), error.code, error.detail, error.fields)
        case RequestExpiredError():
            return Problem(504, error.code, "a worker read the request after its deadline; too few run")
        case ScoringFailedError():
            return Problem(502, error.code, error.detail, error.fields)
        case ResponseTimeoutError():
            return Problem(504, GatewayCode.NO_ANSWER, "no worker answered in time")
        case _:
            return _away_or_unforeseen(error)


def _away_or_unforeseen(error: BaseException) -> Problem:
    match error:
        case TooManyInFlightError():
            detail = "as many requests as may be are unanswered already; ask again in a moment"
            return away(GatewayCode.LANE_FULL, detail, RETRY_SOON_SECONDS)
        case BrokerUnavailable() | ClientClosedError() | TopicError():
            return away(GatewayCode.BROKER_UNAVAILABLE, "requests cannot be published at present")
        case DatabaseError():
            return away(GatewayCode.DATABASE_UNAVAILABLE, "the database does not answer at present")
        case BundleError():
            return away(GatewayCode.MODEL_UNAVAILABLE, "there is no model to read requests by at present")
        case _:
            return Problem(500, ErrorCode.INTERNAL_ERROR, "the gateway failed in a way it did not foresee")
