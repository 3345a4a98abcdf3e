"""Where one value stands among the clients of the training data. No I/O.

Everything said here follows from the histogram alone: a value's own bin counts as neither lower nor higher.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from contract.bundle import Histogram
from contract.encoding import level_text
from reporting.population import count_below, filled_bins, has_whole_number_bins, inner_span

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
    if has_whole_number_bins(histogram):
        shown = _shown(histogram, bin_)
        heights = _scaled([float(counts[i]) for i in shown])
        return Standing(heights, bin_ - shown.start, counts[bin_] / total, lower, higher)
    low, high = inner_span(histogram)
    mine = int((value - low) / (high - low) * BARS)
    return Standing(_bars(histogram), min(max(mine, 0), BARS - 1), None, lower, higher)


def _shown(histogram: Histogram, *also: int) -> range:
    """Return the bins from the first to the last that has anybody in it, and this client's."""
    filled = filled_bins(histogram) or range(1)
    return range(min([filled.start, *also]), max([filled.stop - 1, *also]) + 1)


def _bars(histogram: Histogram) -> tuple[float, ...]:
    if histogram.levels:
        shares = [float(count) for count in histogram.counts]
    elif has_whole_number_bins(histogram):
        shares = [float(histogram.counts[i]) for i in _shown(histogram)]
    else:
        shares = _even_bars(histogram)
    return _scaled(shares)


def _scaled(shares: Sequence[float]) -> tuple[float, ...]:
    most = max(shares) or 1.0
    return tuple(share / most for share in shares)


def _even_bars(histogram: Histogram) -> list[float]:
    """Spread bins of unequal width over bars of equal width; who is beyond the span stands in the outer bars."""
    low, high = inner_span(histogram)
    ends = [low + (high - low) * i / BARS for i in range(1, BARS)]
    below = [count_below(histogram, end) for end in ends]
    return [after - before for before, after in pairwise([0.0, *below, float(sum(histogram.counts))])]
