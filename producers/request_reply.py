"""Request and reply over a pair of topics: what the interactive and the batch lane have in common."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kafka.errors import KafkaError

from contract.codes import ErrorCode
from contract.errors import MessageError
from contract.headers import Headers
from contract.kafka import broker_unavailable_error
from contract.seal.envelope import is_sealed
from contract.seal.errors import SealError
from contract.seal.keys import digest_request
from contract.settings import Settings
from contract.topic_admin import verify_topics
from contract.topics import TopicCheckStatus
from producers.broker import open_producer, silence_kafka_logging
from producers.errors import ClientClosedError, RequesterError, TooManyInFlightError
from producers.message_sealer import MessageSealer
from producers.metrics import CountOutcomes, Lane, RequesterMetrics
from producers.pending import PendingRequests
from producers.record import RequestRecord
from producers.topic_reader import TopicReader

log = logging.getLogger(__name__)

T = TypeVar("T")

EXPIRY_CHECK_SECONDS = 0.1
"""How often deadlines are checked: negligible beside a time to live of seconds."""

CLOSE_SECONDS = 2.0
"""Nobody waits for what is still unsent at closing, and an broker_unavailable_error broker must not delay the exit."""


@dataclass(frozen=True)
class RequestReplySpec(Generic[T]):
    """The topics of one lane and how its responses are read."""

    lane: Lane
    request_topic: str
    reply_topic: str
    correlation_id_of: Callable[[bytes], str | None]
    """Response → id of its request; None when it has none."""
    decode: Callable[[bytes], T]
    """Response → result. Raises MessageError when undecodable and RequesterError when it reports a failure."""
    error_code_of: Callable[[bytes], ErrorCode | None]
    """Response → code of a response without any score; None when it has one, or cannot be decoded."""
    outcomes: CountOutcomes[T]


@dataclass
class _SealedRequest:
    """A pending request as it was before sealing, for it may have to be sealed again."""

    record: RequestRecord
    digest: bytes = b""
    """Of what was sent last. A refusal of anything else, such as a changed copy, is none of this request."""


class RequestReplyClient(Generic[T]):
    """Publishes requests of one lane and resolves a future for each. Thread-safe.

    Raises TopicError when a topic keeps data longer than promised, BrokerUnavailableError when no broker answers.
    """

    def __init__(
        self, config: Settings, spec: RequestReplySpec[T], capacity: int, metrics: RequesterMetrics | None
    ) -> None:
        silence_kafka_logging()
        self._config = config
        self._spec = spec
        self._request_topic, self._reply_topic = config.topic(spec.request_topic), config.topic(spec.reply_topic)
        self.retention_unverified = verify_topics(config).status is TopicCheckStatus.UNVERIFIABLE
        self.metrics = metrics or RequesterMetrics()
        self._pending: PendingRequests[T] = PendingRequests(capacity)
        self._closing = threading.Event()
        self._sealed_requests: dict[str, _SealedRequest] = {}
        """Those that are pending, by id."""
        self._to_resend: set[str] = set()
        self._producer = open_producer(config)
        self._sealing: MessageSealer | None = None
        try:
            self._sealing = _open_sealing(config)
            self._reader = TopicReader(config, spec.reply_topic, self._on_reply, self._pending.wait_until_not_empty)
        except BaseException:
            self._producer.close(timeout=0)
            if self._sealing:
                self._sealing.close()
            raise
        self._expiry_thread = threading.Thread(target=self._expire_loop, name="deadlines", daemon=True)
        self._expiry_thread.start()

    def __len__(self) -> int:
        return len(self._pending)

    def publish(self, record: RequestRecord, ttl: float) -> Future[T]:
        """Publish a request and return the future of its result, which ends after `ttl` seconds at the latest.

        Raises TooManyInFlightError and ClientClosedError; the future carries every other error.
        """
        try:
            future = self._pending.add(record.id, ttl, self._config.submit_timeout_seconds)
        except TooManyInFlightError:
            self.metrics.not_sent(self._spec.lane, record.requests)
            raise
        self.metrics.track(future, self._spec.lane, record.requests, self._spec.outcomes)
        if self._sealing:
            self._sealed_requests[record.id] = _SealedRequest(record)
            future.add_done_callback(lambda _: self._sealed_requests.pop(record.id, None))
        self._send(record)
        return future

    def close(self) -> None:
        """Fail every pending request with ClientClosedError and disconnect. May be called twice."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._pending.close()
        self._reader.close()
        if self._sealing:
            self._sealing.close()
        if threading.current_thread() is not self._expiry_thread:
            self._expiry_thread.join()
        self._producer.close(timeout=CLOSE_SECONDS)

    def _send(self, record: RequestRecord) -> None:
        try:
            sent = self._produce(self._seal(self._sealing, record) if self._sealing else record)
        except (RequesterError, SealError) as error:
            self._pending.fail(record.id, error)
        except KafkaError as error:
            self._on_delivery_failure(record.id, error)
        else:
            sent.add_errback(lambda error: self._on_delivery_failure(record.id, error))

    def _produce(self, record: RequestRecord) -> Any:
        key = record.key.encode() if record.key is not None else None
        return self._producer.send(self._request_topic, record.value, key, record.headers, record.partition)

    def _seal(self, sealing: MessageSealer, record: RequestRecord) -> RequestRecord:
        partitions = len(self._producer.partitions_for(self._request_topic))
        sealed = sealing.seal(self._spec.request_topic, record, partitions)
        if pending := self._sealed_requests.get(record.id):
            pending.digest = digest_request(sealed.value)
        return sealed

    def _on_delivery_failure(self, request_id: str, error: BaseException) -> None:
        closed = self._closing.is_set()
        reason = ClientClosedError("the client is closed") if closed else broker_unavailable_error(self._config, error)
        self._pending.fail(request_id, reason)

    def _on_reply(self, value: bytes | None, headers: Headers) -> None:
        if value is None:  # no service writes a record without a value, but other writers can
            return
        if self._sealing:
            self._on_sealed_reply(self._sealing, value, headers)
        else:
            self._resolve(value)

    def _on_sealed_reply(self, sealing: MessageSealer, value: bytes, headers: Headers) -> None:
        """Accept a sealed response; unsealed, only a worker's refusal of the request as it was sent last.

        A worker that cannot open a request cannot seal either. Such a request is sealed again for the workers known by
        then. Whatever else is unsealed is not even read, and the request goes on to its response or its deadline.
        """
        if is_sealed(value):
            try:
                opened = sealing.open(self._spec.reply_topic, value)
            except SealError as error:
                log.warning("could not open a sealed response on %s (%s)", self._reply_topic, error.code)
                return
            if opened is not None:
                self._resolve(opened)
            return
        request_id = self._spec.correlation_id_of(value)
        pending = self._sealed_requests.get(request_id) if request_id is not None else None
        if request_id is None or pending is None:
            return
        if not sealing.is_refusal(self._spec.reply_topic, pending.digest, value, headers):
            log.warning("dropped an unsealed response on %s that no worker wrote to this request", self._reply_topic)
        elif self._spec.error_code_of(value) is ErrorCode.UNKNOWN_SEALING_KEY:
            self._to_resend.add(request_id)
        else:
            self._resolve(value)

    def _resolve(self, value: bytes) -> None:
        request_id = self._spec.correlation_id_of(value)
        if request_id is None or request_id not in self._pending:
            return
        try:
            self._pending.resolve(request_id, self._spec.decode(value))
        except RequesterError as error:
            self._pending.fail(request_id, error)
        except MessageError as error:
            log.warning("could not decode a response on %s (%s)", self._reply_topic, error.code)

    def _expire_loop(self) -> None:
        while not self._closing.wait(EXPIRY_CHECK_SECONDS):
            self._pending.expire_overdue()
            # Without a worker's key, `seal` would wait for one, and deadlines must not wait.
            if self._sealing and self._sealing.has_worker_key():
                self._resend()

    def _resend(self) -> None:
        for _ in range(len(self._to_resend)):  # what is added meanwhile is sent after the next check of the deadlines
            if pending := self._sealed_requests.get(self._to_resend.pop()):
                self._send(pending.record)


def _open_sealing(config: Settings) -> MessageSealer | None:
    return MessageSealer(config) if config.seals_payloads else None
