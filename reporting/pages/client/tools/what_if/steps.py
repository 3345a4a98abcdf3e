"""Which values of one feature can be suggested to a client: a grid, nearest first. No I/O."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contract.bundle import Histogram
from contract.encoding import level_text
from contract.schema import Advice, Feature, FeatureType
from reporting.pages.client.tools.what_if.proposal import Value
from reporting.pages.client.tools.what_if.shares import move_cost
from reporting.population import people_range, single_values

DIGITS = 2
"""Significant digits of a suggested amount: "about 12,000" can be done, "12,347" is false precision."""

PARTS = 20
"""Of the range of a feature whose distribution nobody knows."""

REACH = 0.75
"""Costlier than this, another number is no advice: nobody overtakes three quarters of all clients at once."""


@dataclass(frozen=True)
class Step:
    """A value that can be suggested, and what moving there costs."""

    value: Value
    cost: float


def steps(feature: Feature, histogram: Histogram | None, before: Value) -> tuple[Step, ...]:
    """Return every step from a client's value, cheapest first: never towards more risk, never against the advice."""
    advice = feature.advice or Advice()
    choice = feature.type is FeatureType.CHOICE
    values: Iterable[Value] = (
        _levels(feature, advice, level_text(before)) if choice else _numbers(feature, advice, histogram, float(before))
    )
    found = [Step(value, move_cost(feature, histogram, before, value)) for value in values]
    return tuple(sorted((step for step in found if choice or step.cost <= REACH), key=lambda step: step.cost))


def thin(found: tuple[Step, ...], most: int) -> tuple[Step, ...]:
    """Return at most so many of the steps, evenly spread; the farthest always stays, so no way out is lost."""
    if len(found) <= most:
        return found
    return tuple(found[math.ceil((i + 1) * len(found) / most) - 1] for i in range(most))


def _levels(feature: Feature, advice: Advice, before: str) -> list[Value]:
    order = [level.value for level in feature.levels]
    if before not in order:
        return []
    at = order.index(before)
    return [level for i, level in enumerate(order) if i != at and _allowed(i - at, advice.direction)]


def _numbers(feature: Feature, advice: Advice, histogram: Histogram | None, before: float) -> set[Value]:
    least = max(float(feature.minimum or 0), -math.inf if advice.least is None else advice.least)
    most = min(float(feature.maximum or 0), math.inf if advice.most is None else advice.most)
    whole = feature.type is FeatureType.INTEGER
    offered = {_round(value, whole) for value in _offered(feature, histogram)}
    return {
        value
        for value in offered
        if least <= value <= most and value != before and _allowed(value - before, advice.direction, -feature.monotone)
    }


def _offered(feature: Feature, histogram: Histogram | None) -> Sequence[float]:
    """Return the quantiles of the training data, which 98 % of clients lie between; else equal parts of the range."""
    if histogram is not None and len(histogram.edges) >= 4:
        return single_values(feature, histogram) or histogram.edges[1:-1]
    low, high = people_range(feature, histogram)
    return [low + (high - low) * part / PARTS for part in range(PARTS + 1)]


def _round(value: float, whole: bool) -> float:
    if value == 0:
        return 0.0
    rounded = round(value, DIGITS - 1 - math.floor(math.log10(abs(value))))
    return float(round(rounded) if whole else rounded)


def _allowed(move: float, *directions: int) -> bool:
    return all(not direction or move * direction > 0 for direction in directions)
