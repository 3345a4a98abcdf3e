"""Request and answer over two topics: what the interactive and the batch lane have in common."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from kafka.errors import KafkaError

from contract.codes import ErrorCode
from contract.errors import MessageError
from contract.kafka import unavailable, verify_topics
from contract.seal.envelope import is_sealed
from contract.seal.errors import SealError
from contract.settings import Settings
from contract.topics import Verdict
from producers.broker import open_producer, quiet_library
from producers.envelope import Envelope
from producers.errors import ClientClosed, ProducerError
from producers.pending import PendingTable
from producers.responses import ResponseReader
from producers.sealing import Sealing

log = logging.getLogger(__name__)

T = TypeVar("T")

SWEEP_SECONDS = 0.1
"""How late a deadline may be noticed: unseen beside a time to live of seconds."""

CLOSE_SECONDS = 2.0
"""What is still unsent at closing has no reader any more; a broker that is away must not hold up the exit."""


@dataclass(frozen=True)
class Channel(Generic[T]):
    """The topics of one lane and how its answers are read."""

    requests: str
    responses: str
    identify: Callable[[bytes], str | None]
    """Answer → id of the request it answers; None when it tells none."""
    decode: Callable[[bytes], T]
    """Answer → content. Raises MessageError when unreadable and ProducerError when it reports a failure."""
    refusal: Callable[[bytes], ErrorCode | None]
    """Answer → code of an answer without any score; None when it has one, or cannot be read."""


class Exchange(Generic[T]):
    """Publishes requests of one lane and resolves a future for each. Thread-safe.

    Raises TopicError when a topic keeps data longer than promised, BrokerUnavailable when no broker answers.
    """

    def __init__(self, config: Settings, channel: Channel[T], capacity: int) -> None:
        quiet_library()
        self._config = config
        self._channel = channel
        self.unverified = verify_topics(config).verdict is Verdict.UNVERIFIABLE
        self._pending: PendingTable[T] = PendingTable(capacity)
        self._closing = threading.Event()
        self._kept: dict[str, Envelope] = {}
        """What waits for its answer, where payloads are sealed: it may have to be sealed again."""
        self._again: set[str] = set()
        self._producer = open_producer(config)
        self._sealing: Sealing | None = None
        try:
            self._sealing = _open_sealing(config)
            self._reader = ResponseReader(config, channel.responses, self._receive, self._pending.wait_for_some)
        except BaseException:
            self._producer.close(timeout=0)
            if self._sealing:
                self._sealing.close()
            raise
        self._sweeper = threading.Thread(target=self._sweep, name="deadlines", daemon=True)
        self._sweeper.start()

    def __len__(self) -> int:
        return len(self._pending)

    def publish(self, envelope: Envelope, lifetime: float) -> Future[T]:
        """Publish a request and return the future of its answer, which ends at the latest `lifetime` seconds from now.

        Raises TooManyInFlight and ClientClosed; every other failure arrives through the future.
        """
        future = self._pending.open(envelope.id, lifetime, self._config.submit_wait_seconds)
        if self._sealing:
            self._kept[envelope.id] = envelope
            future.add_done_callback(lambda _: self._kept.pop(envelope.id, None))
        self._send(envelope)
        return future

    def close(self) -> None:
        """Fail what is unanswered with ClientClosed and disconnect. May be called twice."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._pending.close()
        self._reader.close()
        if self._sealing:
            self._sealing.close()
        if threading.current_thread() is not self._sweeper:
            self._sweeper.join()
        self._producer.close(timeout=CLOSE_SECONDS)

    def _send(self, envelope: Envelope) -> None:
        topic = self._channel.requests
        try:
            shown = self._sealing.seal(topic, envelope) if self._sealing else envelope
            sent = self._producer.send(topic, shown.value, key=shown.key.encode(), headers=shown.headers)
        except (ProducerError, SealError) as error:
            self._pending.fail(envelope.id, error)
        except KafkaError as error:
            self._not_sent(envelope.id, error)
        else:
            sent.add_errback(lambda error: self._not_sent(envelope.id, error))

    def _not_sent(self, request_id: str, error: BaseException) -> None:
        closed = self._closing.is_set()
        reason = ClientClosed("the client is closed") if closed else unavailable(self._config, error)
        self._pending.fail(request_id, reason)

    def _receive(self, value: bytes | None) -> None:
        if value is None:  # no service writes it, but whoever may write there can
            return
        if self._sealing:
            self._receive_sealed(self._sealing, value)
        else:
            self._settle(value)

    def _receive_sealed(self, sealing: Sealing, value: bytes) -> None:
        """Take a sealed answer, and of what is not sealed only a refusal: a worker that cannot read cannot seal either.

        A request that no worker could open is sealed anew for those that announce themselves by then.
        """
        if is_sealed(value):
            try:
                opened = sealing.open(self._channel.responses, value)
            except SealError as error:
                log.warning("an answer on %s cannot be opened (%s)", self._channel.responses, error.code)
                return
            if opened is not None:
                self._settle(opened)
            return
        request_id = self._channel.identify(value)
        if request_id not in self._kept:
            return
        match self._channel.refusal(value):
            case None:
                log.warning("an answer on %s is not sealed, and is not taken", self._channel.responses)
            case ErrorCode.SEAL_UNREADABLE:
                self._again.add(request_id)
            case _:
                self._settle(value)

    def _settle(self, value: bytes) -> None:
        request_id = self._channel.identify(value)
        if request_id is None or request_id not in self._pending:
            return
        try:
            self._pending.settle(request_id, self._channel.decode(value))
        except ProducerError as error:
            self._pending.fail(request_id, error)
        except MessageError as error:
            log.warning("an answer on %s cannot be read (%s)", self._channel.responses, error.code)

    def _sweep(self) -> None:
        while not self._closing.wait(SWEEP_SECONDS):
            self._pending.expire()
            if self._sealing and self._sealing.ready():  # else later: deadlines must not wait for a worker
                self._send_again()

    def _send_again(self) -> None:
        for _ in range(len(self._again)):  # what comes meanwhile has its turn after the next look at the deadlines
            if envelope := self._kept.get(self._again.pop()):
                self._send(envelope)


def _open_sealing(config: Settings) -> Sealing | None:
    return Sealing(config) if config.seals_payloads else None
