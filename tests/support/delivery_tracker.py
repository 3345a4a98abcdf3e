"""What became of every request of a load. Pure: moments and answers in, counts out; thirty bytes a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np

from contract.codes import Status

IGNORED_FIELDS = ("cached", "scored_at")
"""What two answers to one request need not share: when the score was made, and whether it was still remembered."""

LATE_SECONDS = 1.0
"""An answer that takes longer was held up by a fault: workers answer in milliseconds, also on a busy machine."""

_STATUSES = tuple(Status)


def result_digest(answer: Mapping[str, Any]) -> int:
    """Return 64 bits that stand for everything an answer says, but for what may differ."""
    said = {name: value for name, value in answer.items() if name not in IGNORED_FIELDS}
    digest = blake2b(msgspec.json.encode(said, order="deterministic"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


@dataclass(frozen=True)
class DeliveryCounts:
    """What a tracker has recorded, added up."""

    sent: int
    delivery_failed: int
    """Never answered, and the sender was told that the broker did not take them."""
    answered: int
    lost: int
    """Taken by the broker, and never answered."""
    duplicates: int
    """Answered more than once, each time alike."""
    conflicting: int
    """Answered more than once, and not alike."""
    expired_and_answered: int
    """Answered `expired` beside another answer: read again, after the deadline, by a worker that could not know."""
    statuses: Mapping[Status, int]
    """Of the first answers."""
    median_seconds: float
    longest_seconds: float

    @property
    def guarantee_held(self) -> bool:
        """Whether no request was lost and none got two replies that differ."""
        return not (self.lost or self.conflicting or self.expired_and_answered)

    def __str__(self) -> str:
        found = ", ".join(f"{count:,} {status}" for status, count in self.statuses.items())
        return (
            f"{self.sent:,} sent: {found or 'none answered'}; {self.lost:,} lost, "
            f"{self.delivery_failed:,} not delivered, {self.duplicates:,} duplicates, "
            f"{self.conflicting:,} conflicting, {self.expired_and_answered:,} expired too; "
            f"median {1000 * self.median_seconds:.0f} ms, longest {self.longest_seconds:.1f} s"
        )


class DeliveryTracker:
    """Requests are numbered from 0. One thread may enter requests while another enters answers."""

    def __init__(self, capacity: int) -> None:
        self._sent = np.full(capacity, np.nan)
        self._answered = np.full(capacity, np.nan)
        self._digest = np.zeros(capacity, np.uint64)
        self._status = np.full(capacity, -1, np.int8)
        self._delivery_failed = np.zeros(capacity, np.bool_)
        self._duplicates = np.zeros(capacity, np.bool_)
        self._conflicting = np.zeros(capacity, np.bool_)
        self._expired_and_answered = np.zeros(capacity, np.bool_)

    def record_sent(self, numbers: range, at: float) -> None:
        """Enter requests that were due at this moment (seconds of any one clock)."""
        self._sent[numbers.start : numbers.stop] = at

    def record_delivery_failure(self, numbers: range) -> None:
        """Enter that the sender was told that these requests were not taken."""
        self._delivery_failed[numbers.start : numbers.stop] = True

    def record_reply(self, number: int, status: Status, digest: int, at: float) -> None:
        """Enter an answer. The first counts; the others are compared with it."""
        code = _STATUSES.index(status)
        if self._status[number] < 0:
            # The status last: another thread may count meanwhile.
            self._answered[number], self._digest[number], self._status[number] = at, digest, code
        elif self._digest[number] == digest:
            self._duplicates[number] = True
        elif Status.EXPIRED in (status, _STATUSES[self._status[number]]):
            self._expired_and_answered[number] = True
        else:
            self._conflicting[number] = True

    @property
    def answers(self) -> int:
        """Requests that have an answer."""
        return int(np.count_nonzero(self._status >= 0))

    @property
    def pending(self) -> int:
        """Requests without an answer whose sender was not told that they were not taken."""
        return int(np.count_nonzero(self._pending()))

    def has_overdue(self, now: float, since: float = -np.inf) -> bool:
        """Return whether a request still waits that was due from `since` on and should have its answer by now."""
        return bool((self._pending() & (self._sent >= since) & (now - self._sent > LATE_SECONDS)).any())

    def recovery_seconds(self, fault: float, until: float = np.inf) -> float:
        """Return the seconds from a fault until the last answer that it held up came; infinite when one never came.

        Counts requests that were due from shortly before the fault on, and before `until`.
        """
        hit = (
            (self._sent >= fault - LATE_SECONDS) & (self._sent < until) & ~(self._delivery_failed & (self._status < 0))
        )
        came = np.where(np.isnan(self._answered), np.inf, self._answered)
        held_up = came[hit & (came - self._sent > LATE_SECONDS)]
        return float(held_up.max() - fault) if held_up.size else 0.0

    def counts(self, since: float = -np.inf, until: float = np.inf) -> DeliveryCounts:
        """Add up, for the requests that were due in a span of time."""
        chosen = (self._sent >= since) & (self._sent < until)
        seconds = (self._answered - self._sent)[chosen & (self._status >= 0)]

        def count(marked: Any) -> int:
            return int(np.count_nonzero(chosen & marked))

        statuses = {status: count(self._status == code) for code, status in enumerate(_STATUSES)}
        return DeliveryCounts(
            sent=count(True),
            delivery_failed=count(self._delivery_failed & (self._status < 0)),
            answered=count(self._status >= 0),
            lost=count(self._pending()),
            duplicates=count(self._duplicates & ~self._conflicting & ~self._expired_and_answered),
            conflicting=count(self._conflicting),
            expired_and_answered=count(self._expired_and_answered),
            statuses={status: found for status, found in statuses.items() if found},
            median_seconds=float(np.median(seconds)) if seconds.size else 0.0,
            longest_seconds=float(seconds.max()) if seconds.size else 0.0,
        )

    def _pending(self) -> Any:
        return ~np.isnan(self._sent) & (self._status < 0) & ~self._delivery_failed
