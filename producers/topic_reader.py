"""Reading a topic: every partition, without a consumer group, by default from its end.

A consumer group would give responses to another process after a rebalance. So each requester reads all of them and
keeps its own.
"""

import logging
import threading
import time
from collections.abc import Callable
from uuid import UUID

from kafka import TopicPartition
from kafka.errors import KafkaError

from contract.headers import Headers
from contract.kafka import CONNECT_TIMEOUT_MS, broker_unavailable_error
from contract.settings import Settings
from producers.broker import open_consumer

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
"""Between two polls while no response is awaited: often enough to keep up with the responses of others."""

POLL_MS = 200
"""Longest poll. It ends as soon as data arrives, so it only bounds how long `close` takes."""

RESTART_CHECK_SECONDS = 1.0
"""How often end offsets are checked, to notice a broker that restarted empty: one small request."""

RESTART_CHECK_TIMEOUT_MS = 2_000
"""A running broker returns its offsets in milliseconds."""


class TopicReader:
    """One thread that reads a topic (`topic`: its base name) and passes each value, with its headers, to `on_record`.

    The value is None for a record without one.

    It polls continuously while a record is expected and pauses otherwise, because a fetch every few milliseconds costs
    a twentieth of a core. A long fetch is no alternative: some brokers return it late, and a new request would wait for
    it. `record_expected(seconds)` waits up to `seconds` until a record is expected and returns whether one is; by
    default one always is. `from_beginning`: also read the records that the topic already holds.

    When the constructor returns, the position in every partition is fixed: a response to a request published afterwards
    cannot be missed. Raises BrokerUnavailableError.
    """

    def __init__(
        self,
        config: Settings,
        topic: str,
        on_record: Callable[[bytes | None, Headers], None],
        record_expected: Callable[[float], bool] = lambda _: True,
        *,
        from_beginning: bool = False,
    ) -> None:
        self._topic = config.topic(topic)
        self._on_record = on_record
        self._record_expected = record_expected
        self._closing = threading.Event()
        self._failing = False
        self._topic_id: UUID | None = None
        self._consumer = open_consumer(config)
        try:
            self._end_offsets = self._seek_to_end()
            if from_beginning:
                self._consumer.seek_to_beginning(*self._end_offsets)
        except KafkaError as error:
            self._consumer.close()
            raise broker_unavailable_error(config, error) from error
        self._topic_id = self._read_topic_id()
        self._checked_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"read {self._topic}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop reading and disconnect."""
        self._closing.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _seek_to_end(self) -> dict[TopicPartition, int]:
        numbers = self._consumer.partitions_for_topic(self._topic)
        partitions = [TopicPartition(self._topic, number) for number in sorted(numbers)]
        self._consumer.assign(partitions)
        ends: dict[TopicPartition, int] = self._consumer.end_offsets(partitions, timeout_ms=CONNECT_TIMEOUT_MS)
        for partition, end in ends.items():
            # Tansu reports the start of the last batch: then its tail is read again, and matches no request.
            self._consumer.seek(partition, end)
        return ends

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._read()
                self._failing = False
            except Exception as error:  # the library raises KeyError, too, while a topic is being recreated
                self._back_off(error)
        self._consumer.close()

    def _back_off(self, error: Exception) -> None:
        if not self._failing:
            log.warning("could not read %s (%s); retrying", self._topic, type(error).__name__)
        self._failing = True
        self._closing.wait(POLL_MS / 1000)

    def _read(self) -> None:
        # Without an expected record, take what an earlier fetch brought, and send the next.
        wait_ms = POLL_MS if self._record_expected(IDLE_SECONDS) else 0
        for records in self._consumer.poll(timeout_ms=wait_ms).values():
            for record in records:
                self._dispatch(record.value, record.headers)
        if time.monotonic() - self._checked_at >= RESTART_CHECK_SECONDS:
            self._checked_at = time.monotonic()
            self._rewind_if_recreated()

    def _dispatch(self, value: bytes | None, headers: Headers) -> None:
        try:
            self._on_record(value, headers)
        except Exception as error:  # one record must not cost the others, which the position has passed already
            log.error("could not handle a record of %s (%s)", self._topic, type(error).__name__)

    def _rewind_if_recreated(self) -> None:
        """Rewind the partitions of a topic that was recreated: a broker without disk restarted empty.

        Kafka reports a position beyond the end, Tansu reports nothing. The position itself proves nothing on Tansu,
        whose end offset lies before the last records. A new log that is already longer than the old one is recognised
        by the topic's id, which Kafka assigns when it creates a topic.
        """
        ends = self._consumer.end_offsets(list(self._end_offsets), timeout_ms=RESTART_CHECK_TIMEOUT_MS)
        topic_id = self._read_topic_id()
        recreated = topic_id != self._topic_id
        other = [partition for partition, end in ends.items() if recreated or end < self._end_offsets[partition]]
        self._end_offsets, self._topic_id = ends, topic_id
        if other:
            log.warning("%s was recreated or truncated; reading from the beginning", self._topic)
            self._consumer.seek_to_beginning(*other)

    def _read_topic_id(self) -> UUID | None:
        """Return the topic's last known id; the client learns a new one when it reconnects."""
        topic_id: UUID | None = self._consumer._cluster.topic_id(self._topic)
        return topic_id or self._topic_id
