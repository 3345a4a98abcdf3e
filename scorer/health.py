"""What a worker knows about itself: whether it lives, and whether it serves. Pure but for the clock."""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum

from scorer.watchdog import OFFSET_POLL_SECONDS, OFFSET_POLL_TIMEOUT_SECONDS

BROKER_DOWN_AFTER_SECONDS = OFFSET_POLL_TIMEOUT_SECONDS + 2 * OFFSET_POLL_SECONDS
"""A broker that has not answered for so long is away: one slow look is not enough."""

LIVENESS_STALL_FRACTION = 0.5
"""A lane stalls, for the probes, after this share of the time after which the watchdog ends the worker."""


class Phase(StrEnum):
    """Where a worker is in its life."""

    STARTING = "starting"
    SERVING = "serving"
    STOPPING = "stopping"


class WorkerHealth:
    """Says of a worker what is wrong, or None. The event loop alone uses it: when that hangs, nobody is answered."""

    def __init__(self, watchdog_timeout_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.phase = Phase.STARTING
        self.rebalancing: Callable[[], bool] = lambda: False
        self._limit = watchdog_timeout_seconds * LIVENESS_STALL_FRACTION
        self._clock = clock
        self._broker_answered = clock()
        self._stalled: Mapping[str, float] = {}

    def mark_joined(self) -> None:
        """Note that the worker has joined its group, and so has heard of the broker."""
        self.phase = Phase.SERVING
        self._broker_answered = self._clock()

    def update(self, stalled: Mapping[str, float]) -> None:
        """Note that the broker answered. `stalled`: topic → seconds without progress while requests were pending."""
        self._broker_answered = self._clock()
        self._stalled = stalled

    def liveness_failure(self) -> str | None:
        """Return why a supervisor should end this worker."""
        topic = max(self._stalled, key=self._stalled.__getitem__, default=None)
        if topic is None or self._stalled[topic] < self._limit:
            return None
        return f"{topic} stalled: requests pending, none processed for {self._stalled[topic]:.0f} s"

    def readiness_failure(self) -> str | None:
        """Return why this worker does not serve at present."""
        if self.phase is not Phase.SERVING:
            return str(self.phase)
        silent = self._clock() - self._broker_answered
        if silent > BROKER_DOWN_AFTER_SECONDS:
            return f"the broker has not answered for {silent:.0f} s"
        if self.rebalancing():
            return "consumer group is rebalancing"
        return self.liveness_failure()
