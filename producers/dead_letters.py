"""Dead letters: reading them, fetching the records they refer to, and redriving those."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from msgspec import UNSET

from contract.blocks import BLOCK_TYPE, decode_block
from contract.codes import ErrorCode
from contract.errors import JSON_DECODE_ERRORS, MessageError
from contract.headers import Headers, get_header
from contract.kafka import CONNECT_TIMEOUT_MS, broker_unavailable_error
from contract.messages import REQUEST_TYPE, DeadLetter, decode_request
from contract.seal.envelope import is_sealed
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, DEAD_LETTERS, REQUESTS, base_name
from producers.broker import DELIVERY_TIMEOUT_MS, open_consumer, open_producer, silence_kafka_logging
from producers.errors import NotRedrivableError

RESEND = "the upstream system must send the request again"

IDLE_POLL_MS = 500
"""A retained record arrives within milliseconds. Tansu reports a wrong end offset, so silence has to mark the end."""

READ_TIMEOUT_SECONDS = 5.0
"""Longest wait for records that should be there: retention may have deleted them since their offsets were read."""


@dataclass(frozen=True)
class StoredDeadLetter:
    """A dead letter and its offset on the topic: the number that commands name it by."""

    offset: int
    dead_letter: DeadLetter


@dataclass(frozen=True)
class OriginalRecord:
    """The record that a dead letter refers to, as it is stored in its topic. Never shown."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def decode_dead_letter(value: bytes) -> DeadLetter | None:
    """Return the dead letter in a record's value, or None if it is not one."""
    try:
        return msgspec.json.decode(value, type=DeadLetter)
    except JSON_DECODE_ERRORS:
        return None


def redrive_blocker(
    topic: str, value: bytes | None, headers: Sequence[tuple[str, bytes]], now: datetime
) -> ErrorCode | None:
    """Return what prevents a worker of this version from processing the record; None if nothing does.

    `topic` is one of the two request topics. Feature values are not checked: invalid ones get a response that names
    them.
    """
    lane = base_name(topic)
    expected = {REQUESTS: REQUEST_TYPE, BATCH_REQUESTS: BLOCK_TYPE}[lane]
    if get_header(headers, "ce_type") not in (None, expected):
        return ErrorCode.UNSUPPORTED_VERSION
    if is_sealed(value or b""):
        return ErrorCode.UNKNOWN_SEALING_KEY  # only a worker of that time could open it
    try:
        expires_at = _request_deadline(value or b"") if lane == REQUESTS else decode_block(value or b"")[0].expires_at
    except MessageError as error:
        return error.code
    return ErrorCode.DEADLINE_EXCEEDED if expires_at is not None and expires_at < now else None


def _request_deadline(value: bytes) -> datetime | None:
    expires_at = decode_request(value).expires_at
    return None if expires_at is UNSET else expires_at


class DeadLetterQueue:
    """Reads the dead-letter topic and the request topics, and republishes records to them. For one thread.

    Raises BrokerUnavailableError, on construction and whenever the broker becomes broker_unavailable_error.
    """

    def __init__(self, config: Settings) -> None:
        silence_kafka_logging()
        self._config = config
        self._consumer: KafkaConsumer = open_consumer(config)
        self.undecodable = 0
        """Records of the topic that are not dead letters, as far as `read_all` has read."""

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def read_all(self) -> list[StoredDeadLetter]:
        """Return every retained dead letter, oldest first."""
        self.undecodable = 0
        partition = TopicPartition(self._config.topic(DEAD_LETTERS), 0)
        with self._translate_errors():
            records = list(self._read_range(partition, *self._offset_range(partition)))
        stored = []
        for record in records:
            dead_letter = decode_dead_letter(record.value or b"")
            if dead_letter is None:
                self.undecodable += 1
            else:
                stored.append(StoredDeadLetter(record.offset, dead_letter))
        return stored

    def fetch_original(self, stored: StoredDeadLetter) -> OriginalRecord:
        """Return the record that the dead letter refers to, ready to be redriven. Raises NotRedrivableError."""
        name, dead_letter = f"dead letter {stored.offset}", stored.dead_letter
        request_topics = {self._config.topic(lane) for lane in (REQUESTS, BATCH_REQUESTS)}
        original = self._fetch(dead_letter) if dead_letter.topic in request_topics else None
        if original is None:
            raise NotRedrivableError(f"{name}: its original record has expired; {RESEND}")
        blocker = redrive_blocker(original.topic, original.value, original.headers, datetime.now(UTC))
        if blocker:
            raise NotRedrivableError(
                f"{name}: no worker could process the original record ({blocker}). {blocker.spec.remedy}"
            )
        return original

    def redrive(self, original: OriginalRecord) -> int:
        """Publish the record again to its partition, with its key and headers, and return its new offset."""
        with self._translate_errors(), closing(open_producer(self._config)) as producer:
            # The same partition, however the sender chose it: a client's records must stay with one worker.
            sent = producer.send(
                original.topic, original.value, original.key, original.headers, partition=original.partition
            )
            return int(sent.get(timeout=DELIVERY_TIMEOUT_MS / 1000).offset)

    def _fetch(self, dead_letter: DeadLetter) -> OriginalRecord | None:
        partition = TopicPartition(dead_letter.topic, dead_letter.partition)
        with self._translate_errors():
            if dead_letter.partition not in (self._consumer.partitions_for_topic(dead_letter.topic) or ()):
                return None
            begin, _ = self._offset_range(partition)
            if dead_letter.offset < begin:
                return None
            # A record with a later offset: the original has been deleted since.
            record = next(self._read_range(partition, dead_letter.offset, dead_letter.offset + 1), None)
            if record is None or record.offset != dead_letter.offset:
                return None
            return OriginalRecord(
                dead_letter.topic, dead_letter.partition, record.key, record.value, list(record.headers)
            )

    def _offset_range(self, partition: TopicPartition) -> tuple[int, int]:
        begins = self._consumer.beginning_offsets([partition], timeout_ms=CONNECT_TIMEOUT_MS)
        ends = self._consumer.end_offsets([partition], timeout_ms=CONNECT_TIMEOUT_MS)
        return begins[partition], ends[partition]

    def _read_range(self, partition: TopicPartition, begin: int, end: int) -> Iterator[Any]:
        """Yield records until `end` is passed and no more arrive."""
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
            raise broker_unavailable_error(self._config, error) from error
