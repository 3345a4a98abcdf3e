"""Counting what anybody can cause, so that a log keeps only some of it."""

import time
from collections.abc import Callable

MINUTE = 60.0


class FixedWindowCounter:
    """Numbers the events of a minute from 1; the first after a minute begins another."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = -MINUTE
        self._count = 0

    def seconds_left(self) -> float:
        """Return how long the minute still lasts, 0 if it is over."""
        return max(0.0, self._began + MINUTE - self._clock())

    def next(self) -> int:
        """Return the number of this event in its minute."""
        now = self._clock()
        if now - self._began >= MINUTE:
            self._began, self._count = now, 0
        self._count += 1
        return self._count
