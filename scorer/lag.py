"""How far a worker is behind, from offsets alone. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from scorer.record import Record

OffsetMap: TypeAlias = Mapping[Any, int]
"""Partition (anything with `topic` and `partition`) → offset."""


@dataclass(frozen=True)
class TopicLag:
    """How far behind. `seconds`: age of the oldest record without an answer, 0 when there is none."""

    records: int
    seconds: float


class LagTracker:
    """Follows the partitions of a worker from look to look.

    A record's age cannot be asked for by its offset. But the oldest one without an answer came after the last one with
    an answer, and after the last look at which nothing waited: its age is never more than what is said here, and less
    by no more than a pause between two requests or two looks. Where neither is known, because a worker has just begun
    on a partition, the time since its first look is what it has waited at least.
    """

    def __init__(self) -> None:
        self._answered_at: dict[tuple[str, int], float] = {}
        self._caught_up_at: dict[tuple[str, int], float] = {}
        self._first_seen_at: dict[tuple[str, int], float] = {}

    def mark_processed(self, records: Iterable[Record]) -> None:
        """Note records whose answers are acknowledged."""
        for record in records:
            if record.timestamp is not None:
                self._answered_at[record.topic, record.partition] = record.timestamp

    def update(self, ends: OffsetMap, answered: OffsetMap, now: float) -> dict[str, TopicLag]:
        """Return the lag of each topic of which the worker has a partition.

        `ends`: partition → offset after its last record. `answered`: partition → next offset to answer. `now`: seconds
        since 1970.
        """
        self._drop_revoked({(tp.topic, tp.partition) for tp in ends})
        lags: dict[str, TopicLag] = {}
        for tp, end in ends.items():
            records = max(0, end - answered[tp])
            seconds = self._seconds((tp.topic, tp.partition), records, now)
            before = lags.get(tp.topic, TopicLag(0, 0.0))
            lags[tp.topic] = TopicLag(before.records + records, max(before.seconds, seconds))
        return lags

    def _seconds(self, partition: tuple[str, int], records: int, now: float) -> float:
        first = self._first_seen_at.setdefault(partition, now)
        if not records:
            self._caught_up_at[partition] = now
            return 0.0
        known = [times[partition] for times in (self._answered_at, self._caught_up_at) if partition in times]
        return max(0.0, now - max(known, default=first))

    def _drop_revoked(self, mine: set[tuple[str, int]]) -> None:
        """Drop what was known of partitions that are another worker's now: it is out of date when they come back."""
        for times in (self._answered_at, self._caught_up_at, self._first_seen_at):
            for partition in times.keys() - mine:
                del times[partition]
