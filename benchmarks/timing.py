"""Fair timing of several ways to do the same work: they take turns, so a busy moment hits all alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MINIMUM_SECONDS = 0.02
"""A single measurement lasts at least this long, so that the clock's own cost disappears."""


@dataclass(frozen=True)
class Timing:
    """Seconds of one call over the rounds."""

    median: float
    low: float
    high: float


def interleave(ways: Mapping[str, Callable[[], object]], rounds: int = 9) -> dict[str, Timing]:
    """Call each way in turn, `rounds` times, and return its timing. The first call of each is not counted."""
    repeats = {name: _repeats(way) for name, way in ways.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            for _ in range(repeats[name]):
                way()
            seconds[name].append((time.perf_counter() - began) / repeats[name])
    return {name: Timing(statistics.median(s), min(s), max(s)) for name, s in seconds.items()}


def _repeats(way: Callable[[], object]) -> int:
    way()
    began = time.perf_counter()
    way()
    return max(1, round(MINIMUM_SECONDS / max(time.perf_counter() - began, 1e-7)))
