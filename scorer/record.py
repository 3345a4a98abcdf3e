"""Records as they come from and go to topics, without the library that carries them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from contract.codes import ErrorCode
from contract.headers import Headers
from contract.messages import RecordPosition

SOURCE = "neoscore/scorer"
"""The `ce_source` of whatever a worker produces."""

DEAD_LETTERED = "dead_lettered"
"""Stands beside the statuses: a record that could not be answered."""


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


class Outcome(NamedTuple):
    """How a request ended, in words of closed vocabularies. `code` says why there is no score."""

    status: str
    code: ErrorCode | None = None
    cached: bool = False


Outcomes: TypeAlias = Mapping[Outcome, int]
"""How many requests ended how: no client, no value."""


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """A record to produce."""

    topic: str
    """Its base name."""
    key: bytes | None
    value: bytes
    headers: Headers
    outcomes: Outcomes
    """How the requests that it answers ended."""
    fallback: Callable[[], "OutgoingRecord"] | None = None
    """Makes a small record to send when the broker finds this one too large."""
