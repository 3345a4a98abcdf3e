"""From contributions to what the advisor reads: a few factors in tenths of a point that add up exactly to the gauge."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from contract.messages import Contribution, Scored
from presentation.locale import round_tenths

MOST_FACTORS = 8
"""What one look takes in; the rest is summed up as "other factors"."""


@dataclass(frozen=True)
class Factor:
    """One bar: a feature, or the small factors together (`feature` is None, and `parts` has each of them).

    `units` are tenths of a percentage point; those of the parts add up to those of the whole.
    """

    feature: str | None
    units: int
    parts: tuple["Factor", ...] = ()

    @property
    def count(self) -> int:
        """How many features it stands for."""
        return len(self.parts) if self.feature is None else 1


@dataclass(frozen=True)
class Step:
    """Where one factor's bar begins and ends, in tenths of a percentage point of PD."""

    factor: Factor
    start: int
    end: int


@dataclass(frozen=True)
class Breakdown:
    """The sum on the screen: `start + Σ factors = probability`, in tenths of a percentage point."""

    start: int
    """The model's starting point: the PD from which contributions are counted."""
    probability: int
    factors: tuple[Factor, ...]

    @property
    def total(self) -> int:
        """What the factors add to the starting point."""
        return self.probability - self.start

    @property
    def steps(self) -> tuple[Step, ...]:
        """The waterfall: the first step begins at the start, each next where the last ended, the last at the PD."""
        return waterfall(self.start, self.factors)


def waterfall(start: int, factors: Sequence[Factor]) -> tuple[Step, ...]:
    """Return the steps of these factors, one after the other, from `start`."""
    ends = list(accumulate((factor.units for factor in factors), initial=start))
    return tuple(Step(factor, begin, end) for factor, begin, end in zip(factors, ends[:-1], ends[1:], strict=True))


def break_down(scored: Scored, most: int = MOST_FACTORS) -> Breakdown:
    """Group and round the contributions of a result; strongest first, the other factors last."""
    ranked = sorted(scored.contributions, key=lambda part: -abs(part.probability_contribution))
    shown, others = _split(ranked, most)
    exact = [_units(part) for part in shown]
    if others:
        exact.append(math.fsum(map(_units, others)))
    start, probability = round_tenths(scored.base_probability), round_tenths(scored.probability)
    units = round_to_sum(exact, probability - start)
    factors = [Factor(part.feature, n) for part, n in zip(shown, units, strict=False)]
    if others:
        parts = round_to_sum([_units(part) for part in others], units[-1])
        group = tuple(Factor(part.feature, n) for part, n in zip(others, parts, strict=True))
        factors.append(Factor(None, units[-1], group))
    return Breakdown(start, probability, tuple(factors))


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


def _units(part: Contribution) -> float:
    return part.probability_contribution * 1000


def _split(ranked: Sequence[Contribution], most: int) -> tuple[Sequence[Contribution], Sequence[Contribution]]:
    visible = [part for part in ranked if abs(part.probability_contribution) >= 0.0005][:most]
    others = ranked[len(visible) :]
    if len(others) == 1:  # "one other factor" takes as much room as its name
        return ranked, ()
    return visible, others
