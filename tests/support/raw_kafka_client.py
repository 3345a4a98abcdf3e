"""Raw records to and from a broker, without any code of the requesters."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import pyarrow as pa
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from contract.blocks import BlockInfo, ResultInfo, decode_result_block, encode_block
from contract.ids import new_request_id
from contract.kafka import client_options
from contract.messages import ScoreResult, decode_result
from contract.seal.envelope import is_sealed
from contract.settings import Settings
from contract.topics import (
    BATCH_REQUESTS,
    BATCH_RESPONSES,
    DEAD_LETTERS,
    MAX_MESSAGE_BYTES,
    REQUESTS,
    RESPONSES,
    base_name,
)
from tests.support.waiting import WAIT_SECONDS

Headers = Sequence[tuple[str, bytes]]


class RawKafkaClient:
    """Sends requests and keeps every record of the response topics that came since it was made."""

    def __init__(self, config: Settings) -> None:
        self._topic = config.topic
        self._producer = KafkaProducer(
            **client_options(config), max_request_size=MAX_MESSAGE_BYTES, enable_idempotence=False, acks="all"
        )
        self._consumer = KafkaConsumer(
            **client_options(config), max_partition_fetch_bytes=MAX_MESSAGE_BYTES, fetch_max_wait_ms=50
        )
        partitions = [
            TopicPartition(spec.name, number)
            for spec in config.topics()
            if base_name(spec.name) in (RESPONSES, BATCH_RESPONSES, DEAD_LETTERS)
            for number in range(spec.partitions)
        ]
        self._consumer.assign(partitions)
        self._consumer.seek_to_end(*partitions)
        for partition in partitions:
            self._consumer.position(partition)  # fixes the place now, not at the first poll
        self.records: dict[str, list[ConsumerRecord]] = defaultdict(list)
        """Base name of the topic → its records."""
        self.results: dict[str | None, list[ScoreResult]] = defaultdict(list)
        """Every interactive answer so far, by request."""

    def close(self) -> None:
        self._producer.close()
        self._consumer.close()

    def send(
        self, topic: str, value: bytes | None, key: bytes | None, headers: Headers = (), partition: int | None = None
    ) -> Any:
        """Send one record; returns the future of its metadata."""
        return self._producer.send(self._topic(topic), value, key, list(headers), partition)

    def flush(self) -> None:
        self._producer.flush()

    def send_request(self, features: Any = None, client_ref: str = "c1", headers: Headers = (), **fields: Any) -> str:
        """Send one request; returns its id. None leaves a field out."""
        request_id = new_request_id()
        message = {"request_id": request_id, "client_ref": client_ref, "features": features, **fields}
        value = msgspec.json.encode({name: field for name, field in message.items() if field is not None})
        self.send(REQUESTS, value, client_ref.encode(), headers)
        return request_id

    def send_block(self, batch: pa.RecordBatch, info: BlockInfo) -> None:
        self.send(BATCH_REQUESTS, encode_block(info, batch), info.block_id.encode())

    def read(self, done: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
        """Read answers until `done`; fails the test when that takes too long."""
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, "no answer in time"
            self.poll(100)

    def poll(self, wait_ms: int) -> None:
        for records in self._consumer.poll(wait_ms).values():
            for record in records:
                topic = base_name(record.topic)
                self.records[topic].append(record)
                if topic == RESPONSES and not is_sealed(record.value):
                    result = decode_result(record.value)
                    self.results[result.request_id].append(result)

    def wait_for_results(self, request_ids: Iterable[str]) -> list[ScoreResult]:
        """Wait for the answers of these requests; returns the first of each, in order."""
        self.flush()
        wanted = list(request_ids)
        self.read(lambda: set(wanted) <= self.results.keys())
        return [self.results[request_id][0] for request_id in wanted]

    def wait_for_result(self, request_id: str) -> Any:
        [only] = self.wait_for_results([request_id])
        return only

    def wait_for_block(self, block_id: str) -> tuple[ResultInfo, list[dict[str, Any]]]:
        """Wait for the result block of that id."""

        def found() -> tuple[ResultInfo, pa.RecordBatch] | None:
            blocks = [decode_result_block(record.value) for record in self.records[BATCH_RESPONSES]]
            return next(((info, batch) for info, batch in blocks if info.block_id == block_id), None)

        self.flush()
        self.read(lambda: found() is not None)
        info, batch = found() or (None, None)
        assert info is not None
        return info, batch.to_pylist()
