"""A beeswarm from counts: where the dots stand and which values they are. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from contract.report import Effect

MOST_DOTS = 7
"""Dots above each other where most people are: as many as a row is high."""


@dataclass(frozen=True)
class Dot:
    """One dot: a share of the people in one contribution bin."""

    bin: int
    level: float
    """Above (positive) or below the row's middle, in dots."""
    part: int
    """Part of the values, from low to high; the last is missing."""


def dots(swarm: Sequence[Sequence[int]]) -> list[Dot]:
    """Return the dots of one feature; the highest stack is MOST_DOTS high, and nobody's bin is empty."""
    most = max((sum(parts) for parts in swarm), default=0) or 1
    found = []
    for bin_, parts in enumerate(swarm):
        height = -(-sum(parts) * MOST_DOTS // most)
        found += [Dot(bin_, i - (height - 1) / 2, _part(parts, (i + 0.5) / height)) for i in range(height)]
    return found


def _part(parts: Sequence[int], share: float) -> int:
    """Return the part in which a share of the people, from low values to high ones, is reached."""
    wanted, seen = share * sum(parts), 0
    for part, count in enumerate(parts):
        seen += count
        if seen > wanted:
            return part
    return len(parts) - 1


def high_values(effect: Effect, edges: Sequence[float]) -> int:
    """Return what high values do against low ones: 1 raise the risk, -1 lower it, 0 neither clearly.

    Clear is a difference of the mean contributions of more than half of the mean absolute contribution.
    """
    low, high = (_mean(effect.swarm, edges, part) for part in (0, -2))
    if low is None or high is None or abs(high - low) <= effect.importance / 2:
        return 0
    return 1 if high > low else -1


def _mean(swarm: Sequence[Sequence[int]], edges: Sequence[float], part: int) -> float | None:
    counts = [parts[part] for parts in swarm]
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    total = sum(counts)
    return sum(c * m for c, m in zip(counts, middles, strict=True)) / total if total else None
