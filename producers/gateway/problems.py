"""Error responses as RFC 9457 problem details. No I/O.

No text repeats what was sent, names an internal address, or reveals a client to a caller without the scope.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus

import msgspec
from msgspec import Struct
from starlette.responses import Response

from contract.codes import ErrorCode
from contract.errors import BrokerUnavailableError, BundleError, TopicError
from contract.headers import PROBLEM_JSON
from contract.messages import FieldError
from db.errors import DatabaseError
from producers.errors import ClientClosedError, ResponseTimeoutError, ScoreError, TooManyInFlightError
from producers.gateway.limits import RETRY_AFTER_OUTAGE_SECONDS, RETRY_AFTER_OVERLOAD_SECONDS


class GatewayCode(StrEnum):
    """Stable codes of the gateway itself, beside those of the worker (contract.codes.ErrorCode)."""

    http_status: int
    meaning: str
    retry_after: int | None
    """Seconds after which the same request may succeed; None when it must change first, or its response says."""

    def __new__(
        cls, value: str, http_status: int = 500, meaning: str = "", retry_after: int | None = None
    ) -> "GatewayCode":
        """Create a member; looking one up by its value does not come here."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.http_status = http_status
        member.meaning = meaning
        member.retry_after = retry_after
        return member

    UNAUTHENTICATED = "unauthenticated", 401, "No valid token."
    FORBIDDEN = "forbidden", 403, "The token is valid and lacks the scope."
    NOT_FOUND = "not_found", 404, "No such path."
    CLIENT_UNKNOWN = "client_unknown", 404, "No client has this reference."
    METHOD_NOT_ALLOWED = "method_not_allowed", 405, "The path exists, but not for this method."
    NOT_ACCEPTABLE = "not_acceptable", 406, "`Accept` names no supported format."
    UPLOAD_TOO_SLOW = "upload_too_slow", 408, "The body arrived too slowly, or the upload took too long."
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type", 415, "Unsupported media type or content encoding."
    MISDIRECTED = "misdirected", 421, "The `Host` field names another server."
    TOO_MANY_REQUESTS = (
        "too_many_requests",
        429,
        "This caller sent too many requests within a minute; `Retry-After` says when the next one is accepted.",
    )
    TOO_MANY_UPLOADS = (
        "too_many_uploads",
        429,
        "This caller has as many uploads in progress as one caller may have.",
        RETRY_AFTER_OUTAGE_SECONDS,
    )
    HEADERS_TOO_LARGE = "headers_too_large", 431, "Too many or too large header fields."
    INTERNAL_ERROR = "internal_error", 500, "Unexpected error of the gateway."
    OVERLOADED = "overloaded", 503, "Too many requests are in progress.", RETRY_AFTER_OVERLOAD_SECONDS
    BROKER_UNAVAILABLE = "broker_unavailable", 503, "The message broker is unavailable.", RETRY_AFTER_OUTAGE_SECONDS
    DATABASE_UNAVAILABLE = "database_unavailable", 503, "The database is unavailable.", RETRY_AFTER_OUTAGE_SECONDS
    ACCESS_LOG_UNAVAILABLE = (
        "access_log_unavailable",
        503,
        "The access log cannot be written, so the request was refused.",
        RETRY_AFTER_OUTAGE_SECONDS,
    )
    MODEL_UNAVAILABLE = (
        "model_unavailable",
        503,
        "No model to validate the request against, or it changed during the request.",
        RETRY_AFTER_OUTAGE_SECONDS,
    )
    IDENTITY_PROVIDER_UNAVAILABLE = (
        "identity_provider_unavailable",
        503,
        "The issuer's keys cannot be fetched, so no token can be verified.",
        RETRY_AFTER_OUTAGE_SECONDS,
    )
    RESPONSE_TIMEOUT = "response_timeout", 504, "No worker responded in time."


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
    """Ends a request with the HTTP status of its code. `headers` are added to the response."""

    def __init__(
        self,
        code: ErrorCode | GatewayCode,
        detail: str,
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.fields = tuple(fields)
        self.headers = dict(headers or {})
        if isinstance(code, GatewayCode):
            self.status = code.http_status
            if code.retry_after is not None:
                self.headers.setdefault("Retry-After", str(code.retry_after))
        else:
            self.status = code.spec.http_status

    def to_response(self, request_id: str) -> Response:
        """Return the response: RFC 9457 problem details."""
        title = HTTPStatus(self.status).phrase
        kind = f"urn:neoscore:problem:{self.code}"
        details = ProblemDetails(kind, title, self.status, self.detail, self.code, request_id, self.fields)
        return Response(msgspec.json.encode(details), self.status, self.headers, PROBLEM_JSON)


def to_problem(error: BaseException) -> ProblemError:
    """Return what an error of a requester, the database or the model means for the caller."""
    match error:
        case ProblemError():
            return error
        case ScoreError():
            return ProblemError(error.code, error.detail, error.fields)
        case ResponseTimeoutError():
            return ProblemError(GatewayCode.RESPONSE_TIMEOUT, "timed out waiting for a worker")
        case TooManyInFlightError():
            return ProblemError(GatewayCode.OVERLOADED, "too many requests are in progress; retry in a moment")
        case BrokerUnavailableError() | ClientClosedError() | TopicError():
            return ProblemError(GatewayCode.BROKER_UNAVAILABLE, "the message broker is unavailable")
        case DatabaseError():
            return ProblemError(GatewayCode.DATABASE_UNAVAILABLE, "the database is unavailable")
        case BundleError():
            return ProblemError(GatewayCode.MODEL_UNAVAILABLE, "no model is available")
        case _:
            return ProblemError(GatewayCode.INTERNAL_ERROR, "internal server error")
