"""Reading a response topic: every partition, without a group, as a rule from this moment on.

A consumer group would hand answers to another process after a rebalance. So each requester reads them all and keeps
its own.
"""

import logging
import threading
import time
from collections.abc import Callable
from uuid import UUID

from kafka import TopicPartition
from kafka.errors import KafkaError

from contract.kafka import CONNECT_TIMEOUT_MS, unavailable
from contract.settings import Settings
from producers.broker import open_consumer

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
"""Between two looks at the topic while nobody waits for an answer: often enough to keep up with what others get."""

POLL_MS = 200
"""Longest sleep while nothing arrives. Data ends it at once; it only bounds how long `close` takes."""

RESTART_CHECK_SECONDS = 1.0
"""How often the ends of the partitions are read to notice a broker that came back empty: one small request."""

RESTART_CHECK_TIMEOUT_MS = 2_000
"""A running broker tells its offsets in milliseconds."""


class ResponseReader:
    """One thread that reads a response topic and hands each value to `handle`, None for a record without one.

    It reads as fast as it can while an answer is expected, and rests otherwise, for a fetch every few milliseconds
    costs a twentieth of a core. A fetch that waits long would not do instead: a request that comes meanwhile would wait
    for it where brokers answer a fetch late. `expected(seconds)` waits until an answer is expected, at most so long,
    and returns whether one is; by default one always is. `from_beginning`: also what the topic holds already.

    When the constructor returns, the position in every partition is settled: no answer to a request that is published
    afterwards can be missed. Raises BrokerUnavailable.
    """

    def __init__(
        self,
        config: Settings,
        topic: str,
        handle: Callable[[bytes | None], None],
        expected: Callable[[float], bool] = lambda _: True,
        *,
        from_beginning: bool = False,
    ) -> None:
        self._topic = topic
        self._handle = handle
        self._expected = expected
        self._closing = threading.Event()
        self._failing = False
        self._topic_id: UUID | None = None
        self._consumer = open_consumer(config)
        try:
            self._ends = self._seek_to_end()
            if from_beginning:
                self._consumer.seek_to_beginning(*self._ends)
        except KafkaError as error:
            self._consumer.close()
            raise unavailable(config, error) from error
        self._topic_id = self._read_topic_id()
        self._checked_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"read {topic}", daemon=True)
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
            # Tansu reports the start of the last batch: then its tail is read again, and matched by nobody.
            self._consumer.seek(partition, end)
        return ends

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._read()
                self._failing = False
            except Exception as error:  # the library raises KeyError, too, while a topic is being recreated
                self._pause(error)
        self._consumer.close()

    def _pause(self, error: Exception) -> None:
        if not self._failing:
            log.warning("%s cannot be read (%s); trying again", self._topic, type(error).__name__)
        self._failing = True
        self._closing.wait(POLL_MS / 1000)

    def _read(self) -> None:
        # Without an expected answer, take what an earlier fetch brought, and send the next.
        wait_ms = POLL_MS if self._expected(IDLE_SECONDS) else 0
        for records in self._consumer.poll(timeout_ms=wait_ms).values():
            for record in records:
                self._hand_over(record.value)
        if time.monotonic() - self._checked_at >= RESTART_CHECK_SECONDS:
            self._checked_at = time.monotonic()
            self._follow_restart()

    def _hand_over(self, value: bytes | None) -> None:
        try:
            self._handle(value)
        except Exception as error:  # one record must not cost the others, which are behind the position already
            log.error("an answer in %s could not be used (%s)", self._topic, type(error).__name__)

    def _follow_restart(self) -> None:
        """Read from the beginning what is another log than before: a broker without disk came back empty.

        Kafka reports a position beyond the end, Tansu stays silent for ever. The position itself proves nothing
        on Tansu, where the reported end lies before the last records. A log that is longer already than the last one
        was is known by the topic's id, which Kafka gives a topic when it is created.
        """
        ends = self._consumer.end_offsets(list(self._ends), timeout_ms=RESTART_CHECK_TIMEOUT_MS)
        topic_id = self._read_topic_id()
        recreated = topic_id != self._topic_id
        other = [partition for partition, end in ends.items() if recreated or end < self._ends[partition]]
        self._ends, self._topic_id = ends, topic_id
        if other:
            log.warning("%s is new or has become shorter: the broker restarted empty; reading it anew", self._topic)
            self._consumer.seek_to_beginning(*other)

    def _read_topic_id(self) -> UUID | None:
        """Return the topic's id as far as it is known: the client hears of another when it connects anew."""
        topic_id: UUID | None = self._consumer._cluster.topic_id(self._topic)
        return topic_id or self._topic_id
