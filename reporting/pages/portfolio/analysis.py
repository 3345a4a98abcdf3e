"""What a portfolio's totals mean at a threshold: bands, cost, segments, reasons. No I/O, no messages.

Groups of fewer than MIN_GROUP_SIZE clients show no average: it would be nearly a person's own score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.codes import Band
from reporting.pages.portfolio.aggregate import Aggregate, SegmentTotals
from reporting.pages.portfolio.segmentation import Segmentation
from reporting.population import MIN_GROUP_SIZE


@dataclass(frozen=True)
class BandRow:
    """The clients of one band."""

    band: Band
    count: int
    share: float
    """Of all scored clients."""
    mean_pd: float | None
    """Mean PD."""
    expected_defaults: float | None
    """Expected number of defaults: the sum of the PDs."""


@dataclass(frozen=True)
class SegmentRow:
    """Clients of one or more neighbouring segments of a feature."""

    positions: tuple[int, ...]
    count: int
    mean_pd: float
    """Mean PD."""
    share_above: float
    """Share of the segment at or above the threshold."""


@dataclass(frozen=True)
class Cost:
    """Expected cost of accepting every client below a threshold, in refused non-defaulting clients."""

    total: float
    per_client: float


@dataclass(frozen=True)
class HistogramBar:
    """One bar of the distribution: clients with a PD from `low` to under `high`."""

    low: float
    high: float
    count: int


def band_rows(aggregate: Aggregate, threshold: float) -> list[BandRow]:
    """Return the bands at a threshold, low to high, by the rule of contract.bundle.band_of."""
    half, whole = _edge(aggregate, threshold / 2), _edge(aggregate, threshold)
    parts = {Band.LOW: slice(0, half), Band.MEDIUM: slice(half, whole), Band.HIGH: slice(whole, None)}
    return [_band(aggregate, band, part) for band, part in parts.items()]


def _band(aggregate: Aggregate, band: Band, part: slice) -> BandRow:
    count, total = int(aggregate.counts[part].sum()), float(aggregate.sums[part].sum())
    share = count / aggregate.scored if aggregate.scored else 0.0
    if count < MIN_GROUP_SIZE:
        return BandRow(band, count, share, None, None)
    return BandRow(band, count, share, total / count, total)


def expected_cost(aggregate: Aggregate, threshold: float, ratio: float) -> Cost:
    """Return the expected cost at a threshold; a default costs as much as refusing `ratio` non-defaulting clients."""
    return _cost(aggregate, float(_costs(aggregate, ratio)[_edge(aggregate, threshold)]))


def lowest_cost_threshold(aggregate: Aggregate, ratio: float) -> tuple[float, Cost]:
    """Return the threshold of least expected cost and that cost; of equal ones the middle one."""
    costs = _costs(aggregate, ratio)[:-1]  # no threshold is above 1
    best = np.flatnonzero(costs <= costs.min() + 1e-9 * max(1.0, abs(costs.min())))
    place = int(best[len(best) // 2])
    return float(aggregate.edges[place]), _cost(aggregate, float(costs[place]))


def _costs(aggregate: Aggregate, ratio: float) -> NDArray[np.float64]:
    """Return the expected cost at each edge: accepted clients cost PD times ratio, refused ones 1 - PD."""
    accepted = np.concatenate([[0.0], np.cumsum(aggregate.sums)]) * ratio
    good = aggregate.counts - aggregate.sums
    refused = np.concatenate([np.cumsum(good[::-1])[::-1], [0.0]])
    return np.asarray(accepted + refused, np.float64)


def _cost(aggregate: Aggregate, total: float) -> Cost:
    return Cost(total, total / aggregate.scored if aggregate.scored else 0.0)


def segment_rows(aggregate: Aggregate, feature: str, threshold: float) -> list[SegmentRow]:
    """Return a feature's segments in order, the clients without a value last.

    A segment of fewer than MIN_GROUP_SIZE clients is joined with a neighbour: the smaller one beside it, or of levels
    and codes, which have no order, the next smallest. Hiding it would not do: it could be found by subtraction.
    """
    segmentation, totals = aggregate.segmentations[feature], aggregate.segments[feature]
    sizes = totals.counts.sum(axis=1)
    filled = [(position,) for position in range(segmentation.size) if sizes[position]]
    high = _edge(aggregate, threshold)
    return [_segment(totals, group, high) for group in _joined(filled, sizes, segmentation)]


def _joined(
    groups: Sequence[tuple[int, ...]], sizes: NDArray[np.int64], segmentation: Segmentation
) -> Sequence[tuple[int, ...]]:
    rows = list(groups)
    while len(rows) > 1:
        counts = [int(sizes[list(group)].sum()) for group in rows]
        small = min(range(len(rows)), key=counts.__getitem__)
        if counts[small] >= MIN_GROUP_SIZE:
            break
        beside = _candidates(rows, small, segmentation)
        other = min(beside, key=counts.__getitem__)
        first, second = sorted((small, other))
        rows[first] = tuple(sorted(rows[first] + rows.pop(second)))
    return rows


def _candidates(rows: Sequence[tuple[int, ...]], small: int, segmentation: Segmentation) -> list[int]:
    """Return the places of the groups that a small one may be joined with."""
    others = [place for place in range(len(rows)) if place != small]
    if segmentation.by_level or rows[small][-1] >= segmentation.ordered:
        return others
    beside = [place for place in others if abs(place - small) == 1]
    return [place for place in beside if rows[place][0] < segmentation.ordered] or others


def _segment(totals: SegmentTotals, group: tuple[int, ...], high: int) -> SegmentRow:
    rows = list(group)
    count = int(totals.counts[rows].sum())
    above = int(totals.counts[rows, high:].sum())
    return SegmentRow(group, count, float(totals.sums[rows].sum()) / count, above / count)


def main_reasons(aggregate: Aggregate, most: int = 8) -> list[tuple[str, float]]:
    """Return the features that are most often among a client's main reasons, and of what share of the clients."""
    if aggregate.explained < MIN_GROUP_SIZE:
        return []
    ranked = sorted(aggregate.reasons.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [(feature, count / aggregate.explained) for feature, count in ranked if count]


def pd_histogram(aggregate: Aggregate, bars: int) -> list[HistogramBar]:
    """Return the PDs in so many bars of equal width; a PD of 1 is in the last one."""
    marks = np.arange(bars + 1) / bars
    places = [*(_edge(aggregate, mark) for mark in marks[:-1]), len(aggregate.counts)]
    below = np.concatenate([[0], np.cumsum(aggregate.counts)])[places]
    return [
        HistogramBar(float(low), float(high), int(count))
        for low, high, count in zip(marks[:-1], marks[1:], np.diff(below), strict=True)
    ]


def _edge(aggregate: Aggregate, threshold: float) -> int:
    """Return the number of bins below a threshold: the place of the nearest edge."""
    return int(np.abs(aggregate.edges - threshold).argmin())
