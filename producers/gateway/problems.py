"""Answers that are not a score, as RFC 9457 problem details. No I/O.

No text repeats what was sent, tells where a part of the system is, or whether a client exists to who may not know.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus

import msgspec
from msgspec import Struct

from contract.codes import ErrorCode
from contract.errors import BrokerUnavailableError, BundleError, TopicError
from contract.messages import FieldError
from db.errors import DatabaseError
from producers.errors import ClientClosedError, ResponseTimeoutError, ScoreError, TooManyInFlightError
from producers.gateway.limits import RETRY_AFTER_OUTAGE_SECONDS, RETRY_AFTER_OVERLOAD_SECONDS


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

    HEADERS_TOO_LARGE = "headers_too_large"
    """The request has more header fields, or a longer address, than anything honest needs."""

    RESPONSE_TIMEOUT = "response_timeout"
    """No worker answered in time."""

    OVERLOADED = "overloaded"
    """As many requests as may be are unanswered already."""

    BROKER_UNAVAILABLE = "broker_unavailable"
    """The broker does not answer."""

    DATABASE_UNAVAILABLE = "database_unavailable"
    """The database does not answer."""

    ACCESS_LOG_UNAVAILABLE = "access_log_unavailable"
    """The access log could not be written, so nothing is told."""

    MODEL_UNAVAILABLE = "model_unavailable"
    """The gateway has no model to read the request by, or another one answered than it was read by."""

    IDENTITY_PROVIDER_UNAVAILABLE = "identity_provider_unavailable"
    """The issuer's keys cannot be had, so no token can be checked."""


class ProblemDetails(Struct, frozen=True):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    fields: Sequence[FieldError] = ()


class ProblemError(Exception):
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

    def to_json(self, request_id: str) -> bytes:
        """Return the body of the answer."""
        title = HTTPStatus(self.status).phrase
        return msgspec.json.encode(
            ProblemDetails(
                f"urn:neoscore:problem:{self.code}", title, self.status, self.detail, self.code, request_id, self.fields
            )
        )


def service_unavailable(code: GatewayCode, detail: str, seconds: int = RETRY_AFTER_OUTAGE_SECONDS) -> ProblemError:
    """Return a 503: Not ready or full, and it is worth asking again after so many seconds."""
    return ProblemError(503, code, detail, headers={"Retry-After": str(seconds)})


def to_problem(error: BaseException) -> ProblemError:
    """Return what an error of the road to the worker or to the database means for the caller."""
    match error:
        case ProblemError():
            return error
        case ScoreError():
            return ProblemError(error.code.spec.http_status, error.code, error.detail, error.fields)
        case ResponseTimeoutError():
            return ProblemError(504, GatewayCode.RESPONSE_TIMEOUT, "timed out waiting for a worker")
        case _:
            return _unavailable_or_internal(error)


def _unavailable_or_internal(error: BaseException) -> ProblemError:
    match error:
        case TooManyInFlightError():
            detail = "too many requests are in progress; retry in a moment"
            return service_unavailable(GatewayCode.OVERLOADED, detail, RETRY_AFTER_OVERLOAD_SECONDS)
        case BrokerUnavailableError() | ClientClosedError() | TopicError():
            return service_unavailable(GatewayCode.BROKER_UNAVAILABLE, "the message broker is unavailable")
        case DatabaseError():
            return service_unavailable(GatewayCode.DATABASE_UNAVAILABLE, "the database is unavailable")
        case BundleError():
            return service_unavailable(GatewayCode.MODEL_UNAVAILABLE, "no model is available")
        case _:
            return ProblemError(500, ErrorCode.INTERNAL_ERROR, "internal server error")
