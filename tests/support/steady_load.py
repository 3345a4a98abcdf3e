"""A steady stream of requests, and a record of what became of each."""

import math
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar

import msgspec
import pyarrow as pa
from kafka.errors import KafkaError

from contract.blocks import BlockInfo, decode_result_block, encode_block
from contract.codes import Status
from contract.headers import Headers
from contract.ids import new_request_id
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, BATCH_RESPONSES, REQUESTS, RESPONSES
from producers.broker import open_producer
from producers.topic_reader import TopicReader
from tests.support.delivery_tracker import DeliveryCounts, DeliveryTracker, result_digest
from tests.support.records import block_batch
from tests.support.waiting import wait_until

CLIENTS = 5_000
"""Clients that take turns, each with several rows: now and then one is answered from a worker's cache."""

TTL_SECONDS = 120.0
"""Longer than any fault of these tests: no request may be called expired because a worker was away."""

SETTLE_SECONDS = 60.0
"""What has no answer so long after the last request has none at all."""

POLL_SECONDS = 0.02
"""Between two looks at the tracker."""

Entry = tuple[int, Status, int]
"""Number of the request, status and digest of an answer."""


class LaneCodec:
    """How requests of a lane are written and its answers read. Ids hold the number of the request."""

    requests: ClassVar[str]
    answers: ClassVar[str]
    rows: int

    def __init__(self, features: Sequence[Mapping[str, Any]], lifetime: float | None = TTL_SECONDS) -> None:
        self._features = [dict(row) for row in features]
        self._lifetime = lifetime
        self._id_prefix = str(uuid.uuid4())[:-12]

    def write(self, numbers: range) -> tuple[bytes, bytes]:
        """Return key and value of the record that asks for these numbers."""
        raise NotImplementedError

    def read(self, value: bytes) -> Iterator[Entry]:
        """Return the answers of a record that answer this load."""
        raise NotImplementedError

    def _id(self, number: int) -> str:
        return f"{self._id_prefix}{number:012x}"

    def _row(self, number: int) -> dict[str, Any]:
        return self._features[number % len(self._features)]

    def _entry(self, answer: Mapping[str, Any]) -> Iterator[Entry]:
        request_id = answer["request_id"] or ""
        if request_id.startswith(self._id_prefix):
            yield int(request_id[-12:], 16), Status(answer["status"]), result_digest(answer)


class InteractiveCodec(LaneCodec):
    """The interactive lane."""

    requests, answers, rows = REQUESTS, RESPONSES, 1

    def write(self, numbers: range) -> tuple[bytes, bytes]:
        [number] = numbers
        client = f"load-{number % CLIENTS}"
        message = {"request_id": self._id(number), "client_ref": client, "features": self._row(number)}
        if self._lifetime is not None:
            message["expires_at"] = datetime.now(UTC) + timedelta(seconds=self._lifetime)
        return client.encode(), msgspec.json.encode(message)

    def read(self, value: bytes) -> Iterator[Entry]:
        yield from self._entry(msgspec.json.decode(value))


class BatchCodec(LaneCodec):
    """The batch lane, so many rows a block."""

    requests, answers = BATCH_REQUESTS, BATCH_RESPONSES

    def __init__(self, features: Sequence[Mapping[str, Any]], rows: int) -> None:
        super().__init__(features)
        self.rows = rows

    def write(self, numbers: range) -> tuple[bytes, bytes]:
        ids = pa.array([self._id(number) for number in numbers], pa.string())
        batch = block_batch([self._row(number) for number in numbers]).set_column(0, "request_id", ids)
        expires_at = datetime.now(UTC) + timedelta(seconds=TTL_SECONDS)
        info = BlockInfo("load", new_request_id(), True, expires_at)
        return info.block_id.encode(), encode_block(info, batch)

    def read(self, value: bytes) -> Iterator[Entry]:
        info, rows = decode_result_block(value)
        for row in rows.to_pylist():
            yield from self._entry(asdict(info) | row)


class SteadyLoad:
    """Asks at a steady rate while its context lasts, at most `capacity` requests; reads every answer of its lane.

    A request that goes out late counts from when it was due: a fault cannot hide by holding up the questioner.
    `before_read` can hold up the reading of answers, as a requester that has something else to do.
    """

    def __init__(
        self,
        config: Settings,
        lane: LaneCodec,
        per_second: float,
        capacity: int = 100_000,
        before_read: Callable[[], object] = lambda: None,
    ) -> None:
        self.tracker = DeliveryTracker(capacity)
        self._lane = lane
        self._per_second = per_second
        self._capacity = capacity
        self._before_read = before_read
        self._stopping = threading.Event()
        self._requests = config.topic(lane.requests)
        self._producer = open_producer(config)
        self._reader = TopicReader(config, lane.answers, self._on_record)
        self._sender = threading.Thread(target=self._send_all, name="load", daemon=True)

    def __enter__(self) -> "SteadyLoad":
        self._sender.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._producer.close(timeout=0)
        self._reader.close()

    def stop(self) -> None:
        """Ask no more."""
        self._stopping.set()
        self._sender.join()

    def wait_for(self, answers: int, seconds: float = SETTLE_SECONDS) -> None:
        """Wait until so many more requests are answered."""
        aim = self.tracker.answers + answers
        wait_until(lambda: self.tracker.answers >= aim, seconds, "too few answers came")

    def wait_until_recovered(self, seconds: float = SETTLE_SECONDS, since: float = -math.inf) -> None:
        """Wait until no request that was due from `since` on waits for longer than it should."""
        wait_until(
            lambda: not self.tracker.has_overdue(time.monotonic(), since), seconds, "the answers did not catch up"
        )

    def drain(self, seconds: float = SETTLE_SECONDS) -> DeliveryCounts:
        """Ask no more, wait until nothing waits for an answer or the time is up, and return the counts."""
        self.stop()
        deadline = time.monotonic() + seconds
        while self.tracker.pending and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return self.tracker.counts()

    def _send_all(self) -> None:
        began = time.monotonic()
        rows = self._lane.rows
        for first in range(0, self._capacity - rows + 1, rows):
            due = began + first / self._per_second
            if self._stopping.wait(max(0.0, due - time.monotonic())):
                return
            self._send(range(first, first + rows), due)

    def _send(self, numbers: range, due: float) -> None:
        key, value = self._lane.write(numbers)
        self.tracker.record_sent(numbers, due)
        try:
            sent = self._producer.send(self._requests, value, key=key)
        except KafkaError:
            self.tracker.record_delivery_failure(numbers)
        else:
            sent.add_errback(lambda _: self.tracker.record_delivery_failure(numbers))

    def _on_record(self, value: bytes, _: Headers) -> None:
        self._before_read()
        now = time.monotonic()
        for number, status, digest in self._lane.read(value):
            self.tracker.record_reply(number, status, digest, now)
