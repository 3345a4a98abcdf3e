"""What it costs to move among all clients, from the histograms of the training data. No I/O."""

from contract.bundle import Histogram
from contract.encoding import level_text
from contract.schema import Feature, FeatureType
from reporting.pages.client.tools.what_if.proposal import Value
from reporting.population import share_below

UNKNOWN_COST = 0.5
"""Of a change of a feature whose distribution nobody knows: half of the people."""


def move_cost(feature: Feature, histogram: Histogram | None, before: Value, after: Value) -> float:
    """Return how far a change moves a client: the share of people between both values, from 0 to 1.

    Cost by percentile shift (Ustun, Spangher and Liu 2019, Actionable Recourse in Linear Classification). The levels of
    a choice have an order if its advice has a direction; without an order, a rare level costs more than a common one.
    """
    if histogram is None or not sum(histogram.counts):
        return UNKNOWN_COST
    if feature.type is not FeatureType.CHOICE:
        return abs(share_below(histogram, float(after)) - share_below(histogram, float(before)))
    shares = _level_shares(histogram)
    if feature.advice and feature.advice.direction:
        return abs(_middle(feature, shares, after) - _middle(feature, shares, before))
    return 1 - shares.get(level_text(after), 0.0)


def _level_shares(histogram: Histogram) -> dict[str, float]:
    total = sum(histogram.counts)
    return {level: count / total for level, count in zip(histogram.levels, histogram.counts, strict=True)}


def _middle(feature: Feature, shares: dict[str, float], value: Value) -> float:
    """Return the middle of a level's people, in the order of the levels; half of an empty level counts as one."""
    below = 0.0
    for level in feature.levels:
        share = shares.get(level.value, 0.0)
        if level.value == level_text(value):
            return below + share / 2
        below += share
    return below
