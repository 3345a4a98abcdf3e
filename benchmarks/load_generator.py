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

from benchmarks.workload import BenchmarkRequest
from contract.kafka import CONNECT_TIMEOUT_MS, client_options
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, BATCH_RESPONSES, MAX_MESSAGE_BYTES, REQUESTS, RESPONSES

FETCH_WAIT_MS = 10
"""What comes while a fetch waits on other partitions is late by this at most; the generator's core affords it."""

POLL_MS = 100
"""Longest sleep without answers; data ends it at once."""

TIMEOUT_SECONDS = 60.0
"""After the last request: twenty times what the slowest contender needs on two free cores."""

LIVENESS_CHECK_SECONDS = 0.5
"""How often a measurement checks that the consumer still runs."""


class MissingRepliesError(Exception):
    """A contender left requests without an answer."""


@dataclass(frozen=True)
class TopicPair:
    """Topic of requests, topic of replies, and how to read the request's id from a reply."""

    requests: str
    answers: str
    correlation_id_of: Callable[[bytes], str | None]


@dataclass(frozen=True)
class Burst:
    """Requests sent at once, from the first to the last answer."""

    seconds: float
    cpu_seconds: float
    """CPU time of the consumer in that span, by the meter."""
    answers: int

    @property
    def per_second(self) -> float:
        """Answers a second; the first only starts the clock."""
        return (self.answers - 1) / self.seconds


class _CorrelationId(msgspec.Struct):
    request_id: str | None = None


_correlation_id = msgspec.json.Decoder(_CorrelationId)


def request_id_of(value: bytes) -> str | None:
    """Return the id of a JSON answer's request."""
    return _correlation_id.decode(value).request_id


def block_id_of(value: bytes) -> str | None:
    """Return the id of a result block's request."""
    with pa.ipc.open_stream(value) as reader:
        found: bytes = (reader.schema.metadata or {}).get(b"block_id", b"")
    return found.decode()


INTERACTIVE_TOPICS = TopicPair(REQUESTS, RESPONSES, request_id_of)
BATCH_TOPICS = TopicPair(BATCH_REQUESTS, BATCH_RESPONSES, block_id_of)


class LoadGenerator:
    """Asks through one channel. A context manager."""

    def __init__(self, config: Settings, topics: TopicPair) -> None:
        self._topics = topics
        self._producer = KafkaProducer(
            **client_options(config),
            acks="all",
            linger_ms=0,
            enable_idempotence=False,
            max_request_size=MAX_MESSAGE_BYTES,
            metrics_enabled=False,
        )
        self._consumer = KafkaConsumer(
            **client_options(config),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
            metrics_enabled=False,
        )
        self._seek_to_end()
        self._expected = ReplyTracker([])
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._read, name="read answers", daemon=True)
        self._reader.start()

    def __enter__(self) -> "LoadGenerator":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._reader.join()
        self._producer.close()
        self._consumer.close()

    def run_open_loop(self, requests: Sequence[BenchmarkRequest], per_second: float) -> NDArray[np.float64]:
        """Send on schedule and return each request's latency in seconds. Raises MissingRepliesError."""
        answers = self._expected = ReplyTracker(requests)
        due = time.perf_counter() + 0.05 + np.arange(len(requests)) / per_second
        for request, moment in zip(requests, due.tolist(), strict=True):
            time.sleep(max(0.0, moment - time.perf_counter()))
            self._send(request)
        answers.wait(TIMEOUT_SECONDS)
        return np.array([answers.received_at[request.id] for request in requests]) - due

    def run_burst(
        self,
        requests: Sequence[BenchmarkRequest],
        meter: Callable[[], float] = lambda: 0.0,
        alive: Callable[[], bool] = lambda: True,
    ) -> Burst:
        """Send as fast as possible and return what came of it. `meter` gives the consumer's CPU time so far.

        Raises MissingRepliesError, also as soon as the consumer is not `alive`.
        """
        answers = self._expected = ReplyTracker(requests, meter)
        for request in requests:
            self._send(request)
        answers.wait(TIMEOUT_SECONDS, alive)
        received_at = answers.received_at.values()
        return Burst(max(received_at) - min(received_at), answers.cpu_marks[1] - answers.cpu_marks[0], len(requests))

    def _send(self, request: BenchmarkRequest) -> None:
        self._producer.send(self._topics.requests, value=request.value, key=request.key)

    def _seek_to_end(self) -> None:
        topic = self._topics.answers
        partitions = [TopicPartition(topic, number) for number in sorted(self._consumer.partitions_for_topic(topic))]
        self._consumer.assign(partitions)
        for partition, end in self._consumer.end_offsets(partitions, timeout_ms=CONNECT_TIMEOUT_MS).items():
            self._consumer.seek(partition, end)

    def _read(self) -> None:
        while not self._closing.is_set():
            for records in self._consumer.poll(timeout_ms=POLL_MS).values():
                now = time.perf_counter()
                self._expected.record([self._topics.correlation_id_of(record.value) for record in records], now)


class ReplyTracker:
    """The requests of one measurement and when each was answered."""

    def __init__(self, requests: Sequence[BenchmarkRequest], meter: Callable[[], float] = lambda: 0.0) -> None:
        self._missing = {request.id for request in requests}
        self._meter = meter
        self._all = threading.Event()
        self.received_at: dict[str, float] = {}
        self.cpu_marks = [0.0, 0.0]

    def record(self, ids: Sequence[str | None], now: float) -> None:
        """Enter answers; the first of each request counts, and those of earlier measurements do not."""
        fresh = self._missing.intersection(ids)
        if not fresh:
            return
        if not self.received_at:
            self.cpu_marks[0] = self._meter()
        self._missing -= fresh
        self.received_at |= dict.fromkeys(fresh, now)
        if not self._missing:
            self.cpu_marks[1] = self._meter()
            self._all.set()

    def wait(self, seconds: float, alive: Callable[[], bool] = lambda: True) -> None:
        """Wait for the last answer. Raises MissingRepliesError."""
        deadline = time.monotonic() + seconds
        while not self._all.wait(LIVENESS_CHECK_SECONDS):
            if not alive() or time.monotonic() > deadline:
                raise MissingRepliesError(f"{len(self._missing)} of the requests got no answer")
