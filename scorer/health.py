"""What a worker knows about itself: whether it lives, and whether it serves. Pure but for the clock."""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum

from scorer.watchdog import ASK_SECONDS, CHECK_SECONDS

SILENT_SECONDS = ASK_SECONDS + 2 * CHECK_SECONDS
"""A broker that has not answered for so long is away: one slow look is not enough."""

STANDSTILL_SHARE = 0.5
"""A lane stands still, for the probes, after this share of the time after which the watchdog ends the worker."""


class Phase(StrEnum):
    """Where a worker is in its life."""

    STARTING = "starting"
    SERVING = "serving"
    STOPPING = "stopping"


class Health:
    """Says of a worker what is wrong, or None. The event loop alone uses it: when that hangs, nobody is answered."""

    def __init__(self, watchdog_timeout_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.phase = Phase.STARTING
        self.rebalancing: Callable[[], bool] = lambda: False
        self._limit = watchdog_timeout_seconds * STANDSTILL_SHARE
        self._clock = clock
        self._broker_answered = clock()
        self._standing: Mapping[str, float] = {}

    def joined(self) -> None:
        """Note that the worker has joined its group, and so has heard of the broker."""
        self.phase = Phase.SERVING
        self._broker_answered = self._clock()

    def looked(self, standing: Mapping[str, float]) -> None:
        """Note that the broker answered. `standing`: topic → seconds for which requests waited while none moved."""
        self._broker_answered = self._clock()
        self._standing = standing

    def unwell(self) -> str | None:
        """Return why a supervisor should end this worker."""
        topic = max(self._standing, key=self._standing.__getitem__, default=None)
        if topic is None or self._standing[topic] < self._limit:
            return None
        return f"requests wait in {topic} and none was answered for {self._standing[topic]:.0f} s"

    def unready(self) -> str | None:
        """Return why this worker does not serve at present."""
        if self.phase is not Phase.SERVING:
            return str(self.phase)
        silent = self._clock() - self._broker_answered
        if silent > SILENT_SECONDS:
            return f"the broker has not answered for {silent:.0f} s"
        if self.rebalancing():
            return "its group is sharing out the partitions"
        return self.unwell()
