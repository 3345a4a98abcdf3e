"""Asking the broker for offsets and times. No record is read: none leaves the broker."""

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

from contract.kafka import connection, read_topic_settings, times_of, unavailable
from contract.settings import Settings
from contract.topics import TOPICS, Verdict, check_topics
from producers.broker import forbid_topic_creation, quiet_library
from producers.topics.view import (
    DEAD_LETTER_SECONDS,
    RATE_SECONDS,
    READ_BY_WORKERS,
    PartitionOffsets,
    TopicView,
    view_topic,
)

ASK_MS = 3_000
"""Wait for an answer; a broker that runs takes a millisecond or two, and a view must not stand still for long."""

RESOLUTION_MS = 250
"""As near the age of an unanswered record is looked for: half of it halves the steps."""

NO_COORDINATOR = (CoordinatorNotAvailableError, CoordinatorLoadInProgressError, NotCoordinatorError)

Offsets = Mapping[TopicPartition, int]


class OffsetReader:
    """Keeps a connection to the broker from look to look."""

    def __init__(self, config: Settings) -> None:
        """Connect. Raises BrokerUnavailable."""
        quiet_library()
        self._config = config
        self.check()
        asking = connection(config) | {"bootstrap_timeout_ms": ASK_MS, "request_timeout_ms": ASK_MS}
        with ExitStack() as opened:
            try:
                self._admin = KafkaAdminClient(**asking)
                opened.callback(self._admin.close)
                self._consumer = KafkaConsumer(**asking, group_id=None, enable_auto_commit=False)
            except KafkaError as error:
                raise unavailable(config, error) from error
            opened.pop_all()
        forbid_topic_creation(self._consumer._cluster)

    @property
    def offsets_hold(self) -> bool:
        """Whether the broker tells true end offsets: one that does not tell its topics' settings does not."""
        return self.report.verdict is not Verdict.UNVERIFIABLE

    def check(self) -> None:
        """Judge the topics' settings anew, as they are now. Raises BrokerUnavailable."""
        self.report = check_topics(read_topic_settings(self._config))

    def __enter__(self) -> "OffsetReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()
        self._admin.close()

    def read(self) -> list[TopicView]:
        """Look at every topic that exists. Raises BrokerUnavailable."""
        try:
            names = set(self._admin.list_topics())
            return [self._view(spec.name) for spec in TOPICS if spec.name in names]
        except KafkaError as error:
            raise unavailable(self._config, error) from error

    def _view(self, topic: str) -> TopicView:
        numbers = sorted(self._consumer.partitions_for_topic(topic) or ())
        partitions = [TopicPartition(topic, number) for number in numbers]
        answered = self._answered(partitions) if topic in READ_BY_WORKERS else {}
        parts = self._partitions(partitions, answered)
        return view_topic(topic, parts, time.time(), offsets_hold=self.offsets_hold)

    def _partitions(self, partitions: list[TopicPartition], answered: Offsets) -> list[PartitionOffsets]:
        begins = self._consumer.beginning_offsets(partitions)
        ends = self._consumer.end_offsets(partitions)
        first = self._consumer.offsets_for_times(dict.fromkeys(partitions, 0))
        recent, minute = self._since(RATE_SECONDS, ends), self._since(DEAD_LETTER_SECONDS, ends)
        waiting = {tp: max(answered[tp], begins[tp]) for tp in answered}
        behind = {tp: offset for tp, offset in waiting.items() if offset < ends[tp]}
        oldest = times_of(first)
        came = self._times(behind, oldest) if self.offsets_hold else {}
        return [
            PartitionOffsets(
                begins[tp],
                ends[tp],
                oldest.get(tp),
                recent[tp],
                minute[tp],
                max(0, ends[tp] - waiting[tp]) if tp in waiting else None,
                came.get(tp),
            )
            for tp in partitions
        ]

    def _answered(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the next offset that the workers' group has to answer; 0 where it has committed none.

        Nothing while the broker does not know: one that has just started takes seconds until it serves groups.
        """
        group = self._config.consumer_group
        try:
            committed = self._admin.list_group_offsets({group: partitions})[group]
        except NO_COORDINATOR:
            return {}
        return {tp: max(0, committed[tp].offset) if tp in committed else 0 for tp in partitions}

    def _since(self, seconds: float, ends: Offsets) -> dict[TopicPartition, int]:
        """Return how many records came within the last seconds."""
        then = int((time.time() - seconds) * 1000)
        found = self._consumer.offsets_for_times(dict.fromkeys(ends, then))
        return {tp: max(0, end - found[tp].offset) if found.get(tp) else 0 for tp, end in ends.items()}

    def _times(self, wanted: Offsets, oldest: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Return when the records at these offsets came, within RESOLUTION_MS, never too late.

        A broker tells the first record from a time on, not the time of a record: so the time is halved until it is
        near. `oldest`: when the first record of the partition came.
        """
        low = {tp: oldest[tp] for tp in wanted if tp in oldest}
        high = dict.fromkeys(low, int(time.time() * 1000))
        while open_ := {tp: (low[tp] + high[tp]) // 2 for tp in low if high[tp] - low[tp] > RESOLUTION_MS}:
            found = self._consumer.offsets_for_times(dict(open_))
            for tp, middle in open_.items():
                first = found.get(tp)
                if first and first.offset <= wanted[tp]:
                    low[tp] = middle
                else:
                    high[tp] = middle
        return low
