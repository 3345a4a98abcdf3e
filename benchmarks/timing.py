"""Fair timing of several ways to do the same work: they take turns, so a busy moment hits all alike.

The process's processor time counts, not what others take from it on a busy machine. Nothing measured so ever waits.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping

MINIMUM_SECONDS = 0.02
"""A single measurement lasts at least this long, so that the clock's own cost disappears."""

Spread = dict[str, float]
"""`median`, `low` and `high` of one quantity over the rounds."""


def spread(values: Iterable[float]) -> Spread:
    """Return the median and the ends of at least one value."""
    values = list(values)
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def scaled(values: Spread, factor: float) -> Spread:
    """Return a spread in another unit."""
    return {name: value * factor for name, value in values.items()}


def interleave(ways: Mapping[str, Callable[[], object]], rounds: int = 9) -> dict[str, Spread]:
    """Call each way in turn, `rounds` times, and return its processor seconds a call.

    The first call of each is not counted.
    """
    repeats = {name: _repeats(way) for name, way in ways.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.process_time()
            for _ in range(repeats[name]):
                way()
            seconds[name].append((time.process_time() - began) / repeats[name])
    return {name: spread(measured) for name, measured in seconds.items()}


def _repeats(way: Callable[[], object]) -> int:
    way()
    began = time.process_time()
    way()
    return max(1, round(MINIMUM_SECONDS / max(time.process_time() - began, 1e-7)))
