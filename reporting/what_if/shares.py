"""Where a value stands among all clients, from the histograms of the training data. No I/O."""

from itertools import pairwise

from contract.bundle import Histogram
from contract.encoding import level_text
from contract.schema import Feature, FeatureType
from reporting.what_if.proposal import Value

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


def share_below(histogram: Histogram, value: float) -> float:
    """Return the share of clients with a smaller value, spread evenly within each bin."""
    total = sum(histogram.counts)
    below = 0.0
    for count, (low, high) in zip(histogram.counts, pairwise(histogram.edges), strict=True):
        if value >= high:
            below += count
        elif value > low:
            below += count * (value - low) / (high - low)
    return below / total


def people_range(feature: Feature, histogram: Histogram | None) -> tuple[float, float]:
    """Return the values that bound nearly all clients (98 %), within the bounds of the schema."""
    low, high = float(feature.minimum or 0), float(feature.maximum or 0)
    if histogram is None or len(histogram.edges) < 2:
        return low, high
    if whole := single_values(feature, histogram):
        return whole[0], whole[-1]
    if len(histogram.edges) >= 4:  # the outer edges are the schema's bounds, far beyond nearly everyone
        return max(low, histogram.edges[1]), min(high, histogram.edges[-2])
    return low, high


def single_values(feature: Feature, histogram: Histogram) -> tuple[float, ...]:
    """Return every whole number from the least to the greatest that clients have; empty without a bin for each."""
    edges = histogram.edges
    if feature.type is not FeatureType.INTEGER or len(edges) < 2 or edges[1] - edges[0] != 1:
        return ()
    filled = [i for i, count in enumerate(histogram.counts) if count]
    return tuple(edges[i] + 0.5 for i in range(filled[0], filled[-1] + 1)) if filled else ()


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
