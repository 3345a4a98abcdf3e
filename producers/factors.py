"""From contributions to what the advisor reads: a few factors in tenths of a point that add up exactly to the gauge."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from contract.messages import Contribution, Scored
from producers.formats import round_tenths

MOST_FACTORS = 8
"""What one look takes in; the rest is summed up as "other factors"."""

MOST_REASONS = 4
"""Each way: what an advisor can say in one breath; also the most that adverse-action notices usually give."""


@dataclass(frozen=True)
class Factor:
    """One bar. `feature` is None for the other factors together; `units` are tenths of a percentage point."""

    feature: str | None
    units: int
    count: int = 1


@dataclass(frozen=True)
class Breakdown:
    """The sum on the screen: `average + Σ factors = probability`, in tenths of a percentage point."""

    average: int
    probability: int
    factors: tuple[Factor, ...]

    @property
    def total(self) -> int:
        """What the factors add to the average client."""
        return self.probability - self.average


def break_down(scored: Scored, most: int = MOST_FACTORS) -> Breakdown:
    """Group and round the contributions of a result; strongest first, the other factors last."""
    ranked = sorted(scored.contributions, key=lambda part: -abs(part.probability_points))
    shown, others = _split(ranked, most)
    exact = [part.probability_points * 1000 for part in shown]
    names: list[tuple[str | None, int]] = [(part.feature, 1) for part in shown]
    if others:
        exact.append(math.fsum(part.probability_points for part in others) * 1000)
        names.append((None, len(others)))
    average, probability = round_tenths(scored.base_probability), round_tenths(scored.probability)
    units = round_to_sum(exact, probability - average)
    factors = tuple(Factor(name, n, count) for (name, count), n in zip(names, units, strict=True))
    return Breakdown(average, probability, factors)


def round_to_sum(values: Sequence[float], total: int) -> list[int]:
    """Round each value to an integer next to it so that they add up to `total` (largest remainder, Hamilton 1792).

    No value changes its sign, and none moves by 1 or more, whenever `total` lies within 1 of the exact sum. Without
    any value, returns an empty list whatever the total.
    """
    if not values:
        return []
    floors = [math.floor(value) for value in values]
    by_remainder = sorted(range(len(values)), key=lambda i: floors[i] - values[i])
    missing = total - sum(floors)
    if missing < 0:  # a last-bit error made an integer of a value just below it
        by_remainder.reverse()
    for step in range(abs(missing)):
        floors[by_remainder[step % len(values)]] += 1 if missing > 0 else -1
    return floors


def reasons(scored: Scored, most: int = MOST_REASONS) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the features behind the strongest reasons, those that raise the risk and those that lower it."""
    raising: list[str] = []
    lowering: list[str] = []
    for code in scored.reasons:
        feature, _, direction = code.rpartition(":")
        (raising if direction == "raises" else lowering).append(feature)
    return tuple(raising[:most]), tuple(lowering[:most])


def _split(ranked: Sequence[Contribution], most: int) -> tuple[Sequence[Contribution], Sequence[Contribution]]:
    visible = [part for part in ranked if abs(part.probability_points) >= 0.0005][:most]
    others = ranked[len(visible) :]
    if len(others) == 1 and len(visible) == most:  # "one other factor" takes as much room as its name
        return ranked, ()
    return visible, others
