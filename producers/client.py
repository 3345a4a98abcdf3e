"""The Python client of the interactive lane: one request, one future, one result."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from contract.codes import ErrorCode, Status
from contract.errors import JSON_DECODE_ERRORS, MessageError
from contract.headers import event_headers
from contract.ids import new_request_id
from contract.messages import REQUEST_TYPE, Scored, ScoreRequest, decode_request, decode_result, encode
from contract.settings import Settings
from contract.topics import REQUESTS, RESPONSES
from producers.errors import RequestRejectedError, score_error
from producers.metrics import Lane, RequesterMetrics
from producers.record import RequestRecord
from producers.request_reply import RequestReplyClient, RequestReplySpec

REPLY_GRACE_SECONDS = 1.0
"""Wait beyond the deadline, so that a worker's own `expired` arrives, which a timeout would hide."""


class ScoreClient:
    """Requests scores and waits for the results. Thread-safe; use one for each process.

    >>> with ScoreClient(settings(), source="/neoscore/example") as client:
    ...     client.score("a1b2", {"LIMIT_BAL": 20000, "PAY_0": 2}).probability

    `source` names the requester in the CloudEvents headers. `metrics`: counts its requests, together with those of
    other clients. Raises on construction TopicError if a topic keeps data for too long, and BrokerUnavailableError.
    """

    def __init__(self, config: Settings, source: str, metrics: RequesterMetrics | None = None) -> None:
        self._source = source
        self._default_ttl, self._max_ttl = config.request_ttl_seconds, config.retention_seconds
        self._requests: RequestReplyClient[Scored] = RequestReplyClient(
            config, _SPEC, config.max_requests_in_flight, metrics
        )
        self.metrics = self._requests.metrics

    @property
    def retention_unverified(self) -> bool:
        """Whether the retention of the topics is unknown, because the broker does not report their configuration."""
        return self._requests.retention_unverified

    @property
    def in_flight(self) -> int:
        """Requests that wait for a response."""
        return len(self._requests)

    def submit(
        self,
        client_ref: str,
        features: Mapping[str, Any] | None = None,
        *,
        explain: bool = True,
        ttl: float | None = None,
        trace: Sequence[tuple[str, bytes]] = (),
    ) -> Future[Scored]:
        """Publish a request and return the future of its score.

        Without `features` it is a cache lookup: the worker answers from its cache or rejects it. `ttl`: seconds until
        the request expires, at most the retention of the topics. `trace`: W3C trace context for the record's headers.

        Blocks up to `submit_timeout_seconds` while `max_requests_in_flight` requests are unanswered, then raises
        TooManyInFlightError. Raises ClientClosedError after `close`. The future raises RequestRejectedError,
        RequestExpiredError, ScoringFailedError, ResponseTimeoutError, ClientClosedError or BrokerUnavailableError.
        """
        ttl = min(self._default_ttl if ttl is None else ttl, self._max_ttl)
        try:
            record = self._record(client_ref, features, explain, ttl, trace)
        except RequestRejectedError as error:
            self.metrics.rejected(Lane.INTERACTIVE)
            rejected: Future[Scored] = Future()
            rejected.set_exception(error)
            return rejected
        return self._requests.publish(record, ttl + REPLY_GRACE_SECONDS)

    def score(
        self,
        client_ref: str,
        features: Mapping[str, Any] | None = None,
        *,
        explain: bool = True,
        timeout: float | None = None,
    ) -> Scored:
        """Publish a request, wait for its score and return it. `timeout` in seconds. Raises what `submit` names."""
        return self.submit(client_ref, features, explain=explain, ttl=timeout).result()

    def close(self) -> None:
        """Fail every pending request with ClientClosedError and disconnect. May be called twice."""
        self._requests.close()

    def __enter__(self) -> "ScoreClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _record(
        self,
        client_ref: str,
        features: Mapping[str, Any] | None,
        explain: bool,
        ttl: float,
        trace: Sequence[tuple[str, bytes]],
    ) -> RequestRecord:
        request = ScoreRequest(
            request_id=new_request_id(),
            client_ref=client_ref,
            features=UNSET if features is None else dict(features),
            explain=explain,
            expires_at=datetime.now(UTC) + timedelta(seconds=ttl),
        )
        headers = [*event_headers(REQUEST_TYPE, self._source, event_id=request.request_id), *trace]
        return RequestRecord(request.request_id, client_ref, _encode_checked(request), headers)


class _CorrelationId(Struct):
    """The one field that identifies the request; the scores of other requesters are not decoded."""

    request_id: str | None = None


_correlation_id_decoder = msgspec.json.Decoder(_CorrelationId)


def _encode_checked(request: ScoreRequest) -> bytes:
    """Encode a request that any worker can read. Raises RequestRejectedError as a worker would reject it."""
    try:
        value = encode(request)
        decode_request(value)
    except MessageError as error:
        raise RequestRejectedError(error.code, error.detail) from None
    except (TypeError, ValueError, RecursionError) as error:
        detail = f"the features cannot be written as JSON ({type(error).__name__})"
        raise RequestRejectedError(ErrorCode.INVALID_MESSAGE, detail) from None
    return value


def _correlation_id(value: bytes) -> str | None:
    try:
        return _correlation_id_decoder.decode(value).request_id
    except JSON_DECODE_ERRORS:
        return None


def _decode(value: bytes) -> Scored:
    result = decode_result(value)
    if isinstance(result, Scored):
        return result
    raise score_error(result)


def _error_code(value: bytes) -> ErrorCode | None:
    try:
        result = decode_result(value)
    except MessageError:
        return None
    return None if isinstance(result, Scored) else result.error.code


def _outcomes(_: Scored, requests: int) -> Mapping[str, int]:
    return {str(Status.SCORED): requests}


_SPEC = RequestReplySpec(Lane.INTERACTIVE, REQUESTS, RESPONSES, _correlation_id, _decode, _error_code, _outcomes)
