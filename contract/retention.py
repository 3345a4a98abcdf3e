"""How long the topics retain records, and the times that follow from it. No I/O."""

from dataclasses import dataclass

DEFAULT_RETENTION_SECONDS = 60
"""Twice the default time to live of a request: a response is read within it, or never."""

MIN_RETENTION_SECONDS = 10
"""Below it, a request could be deleted before a worker that just restarted reads it."""

MAX_RETENTION_SECONDS = 300
"""Above it, the topics would keep scores for longer than a conversation with a client takes."""

DELETION_DELAY_SECONDS = 10
"""Until a broker that checks every five seconds has deleted a segment, with room for a busy machine."""

DEFAULT_REQUEST_TTL_SECONDS = 30.0
"""Longer than it takes another worker to take over the partitions of one that died."""


@dataclass(frozen=True)
class Retention:
    """The retention of an installation, in seconds."""

    seconds: int = DEFAULT_RETENTION_SECONDS

    @property
    def segment_seconds(self) -> float:
        """Age at which a segment is closed: retention deletes closed segments only, so half of it bounds the rest."""
        return self.seconds / 2

    @property
    def max_record_age_seconds(self) -> float:
        """Age that no readable record may exceed: retention, an open segment, and the broker's delay."""
        return self.seconds + self.segment_seconds + DELETION_DELAY_SECONDS

    @property
    def request_ttl_seconds(self) -> float:
        """Default time to live of a request: half the retention at most, so that its response can be read, too."""
        return min(DEFAULT_REQUEST_TTL_SECONDS, self.seconds / 2)

    @property
    def topic_config(self) -> dict[str, str]:
        """The configuration by which a topic deletes records in time."""
        return {"retention.ms": str(self.seconds * 1000), "segment.ms": str(round(self.segment_seconds * 1000))}


DEFAULT_RETENTION = Retention()
