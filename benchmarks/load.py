"""The one load generator: it asks everyone alike and times every answer from the moment its request was due.

Open loop: requests go out on schedule however slow the answers are, and a request that is sent late counts from when
it should have been sent. So a slow server cannot slow its questioner down and look quick (coordinated omission).
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

import msgspec
import numpy as np
import pyarrow as pa
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from numpy.typing import NDArray

from benchmarks.workload import Ask
from contract.kafka import CONNECT_TIMEOUT_MS, connection
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, BATCH_RESPONSES, MAX_MESSAGE_BYTES, REQUESTS, RESPONSES

FETCH_WAIT_MS = 10
"""What comes while a fetch waits on other partitions is late by this at most; the generator's core affords it."""

POLL_MS = 100
"""Longest sleep without answers; data ends it at once."""

GIVE_UP_SECONDS = 60.0
"""After the last request: twenty times what the slowest contender needs on two free cores."""

ALIVE_SECONDS = 0.5
"""How often a measurement looks whether there is still somebody to answer."""


class Unanswered(Exception):  # noqa: N818 - it names a state
    """A contender left requests without an answer."""


@dataclass(frozen=True)
class Channel:
    """Where to ask, where answers come, and how an answer tells its request's id."""

    requests: str
    answers: str
    identify: Callable[[bytes], str | None]


@dataclass(frozen=True)
class Flood:
    """Requests sent at once, from the first to the last answer."""

    seconds: float
    cpu_seconds: float
    """CPU time of the consumer in that span, by the meter."""
    answers: int

    @property
    def per_second(self) -> float:
        """Answers a second; the first only starts the clock."""
        return (self.answers - 1) / self.seconds


class _Identity(msgspec.Struct):
    request_id: str | None = None


_identity = msgspec.json.Decoder(_Identity)


def request_of(value: bytes) -> str | None:
    """Return the id of a JSON answer's request."""
    return _identity.decode(value).request_id


def block_of(value: bytes) -> str | None:
    """Return the id of a result block's request."""
    with pa.ipc.open_stream(value) as reader:
        found: bytes = (reader.schema.metadata or {}).get(b"block_id", b"")
    return found.decode()


INTERACTIVE_CHANNEL = Channel(REQUESTS, RESPONSES, request_of)
BATCH_CHANNEL = Channel(BATCH_REQUESTS, BATCH_RESPONSES, block_of)


class Load:
    """Asks through one channel. A context manager."""

    def __init__(self, config: Settings, channel: Channel) -> None:
        self._channel = channel
        self._producer = KafkaProducer(
            **connection(config),
            acks="all",
            linger_ms=0,
            enable_idempotence=False,
            max_request_size=MAX_MESSAGE_BYTES,
            metrics_enabled=False,
        )
        self._consumer = KafkaConsumer(
            **connection(config),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
            metrics_enabled=False,
        )
        self._watch_from_here()
        self._expected = Expected([])
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._read, name="read answers", daemon=True)
        self._reader.start()

    def __enter__(self) -> "Load":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._reader.join()
        self._producer.close()
        self._consumer.close()

    def at_rate(self, asks: Sequence[Ask], per_second: float) -> NDArray[np.float64]:
        """Send on schedule and return each request's latency in seconds. Raises Unanswered."""
        answers = self._expected = Expected(asks)
        due = time.perf_counter() + 0.05 + np.arange(len(asks)) / per_second
        for ask, moment in zip(asks, due.tolist(), strict=True):
            time.sleep(max(0.0, moment - time.perf_counter()))
            self._send(ask)
        answers.wait(GIVE_UP_SECONDS)
        return np.array([answers.moments[ask.id] for ask in asks]) - due

    def at_once(
        self, asks: Sequence[Ask], meter: Callable[[], float] = lambda: 0.0, alive: Callable[[], bool] = lambda: True
    ) -> Flood:
        """Send as fast as possible and return what came of it. `meter` gives the consumer's CPU time so far.

        Raises Unanswered, also as soon as the consumer is not `alive`.
        """
        answers = self._expected = Expected(asks, meter)
        for ask in asks:
            self._send(ask)
        answers.wait(GIVE_UP_SECONDS, alive)
        moments = answers.moments.values()
        return Flood(max(moments) - min(moments), answers.metered[1] - answers.metered[0], len(asks))

    def _send(self, ask: Ask) -> None:
        self._producer.send(self._channel.requests, value=ask.value, key=ask.key)

    def _watch_from_here(self) -> None:
        topic = self._channel.answers
        partitions = [TopicPartition(topic, number) for number in sorted(self._consumer.partitions_for_topic(topic))]
        self._consumer.assign(partitions)
        for partition, end in self._consumer.end_offsets(partitions, timeout_ms=CONNECT_TIMEOUT_MS).items():
            self._consumer.seek(partition, end)

    def _read(self) -> None:
        while not self._closing.is_set():
            for records in self._consumer.poll(timeout_ms=POLL_MS).values():
                now = time.perf_counter()
                self._expected.note([self._channel.identify(record.value) for record in records], now)


class Expected:
    """The requests of one measurement and when each was answered."""

    def __init__(self, asks: Sequence[Ask], meter: Callable[[], float] = lambda: 0.0) -> None:
        self._missing = {ask.id for ask in asks}
        self._meter = meter
        self._all = threading.Event()
        self.moments: dict[str, float] = {}
        self.metered = [0.0, 0.0]

    def note(self, ids: Sequence[str | None], now: float) -> None:
        """Enter answers; the first of each request counts, and those of earlier measurements do not."""
        fresh = self._missing.intersection(ids)
        if not fresh:
            return
        if not self.moments:
            self.metered[0] = self._meter()
        self._missing -= fresh
        self.moments |= dict.fromkeys(fresh, now)
        if not self._missing:
            self.metered[1] = self._meter()
            self._all.set()

    def wait(self, seconds: float, alive: Callable[[], bool] = lambda: True) -> None:
        """Wait for the last answer. Raises Unanswered."""
        deadline = time.monotonic() + seconds
        while not self._all.wait(ALIVE_SECONDS):
            if not alive() or time.monotonic() > deadline:
                raise Unanswered(f"{len(self._missing)} of the requests got no answer")
