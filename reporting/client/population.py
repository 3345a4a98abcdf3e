"""Where one value stands among the clients of the training data. No I/O.

Everything said here follows from the histogram alone: a value's own bin counts as neither lower nor higher.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from contract.bundle import Histogram
from contract.encoding import level_text

BARS = 24
"""Bars of a small distribution of amounts: enough for its shape at the width of a thumb."""


@dataclass(frozen=True)
class Standing:
    """Where a value stands. Shares are of all clients, 0 to 1."""

    heights: tuple[float, ...]
    """Of the bars, the highest is 1."""
    mine: int | None
    """Which bar is this client's; None when the value is missing."""
    same: float | None
    """Share with the same value, level, or with none either; None where bins hold many different values."""
    lower: float = 0.0
    """Share that certainly has a lower value; 0 for a choice."""
    higher: float = 0.0
    """Share that certainly has a higher value; 0 for a choice."""


def standing(histogram: Histogram, value: float | str | None) -> Standing | None:
    """Return where a client's value stands; None when the histogram does not know anybody or any such value."""
    total = sum(histogram.counts) + histogram.missing
    if not total:
        return None
    if value is None:
        return Standing(_bars(histogram), None, histogram.missing / total)
    if histogram.levels:
        return _choice(histogram, level_text(value), total)
    return _number(histogram, float(value), total)


def _choice(histogram: Histogram, level: str, total: int) -> Standing | None:
    if level not in histogram.levels:
        return None
    mine = histogram.levels.index(level)
    return Standing(_bars(histogram), mine, histogram.counts[mine] / total)


def _number(histogram: Histogram, value: float, total: int) -> Standing:
    edges, counts = histogram.edges, histogram.counts
    bin_ = min(max(bisect.bisect_right(edges, value) - 1, 0), len(counts) - 1)
    lower, higher = sum(counts[:bin_]) / total, sum(counts[bin_ + 1 :]) / total
    if _single_values(histogram):
        shown = _filled(histogram, bin_)
        heights = _scaled([float(counts[i]) for i in shown])
        return Standing(heights, bin_ - shown.start, counts[bin_] / total, lower, higher)
    low, high = _span(edges)
    mine = int((value - low) / (high - low) * BARS)
    return Standing(_bars(histogram), min(max(mine, 0), BARS - 1), None, lower, higher)


def _single_values(histogram: Histogram) -> bool:
    """Tell whether each bin holds one whole number."""
    return all(high - low == 1 and (low * 2) % 2 == 1 for low, high in pairwise(histogram.edges))


def _filled(histogram: Histogram, *also: int) -> range:
    """Return the bins from the first to the last that has anybody in it, and this client's."""
    filled = [i for i, count in enumerate(histogram.counts) if count] or [0]
    return range(min(filled[0], *also, len(histogram.counts)), max(filled[-1], *also, 0) + 1)


def _span(edges: list[float]) -> tuple[float, float]:
    """Return where nearly everyone is: the outer edges are the schema's bounds, far beyond."""
    return (edges[1], edges[-2]) if len(edges) >= 4 else (edges[0], edges[-1])


def _bars(histogram: Histogram) -> tuple[float, ...]:
    if histogram.levels:
        shares = [float(count) for count in histogram.counts]
    elif _single_values(histogram):
        shares = [float(histogram.counts[i]) for i in _filled(histogram)]
    else:
        shares = _even_bars(histogram)
    return _scaled(shares)


def _scaled(shares: Sequence[float]) -> tuple[float, ...]:
    most = max(shares) or 1.0
    return tuple(share / most for share in shares)


def _even_bars(histogram: Histogram) -> list[float]:
    """Spread bins of unequal width over bars of equal width; who is beyond the span stands in the outer bars."""
    low, high = _span(histogram.edges)
    ends = [low + (high - low) * i / BARS for i in range(1, BARS)]
    below = [_count_below(histogram, end) for end in ends]
    return [after - before for before, after in pairwise([0.0, *below, float(sum(histogram.counts))])]


def _count_below(histogram: Histogram, value: float) -> float:
    """Return how many have less, as if each bin were filled evenly."""
    edges, counts = histogram.edges, histogram.counts
    if value <= edges[0]:
        return 0.0
    if value >= edges[-1]:
        return float(sum(counts))
    bin_ = bisect.bisect_right(edges, value) - 1
    before = list(accumulate(counts, initial=0))[bin_]
    return before + counts[bin_] * (value - edges[bin_]) / (edges[bin_ + 1] - edges[bin_])
