"""Offsets and timestamps of the topics, from the broker. No record is fetched."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorError,
)

from contract.kafka import broker_unavailable_error, client_options
from contract.settings import Settings
from contract.topic_admin import describe_topic_configs, first_record_timestamps
from contract.topics import TopicCheckStatus, base_name, check_topics
from producers.broker import disable_auto_topic_creation, silence_kafka_logging
from producers.monitoring.topic_stats import (
    DEAD_LETTER_WINDOW_SECONDS,
    RATE_WINDOW_SECONDS,
    WORKER_TOPICS,
    PartitionStats,
    TopicStats,
    topic_stats,
)

QUERY_TIMEOUT_MS = 3_000
"""Longest wait for a response. A broker that runs takes a millisecond or two, and a view must not freeze."""

TIMESTAMP_RESOLUTION_MS = 250
"""Precision of the age of an uncommitted record; half the precision saves one query."""

COORDINATOR_ERRORS = (CoordinatorNotAvailableError, CoordinatorLoadInProgressError, NotCoordinatorError)

Offsets = Mapping[TopicPartition, int]


class TopicMonitor:
    """Reads lag, rate and age of every topic over one connection to the broker."""

    def __init__(self, config: Settings) -> None:
        """Connect. Raises BrokerUnavailableError."""
        silence_kafka_logging()
        self._config = config
        self.refresh_topic_report()
        options = client_options(config) | {
            "bootstrap_timeout_ms": QUERY_TIMEOUT_MS,
            "request_timeout_ms": QUERY_TIMEOUT_MS,
        }
        with ExitStack() as opened:
            try:
                self._admin = KafkaAdminClient(**options)
                opened.callback(self._admin.close)
                self._consumer = KafkaConsumer(**options, group_id=None, enable_auto_commit=False)
            except KafkaError as error:
                raise broker_unavailable_error(config, error) from error
            opened.pop_all()
        disable_auto_topic_creation(self._consumer._cluster)

    @property
    def offsets_reliable(self) -> bool:
        """Whether end offsets are correct: a broker that does not report topic settings reports wrong ones."""
        return self.report.status is not TopicCheckStatus.UNVERIFIABLE

    def refresh_topic_report(self) -> None:
        """Check the topics' settings again. Raises BrokerUnavailableError."""
        self.report = check_topics(describe_topic_configs(self._config), self._config.retention)

    def __enter__(self) -> "TopicMonitor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()
        self._admin.close()

    def read(self) -> list[TopicStats]:
        """Return the statistics of every topic that exists. Raises BrokerUnavailableError."""
        try:
            names = set(self._admin.list_topics())
            return [self._stats(spec.name) for spec in self._config.topics() if spec.name in names]
        except KafkaError as error:
            raise broker_unavailable_error(self._config, error) from error

    def _stats(self, topic: str) -> TopicStats:
        numbers = sorted(self._consumer.partitions_for_topic(topic) or ())
        partitions = [TopicPartition(topic, number) for number in numbers]
        committed = self._committed_offsets(partitions) if base_name(topic) in WORKER_TOPICS else {}
        parts = self._partitions(partitions, committed)
        return topic_stats(
            topic, parts, time.time(), offsets_reliable=self.offsets_reliable, retention=self._config.retention
        )

    def _partitions(self, partitions: list[TopicPartition], committed: Offsets) -> list[PartitionStats]:
        begins = self._consumer.beginning_offsets(partitions)
        ends = self._consumer.end_offsets(partitions)
        first = self._consumer.offsets_for_times(dict.fromkeys(partitions, 0))
        recent = self._count_since(RATE_WINDOW_SECONDS, ends)
        dead = self._count_since(DEAD_LETTER_WINDOW_SECONDS, ends)
        waiting = {tp: max(committed[tp], begins[tp]) for tp in committed}
        behind = {tp: offset for tp, offset in waiting.items() if offset < ends[tp]}
        oldest = first_record_timestamps(first)
        lag_times = self._timestamps_at(behind, oldest) if self.offsets_reliable else {}
        return [
            PartitionStats(
                begins[tp],
                ends[tp],
                oldest.get(tp),
                recent[tp],
                dead[tp],
                max(0, ends[tp] - waiting[tp]) if tp in waiting else None,
                lag_times.get(tp),
            )
            for tp in partitions
        ]

    def _committed_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the committed offsets of the workers' group; 0 where it has committed none.

        Empty while the coordinator is broker_unavailable_error: a broker that has just started takes seconds to serve
        groups.
        """
        group = self._config.group
        try:
            committed = self._admin.list_group_offsets({group: partitions})[group]
        except COORDINATOR_ERRORS:
            return {}
        return {tp: max(0, committed[tp].offset) if tp in committed else 0 for tp in partitions}

    def _count_since(self, seconds: float, ends: Offsets) -> dict[TopicPartition, int]:
        """Return how many records were appended within the last `seconds`."""
        then = int((time.time() - seconds) * 1000)
        found = self._consumer.offsets_for_times(dict.fromkeys(ends, then))
        return {tp: max(0, end - found[tp].offset) if found.get(tp) else 0 for tp, end in ends.items()}

    def _timestamps_at(self, wanted: Offsets, oldest: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Return the timestamps of the records at these offsets, at most TIMESTAMP_RESOLUTION_MS too early.

        A broker finds the first record after a time, but not the time of a record, so this is a binary search.
        `oldest`: timestamp of the first record of each partition.
        """
        low = {tp: oldest[tp] for tp in wanted if tp in oldest}
        high = dict.fromkeys(low, int(time.time() * 1000))
        while open_ := {tp: (low[tp] + high[tp]) // 2 for tp in low if high[tp] - low[tp] > TIMESTAMP_RESOLUTION_MS}:
            found = self._consumer.offsets_for_times(dict(open_))
            for tp, middle in open_.items():
                first = found.get(tp)
                if first and first.offset <= wanted[tp]:
                    low[tp] = middle
                else:
                    high[tp] = middle
        return low
