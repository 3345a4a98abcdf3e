"""Dead letters while they live: reading them, finding the records they stand for, and giving those back."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from contract.errors import NOT_JSON
from contract.headers import Headers
from contract.kafka import CONNECT_TIMEOUT_MS, unavailable
from contract.messages import DeadLetter
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, DEAD_LETTERS, REQUESTS
from producers.broker import DELIVERY_TIMEOUT_MS, open_consumer, open_producer, silence_kafka_logging
from producers.causes import EXPLANATIONS, redrive_blocker
from producers.errors import NotRedrivableError

RESEND = "upstream must send the request again"

IDLE_POLL_MS = 500
"""A record that is there comes within milliseconds. Tansu tells a wrong end, so silence has to say where it is."""

READ_TIMEOUT_SECONDS = 5.0
"""Longest wait for records that should be there: retention may have taken them since their offsets were read."""


@dataclass(frozen=True)
class StoredDeadLetter:
    """A dead letter and the offset under which it lies on its topic: the number that people call it by."""

    number: int
    dead_letter: DeadLetter


@dataclass(frozen=True)
class OriginalRecord:
    """The record that a dead letter stands for, as it lies in its topic. Never shown to anybody."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def decode_dead_letter(value: bytes) -> DeadLetter | None:
    """Return the dead letter that a record holds, or None when it holds none."""
    try:
        return msgspec.json.decode(value, type=DeadLetter)
    except NOT_JSON:
        return None


class DeadLetterQueue:
    """Reads the topic of dead letters and the request topics, and gives records back to them. One thread.

    Raises BrokerUnavailable, on construction and whenever the broker goes away.
    """

    def __init__(self, config: Settings) -> None:
        silence_kafka_logging()
        self._config = config
        self._consumer: KafkaConsumer = open_consumer(config)
        self.undecodable = 0
        """Records on the topic that are no dead letters, as far as `letters` has read."""

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def letters(self) -> list[StoredDeadLetter]:
        """Return every dead letter that can still be read, oldest first."""
        self.undecodable = 0
        partition = TopicPartition(DEAD_LETTERS, 0)
        with self._translate_errors():
            begin, end = self._offset_range(partition)
            records = list(self._read_range(partition, begin, end))
        letters = []
        for record in records:
            dead_letter = decode_dead_letter(record.value or b"")
            if dead_letter is None:
                self.undecodable += 1
            else:
                letters.append(StoredDeadLetter(record.offset, dead_letter))
        return letters

    def original(self, letter: StoredDeadLetter) -> OriginalRecord:
        """Return the record that the letter stands for, fit to be given back. Raises NotRedrivableError."""
        name, dead_letter = f"dead letter {letter.number}", letter.dead_letter
        original = self._fetch(dead_letter) if dead_letter.topic in (REQUESTS, BATCH_REQUESTS) else None
        if original is None:
            raise NotRedrivableError(f"{name}: the record it stands for is gone; {RESEND}")
        fault = redrive_blocker(original.topic, original.value, original.headers, datetime.now(UTC))
        if fault:
            raise NotRedrivableError(
                f"{name}: no worker could answer the record as it is ({fault}). {EXPLANATIONS[fault].remedy}"
            )
        return original

    def redrive(self, original: OriginalRecord) -> int:
        """Publish the record again where it was, with its key and headers, and return its new offset."""
        with self._translate_errors(), closing(open_producer(self._config)) as producer:
            # The same partition, whichever way the sender chose it: a client's records must stay with one worker.
            sent = producer.send(
                original.topic, original.value, original.key, original.headers, partition=original.partition
            )
            return int(sent.get(timeout=DELIVERY_TIMEOUT_MS / 1000).offset)

    def _fetch(self, letter: DeadLetter) -> OriginalRecord | None:
        partition = TopicPartition(letter.topic, letter.partition)
        with self._translate_errors():
            if letter.partition not in (self._consumer.partitions_for_topic(letter.topic) or ()):
                return None
            begin, _ = self._offset_range(partition)
            if letter.offset < begin:
                return None
            # A record with a later offset: the one that was here has been deleted since.
            record = next(self._read_range(partition, letter.offset, letter.offset + 1), None)
            if record is None or record.offset != letter.offset:
                return None
            return OriginalRecord(letter.topic, letter.partition, record.key, record.value, list(record.headers))

    def _offset_range(self, partition: TopicPartition) -> tuple[int, int]:
        begins = self._consumer.beginning_offsets([partition], timeout_ms=CONNECT_TIMEOUT_MS)
        ends = self._consumer.end_offsets([partition], timeout_ms=CONNECT_TIMEOUT_MS)
        return begins[partition], ends[partition]

    def _read_range(self, partition: TopicPartition, begin: int, end: int) -> Iterator[Any]:
        """Yield records until `end` is passed and no more come."""
        self._consumer.assign([partition])
        self._consumer.seek(partition, begin)
        deadline = time.monotonic() + READ_TIMEOUT_SECONDS
        while True:
            records = self._consumer.poll(timeout_ms=IDLE_POLL_MS).get(partition, [])
            yield from records
            if not records and (self._consumer.position(partition) >= end or time.monotonic() > deadline):
                return

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise unavailable(self._config, error) from error
