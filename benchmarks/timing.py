"""Fair timing of several ways to do the same work: they take turns, so a busy moment hits all alike.

The process's processor time counts, not what others take from it on a busy machine. Nothing measured so ever waits.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping

MINIMUM_SECONDS = 0.02
"""A single measurement lasts at least this long, so that the clock's own cost disappears."""

MedianRange = dict[str, float]
"""`median`, `low` and `high` of one quantity over the rounds."""


def median_and_range(values: Iterable[float]) -> MedianRange:
    """Return the median and the ends of at least one value."""
    values = list(values)
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def scale(values: MedianRange, factor: float) -> MedianRange:
    """Return a spread in another unit."""
    return {name: value * factor for name, value in values.items()}


def time_interleaved(methods: Mapping[str, Callable[[], object]], rounds: int = 9) -> dict[str, MedianRange]:
    """Call each way in turn, `rounds` times, and return its processor seconds a call.

    The first call of each is not counted.
    """
    repeats = {name: _repeats(method) for name, method in methods.items()}
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(rounds):
        for name, method in methods.items():
            began = time.process_time()
            for _ in range(repeats[name]):
                method()
            seconds[name].append((time.process_time() - began) / repeats[name])
    return {name: median_and_range(measured) for name, measured in seconds.items()}


def _repeats(method: Callable[[], object]) -> int:
    method()
    began = time.process_time()
    method()
    return max(1, round(MINIMUM_SECONDS / max(time.process_time() - began, 1e-7)))
