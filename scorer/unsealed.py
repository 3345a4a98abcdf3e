"""What comes of opening a sealed record. Apart from the opening: a worker that seals nothing loads no cipher."""

from collections.abc import Callable
from dataclasses import dataclass

from contract.messages import ErrorInfo, Failed, Rejected
from scorer.outgoing import OutgoingRecord
from scorer.record import Record


@dataclass(frozen=True, slots=True)
class UnsealedRecord:
    """A record as its requester wrote it, and how its answer is sealed for them."""

    record: Record
    seal: Callable[[OutgoingRecord], OutgoingRecord]


@dataclass(frozen=True, slots=True)
class UnsealFailure:
    """A record that was not opened. Its refusal goes out unsealed: it names the request and nothing else."""

    record: Record
    kind: type[Rejected] | type[Failed]
    error: ErrorInfo
