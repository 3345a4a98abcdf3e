"""Where a client's value lies in the baseline distribution: a small histogram, and the same in words. No I/O.

Everything said here follows from the histogram alone: a value's own bin counts as neither lower nor higher.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from contract.baseline import BaselineHistogram
from contract.coercion import level_text
from contract.schema import Feature
from presentation.locale import Locale
from reporting.population import central_range, count_below, non_empty_bins

BARS = 24
"""Bars of a small distribution of amounts: enough for its shape at the width of a thumb."""


@dataclass(frozen=True)
class PopulationPosition:
    """Position of a value. Shares are of all clients, 0 to 1."""

    bar_heights: tuple[float, ...]
    """Of the bars, the highest is 1."""
    client_bar: int | None
    """Which bar is this client's; None when the value is missing or a code."""
    same: float | None
    """Share with the same value or level, or also without a value; None if bins hold several values."""
    lower: float = 0.0
    """Share that certainly has a lower value; 0 for a choice."""
    higher: float = 0.0
    """Share that certainly has a higher value; 0 for a choice."""
    known: bool = False
    """Whether there is a value without a bar: a code."""


def population_position(
    feature: Feature, histogram: BaselineHistogram, value: float | str | None
) -> PopulationPosition | None:
    """Return the position of a client's value; None if the histogram is empty or has no such level."""
    total = histogram.total
    if not total:
        return None
    if histogram.levels and value is not None:
        level = level_text(value)
        return _choice(histogram, level if level in histogram.levels else feature.other_level or level, total)
    if value is not None and (code := feature.code(float(value))) in histogram.codes:
        return PopulationPosition(_bars(histogram), None, histogram.codes[code] / total, known=True)
    if (amount := feature.amount(value)) is not None:
        return _number(histogram, amount, total)
    return PopulationPosition(_bars(histogram), None, histogram.missing / total)


def _choice(histogram: BaselineHistogram, level: str, total: int) -> PopulationPosition | None:
    if level not in histogram.levels:
        return None
    client_bar = histogram.levels.index(level)
    return PopulationPosition(_bars(histogram), client_bar, histogram.counts[client_bar] / total)


def _number(histogram: BaselineHistogram, value: float, total: int) -> PopulationPosition:
    edges, counts = histogram.edges, histogram.counts
    bin_ = min(max(bisect.bisect_right(edges, value) - 1, 0), len(counts) - 1)
    lower, higher = (count / total for count in histogram.lower_and_higher(value))
    if histogram.has_integer_bins:
        shown = _shown(histogram, bin_)
        bar_heights = _scaled([float(counts[i]) for i in shown])
        return PopulationPosition(bar_heights, bin_ - shown.start, counts[bin_] / total, lower, higher)
    low, high = central_range(histogram)
    client_bar = int((value - low) / (high - low) * BARS)
    return PopulationPosition(_bars(histogram), min(max(client_bar, 0), BARS - 1), None, lower, higher)


def _shown(histogram: BaselineHistogram, *also: int) -> range:
    """Return the bins from the first to the last non-empty one, and this client's."""
    filled = non_empty_bins(histogram) or range(1)
    return range(min([filled.start, *also]), max([filled.stop - 1, *also]) + 1)


def _bars(histogram: BaselineHistogram) -> tuple[float, ...]:
    if histogram.levels:
        shares = [float(count) for count in histogram.counts]
    elif histogram.has_integer_bins:
        shares = [float(histogram.counts[i]) for i in _shown(histogram)]
    else:
        shares = _even_bars(histogram)
    return _scaled(shares)


def _scaled(shares: Sequence[float]) -> tuple[float, ...]:
    most = max(shares) or 1.0
    return tuple(share / most for share in shares)


def _even_bars(histogram: BaselineHistogram) -> list[float]:
    """Spread bins of unequal width over bars of equal width; clients beyond the span count in the outer bars."""
    low, high = central_range(histogram)
    ends = [low + (high - low) * i / BARS for i in range(1, BARS)]
    below = [count_below(histogram, end) for end in ends]
    return [after - before for before, after in pairwise([0.0, *below, float(sum(histogram.counts))])]


WIDTH, HEIGHT = 168.0, 40.0
BAR_GAP = 0.2
"""Of a bar's room, left free."""
MIN_BAR_HEIGHT = 1.5
"""Height of the bar of a nearly empty bin, so that it is visible."""

DISTRIBUTION_CSS = """
.distribution { display: flex; align-items: center; gap: 12px; margin: 8px 0 0; }
.distribution svg { flex: 0 0 auto; width: 168px; height: 48px; }
.distribution figcaption { color: var(--muted); font-size: 13px; }
"""


def distribution_html(
    feature: Feature, histogram: BaselineHistogram | None, value: float | str | None, locale: Locale
) -> str:
    """Return the figure; "" if the distribution is unknown."""
    found = population_position(feature, histogram, value) if histogram else None
    if found is None:
        return ""
    words = escape(position_text(found, locale))
    return f'<figure class="distribution">{_picture(found)}<figcaption>{words}</figcaption></figure>'


def position_text(found: PopulationPosition, locale: Locale) -> str:
    """Return the client's position as a sentence that the histogram supports."""
    same = locale.share(found.same) if found.same is not None else ""
    if found.client_bar is None and not found.known:
        return locale.text("place.missing", share=same)
    if found.lower == found.higher == 0:
        return locale.text("place.same", share=same)
    higher = found.lower >= found.higher
    share = locale.share(found.lower if higher else found.higher)
    if found.same is None:
        return locale.text("place.higher" if higher else "place.lower", share=share)
    return locale.text("place.same_higher" if higher else "place.same_lower", same=same, share=share)


def _picture(found: PopulationPosition) -> str:
    step = WIDTH / len(found.bar_heights)
    bars = "".join(
        _bar(
            i * step, step * (1 - BAR_GAP), max(height * HEIGHT, MIN_BAR_HEIGHT if height else 0), i == found.client_bar
        )
        for i, height in enumerate(found.bar_heights)
    )
    ground = f'<path d="M0 {HEIGHT + 0.5}H{WIDTH}" stroke="var(--axis)"/>'
    mark = "" if found.client_bar is None else _mark((found.client_bar + (1 - BAR_GAP) / 2) * step)
    return f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT + 8:g}" aria-hidden="true">{bars}{ground}{mark}</svg>'


def _bar(x: float, width: float, height: float, client_bar: bool) -> str:
    fill = "var(--accent)" if client_bar else "var(--axis)"
    faint = "" if client_bar else ' opacity=".55"'
    return (
        f'<rect x="{x:.1f}" y="{HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{faint}/>'
    )


def _mark(x: float) -> str:
    """A triangle below the client's bar, visible without colour, too."""
    return f'<path d="M{x:.1f} {HEIGHT + 2}l4 6h-8z" fill="var(--accent)"/>'
