"""How fast a run goes and how long it still takes. No I/O; the caller brings the clock."""

from collections import deque
from dataclasses import dataclass, field

WINDOW_SECONDS = 5.0
"""Long enough that single blocks do not make the number dance, short enough to follow a worker that joins or leaves."""

SETTLE_SECONDS = 1.0
"""Nothing is said about the pace before: the first block tells little."""


@dataclass
class Pace:
    """The last few moments of one run."""

    _marks: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, now: float, done: int) -> None:
        """Note how many are done at a moment, in seconds of a clock that does not go back."""
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] >= WINDOW_SECONDS:
            self._marks.popleft()

    @property
    def rate(self) -> float | None:
        """Clients a second; None while it cannot be told."""
        if not self._marks:
            return None
        (start, before), (end, after) = self._marks[0], self._marks[-1]
        if end - start < SETTLE_SECONDS:
            return None
        return (after - before) / (end - start)

    def left(self, total: int) -> float | None:
        """Return the seconds until `total` are done; None while they cannot be told."""
        if not self.rate:
            return None
        return max(0, total - self._marks[-1][1]) / self.rate
