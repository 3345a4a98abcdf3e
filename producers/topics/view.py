"""What a topic's offsets and times say. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from contract.topics import BATCH_REQUESTS, OLDEST_SECONDS, REQUESTS

READ_BY_WORKERS = (REQUESTS, BATCH_REQUESTS)
"""Only these have a lag."""

RATE_SECONDS = 10.0
"""The rate of records is that of so many seconds: smooth enough to read, soon enough to see a change."""

DEAD_LETTER_SECONDS = 60.0
"""Dead letters are counted over as long as they can be read for certain."""


@dataclass(frozen=True)
class PartitionOffsets:
    """What the broker told of one partition. Times in milliseconds since 1970, None when there is no such record."""

    begin: int
    end: int
    first_ms: int | None
    """When the first readable record came."""
    recent: int
    """Records that came within RATE_SECONDS."""
    last_minute: int
    """Records that came within DEAD_LETTER_SECONDS."""
    unanswered: int | None = None
    """Records that the workers' group has not committed; None for a topic that the group does not read."""
    unanswered_ms: int | None = None
    """When the first of those came."""


@dataclass(frozen=True)
class TopicView:
    """One topic. None: unknown, or nothing there to tell of."""

    topic: str
    readable: int | None
    per_second: float | None
    lag: int | None
    lag_seconds: float | None
    oldest_seconds: float | None
    last_minute: int | None

    @property
    def overdue(self) -> bool:
        """Whether a record can still be read that the broker should have deleted."""
        return self.oldest_seconds is not None and self.oldest_seconds > OLDEST_SECONDS


def view_topic(topic: str, parts: Sequence[PartitionOffsets], now: float, *, offsets_hold: bool) -> TopicView:
    """Return what is shown of a topic. `now`: seconds since 1970.

    Without `offsets_hold` the broker's end offsets are wrong, and all that is computed from them is unknown.
    """
    oldest = _age([part.first_ms for part in parts], now)
    if not offsets_hold:
        return TopicView(topic, None, None, None, None, oldest, None)
    lags = [part.unanswered for part in parts if part.unanswered is not None]
    return TopicView(
        topic,
        readable=sum(part.end - part.begin for part in parts),
        per_second=sum(part.recent for part in parts) / RATE_SECONDS,
        lag=sum(lags) if lags else None,
        lag_seconds=(_age([part.unanswered_ms for part in parts], now) or 0.0) if lags else None,
        oldest_seconds=oldest,
        last_minute=sum(part.last_minute for part in parts),
    )


def _age(times_ms: Sequence[int | None], now: float) -> float | None:
    known = [time for time in times_ms if time is not None]
    return max(0.0, now - min(known) / 1000) if known else None
