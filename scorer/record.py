"""A record as it lies in a topic, without the library that read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from contract.messages import RecordPosition


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a request topic. `timestamp` is the broker's, in seconds since 1970, None when it gave none."""

    topic: str
    partition: int
    offset: int
    timestamp: float | None
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()

    @property
    def position(self) -> RecordPosition:
        """Where the record lies."""
        return RecordPosition(self.topic, self.partition, self.offset)
