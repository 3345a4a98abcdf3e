"""The baseline distribution: positions of values among all clients. No I/O."""

import bisect
from itertools import accumulate
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contract.baseline import BaselineHistogram
from contract.schema import Feature, FeatureType

Counts: TypeAlias = NDArray[np.int64]
"""How many clients each bin or level has, then each code, and last how many have no value."""


def non_empty_bins(histogram: BaselineHistogram) -> range:
    """Return the bins from the first to the last non-empty one; an empty range without clients."""
    filled = [i for i, count in enumerate(histogram.counts) if count]
    return range(filled[0], filled[-1] + 1) if filled else range(0)


def integer_values(feature: Feature, histogram: BaselineHistogram) -> tuple[float, ...]:
    """Return every whole number from the least to the greatest that clients have; empty without a bin for each."""
    if feature.type is not FeatureType.INTEGER or not histogram.has_integer_bins:
        return ()
    return tuple(histogram.edges[i] + 0.5 for i in non_empty_bins(histogram))


def central_range(histogram: BaselineHistogram) -> tuple[float, float]:
    """Return the range of the middle 98 % of the clients: the outer edges are the schema's bounds."""
    edges = histogram.edges
    return (edges[1], edges[-2]) if len(edges) >= 4 else (edges[0], edges[-1])


def typical_range(feature: Feature, histogram: BaselineHistogram | None) -> tuple[float, float]:
    """Return the values that bound nearly all clients, within the bounds of the schema; those without a histogram."""
    low, high = float(feature.minimum or 0), float(feature.maximum or 0)
    if histogram is None or len(histogram.edges) < 2:
        return low, high
    if whole := integer_values(feature, histogram):
        return whole[0], whole[-1]
    inner = central_range(histogram)
    return max(low, inner[0]), min(high, inner[1])


def count_below(histogram: BaselineHistogram, value: float) -> float:
    """Return how many clients have less, as if each bin were filled evenly."""
    edges, counts = histogram.edges, histogram.counts
    if value <= edges[0]:
        return 0.0
    if value >= edges[-1]:
        return float(sum(counts))
    bin_ = bisect.bisect_right(edges, value) - 1
    before = list(accumulate(counts, initial=0))[bin_]
    return before + counts[bin_] * (value - edges[bin_]) / (edges[bin_ + 1] - edges[bin_])


def share_below(histogram: BaselineHistogram, value: float) -> float:
    """Return the share of clients with a smaller value."""
    return count_below(histogram, value) / sum(histogram.counts)
