"""Lag, rate and age of a topic, computed from its offsets and timestamps. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from contract.retention import DEFAULT_RETENTION, Retention
from contract.topics import BATCH_REQUESTS, REQUESTS, base_name

WORKER_TOPICS = (REQUESTS, BATCH_REQUESTS)
"""Topics that the workers consume: only these have a lag."""

RATE_WINDOW_SECONDS = 10.0
"""Window of the record rate: smooth enough to read, short enough to show a change."""

DEAD_LETTER_WINDOW_SECONDS = 60.0
"""Window of the dead-letter count: as long as they are certain to be retained."""


@dataclass(frozen=True)
class PartitionStats:
    """What the broker reports of one partition. Times in milliseconds since 1970, None without such a record."""

    beginning_offset: int
    end_offset: int
    oldest_ms: int | None
    """Timestamp of the oldest retained record."""
    rate_window_records: int
    """Records appended within RATE_WINDOW_SECONDS."""
    dead_letter_window_records: int
    """Records appended within DEAD_LETTER_WINDOW_SECONDS."""
    lag: int | None = None
    """Records that the workers' group has not committed; None for a topic that the group does not consume."""
    oldest_lag_ms: int | None = None
    """Timestamp of the oldest uncommitted record."""


@dataclass(frozen=True)
class TopicStats:
    """One topic. None: unknown, or no such record."""

    topic: str
    retained: int | None
    records_per_second: float | None
    lag: int | None
    lag_seconds: float | None
    oldest_seconds: float | None
    dead_letter_window_records: int | None
    max_record_age_seconds: float = DEFAULT_RETENTION.max_record_age_seconds
    """Greater ages are past the retention of the installation."""

    @property
    def base_name(self) -> str:
        """The topic's name without the installation's prefix."""
        return base_name(self.topic)

    @property
    def past_retention(self) -> bool:
        """Whether a record is retained that the broker should have deleted."""
        return self.oldest_seconds is not None and self.oldest_seconds > self.max_record_age_seconds


def topic_stats(
    topic: str,
    parts: Sequence[PartitionStats],
    now: float,
    *,
    offsets_reliable: bool,
    retention: Retention = DEFAULT_RETENTION,
) -> TopicStats:
    """Return the statistics of a topic. `now`: seconds since 1970.

    Without `offsets_reliable` the broker's end offsets are wrong, and everything computed from them is unknown.
    """
    oldest = _age([part.oldest_ms for part in parts], now)
    if not offsets_reliable:
        return TopicStats(topic, None, None, None, None, oldest, None, retention.max_record_age_seconds)
    lags = [part.lag for part in parts if part.lag is not None]
    return TopicStats(
        topic,
        retained=sum(part.end_offset - part.beginning_offset for part in parts),
        records_per_second=sum(part.rate_window_records for part in parts) / RATE_WINDOW_SECONDS,
        lag=sum(lags) if lags else None,
        lag_seconds=(_age([part.oldest_lag_ms for part in parts], now) or 0.0) if lags else None,
        oldest_seconds=oldest,
        dead_letter_window_records=sum(part.dead_letter_window_records for part in parts),
        max_record_age_seconds=retention.max_record_age_seconds,
    )


def _age(times_ms: Sequence[int | None], now: float) -> float | None:
    known = [time for time in times_ms if time is not None]
    return max(0.0, now - min(known) / 1000) if known else None
