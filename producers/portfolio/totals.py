"""What is shown of a portfolio, at any threshold and cost: bands, cost, segments, reasons, distribution. No I/O.

All of it is computed from totals that have noise already, so no question to them reveals more than they do. Between
two edges clients are taken as spread evenly. Groups of fewer than MIN_GROUP_SIZE clients show no number.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.codes import Band
from contract.disclosure import COUNT_STEP, MIN_GROUP_SIZE, rounded_count, rounded_sum
from producers.portfolio.segmentation import Segmentation

THRESHOLD_STEPS = 1000
"""Thresholds that can be set: tenths of a percentage point."""

NOISE_CLIENTS = 5.0
"""Standard deviation of the noise of a count, in clients: a quarter of the least group."""

USEFUL_SHARE = 0.2
"""Noise in a share beyond which the share says little."""


@dataclass(frozen=True)
class Segments:
    """One feature's segments."""

    segmentation: Segmentation
    sizes: NDArray[np.int64]
    """Clients of each segment, which follow from their files and from no score."""
    counts: NDArray[np.float64]
    """Clients, segments by bins, with noise."""


@dataclass(frozen=True)
class PortfolioTotals:
    """A portfolio's totals with noise."""

    threshold: float
    """The model's decision threshold."""
    edges: NDArray[np.float64]
    """Of the b bins, from 0 to 1."""
    counts: NDArray[np.float64]
    """Clients in each bin, with noise; not below zero for long, but possible."""
    means: NDArray[np.float64]
    """Mean PD in each bin, with noise."""
    scored: int
    """Clients with a score, which is no secret; written in steps all the same."""
    segments: Segments | None
    reasons: Sequence[tuple[str, float]]
    """Features by the share of the clients of whom they are a main reason, the largest first."""
    bars: int
    """Bars of equal width, from 0 to 1, that are as wide as a bin."""
    margin: int
    """Clients by which noise changes a count below a threshold, nearly always (two standard deviations), or less."""

    @property
    def useful_from(self) -> int:
        """Clients from which noise changes no share by more than USEFUL_SHARE."""
        return math.ceil(self.margin / USEFUL_SHARE / COUNT_STEP) * COUNT_STEP

    @property
    def useful(self) -> bool:
        """Whether the portfolio has as many."""
        return self.scored >= self.useful_from

    @property
    def mean(self) -> float:
        """Mean PD."""
        return float(np.clip(self.counts @ self.means / self.scored, 0, 1))

    def below(self, threshold: NDArray[np.float64] | float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the count and the sum of the PDs below each threshold."""
        place, share = self._place(threshold)
        counts, high = self.counts[place], self.edges[place + 1]
        before = np.concatenate([[0.0], np.cumsum(self.counts)])[place]
        sum_before = np.concatenate([[0.0], np.cumsum(self.counts * self.means)])[place]
        mean = self.means[place] - (high - np.asarray(threshold)) / 2
        return before + share * counts, sum_before + share * counts * mean

    def _place(self, threshold: NDArray[np.float64] | float) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the bin that each threshold is in, and which share of the bin is below it."""
        place = np.clip(np.searchsorted(self.edges, threshold, side="right") - 1, 0, len(self.counts) - 1)
        low, high = self.edges[place], self.edges[place + 1]
        return place, np.asarray((threshold - low) / (high - low), np.float64)


@dataclass(frozen=True)
class BandRow:
    """The clients of one band. All None for fewer than MIN_GROUP_SIZE."""

    band: Band
    count: int | None = None
    """In steps."""
    share: float | None = None
    """Of all scored clients."""
    mean_pd: float | None = None
    expected_defaults: float | None = None
    """Expected number of defaults: the sum of the PDs."""


@dataclass(frozen=True)
class SegmentRow:
    """Clients of one or more neighbouring segments of a feature."""

    positions: tuple[int, ...]
    count: int | None
    """In steps."""
    mean_pd: float
    share_above: float
    """Share of the segment at or above the threshold."""


@dataclass(frozen=True)
class Cost:
    """Expected cost of accepting every client below a threshold, in refused non-defaulting clients."""

    total: float
    per_client: float


@dataclass(frozen=True)
class HistogramBar:
    """Clients with a PD from `low` to under `high`."""

    low: float
    high: float
    count: float


def band_rows(totals: PortfolioTotals, threshold: float) -> list[BandRow]:
    """Return the bands at a threshold, low to high, by the rule of contract.bundle.risk_band."""
    ends = np.array([0, threshold / 2, threshold, 1])
    counts, sums = (np.diff(below) for below in totals.below(ends))
    return [
        _band(band, float(counts[i]), float(sums[i]), (float(ends[i]), float(ends[i + 1])), totals.scored)
        for i, band in enumerate((Band.LOW, Band.MEDIUM, Band.HIGH))
    ]


def _band(band: Band, count: float, total: float, ends: tuple[float, float], scored: int) -> BandRow:
    if count < MIN_GROUP_SIZE:
        return BandRow(band)
    mean = min(max(total / count, ends[0]), ends[1])
    return BandRow(band, rounded_count(count), min(1.0, count / scored), mean, rounded_sum(mean * count))


def expected_cost(totals: PortfolioTotals, threshold: float, ratio: float) -> Cost:
    """Return the expected cost at a threshold; a default costs as much as refusing `ratio` non-defaulting clients."""
    return _cost(totals, float(_costs(totals, np.array([threshold]), ratio)[0]))


def lowest_cost_threshold(totals: PortfolioTotals, ratio: float) -> tuple[float, Cost]:
    """Return the threshold of least expected cost and that cost; of equal ones the middle one."""
    thresholds = np.unique([*(np.arange(THRESHOLD_STEPS + 1) / THRESHOLD_STEPS), *totals.edges])
    costs = _costs(totals, thresholds, ratio)
    best = np.flatnonzero(costs <= costs.min() + 1e-9 * max(1.0, abs(costs.min())))
    place = int(best[len(best) // 2])
    return float(thresholds[place]), _cost(totals, float(costs[place]))


def _costs(totals: PortfolioTotals, thresholds: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Return the expected cost at each threshold: accepted clients cost PD times ratio, refused ones 1 - PD."""
    accepted, defaults = totals.below(thresholds)
    refused, refused_defaults = totals.scored - accepted, float(totals.counts @ totals.means) - defaults
    return np.asarray(defaults * ratio + refused - refused_defaults, np.float64)


def _cost(totals: PortfolioTotals, total: float) -> Cost:
    return Cost(rounded_sum(max(0.0, total)), rounded_sum(max(0.0, total) / totals.scored))


def segment_rows(totals: PortfolioTotals, threshold: float) -> list[SegmentRow]:
    """Return the segments in order, the clients without a value last; none if nothing divides the portfolio.

    A segment of fewer than MIN_GROUP_SIZE clients is joined with a neighbour: the smaller one beside it, or of levels
    and codes, which have no order, the next smallest. Hiding it would not do: it could be found by subtraction.
    """
    if totals.segments is None:
        return []
    sizes, segmentation = totals.segments.sizes, totals.segments.segmentation
    filled = [(position,) for position in range(segmentation.size) if sizes[position]]
    return [_segment(totals, totals.segments, group, threshold) for group in _joined(filled, sizes, segmentation)]


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


def _segment(totals: PortfolioTotals, segments: Segments, group: tuple[int, ...], threshold: float) -> SegmentRow:
    size, counts = int(segments.sizes[list(group)].sum()), segments.counts[list(group)].sum(axis=0)
    place, share = totals._place(threshold)
    below = float(counts[:place].sum() + share * counts[place])
    mean, above = counts @ totals.means / size, 1 - below / size
    return SegmentRow(group, rounded_count(size), float(np.clip(mean, 0, 1)), min(1.0, max(0.0, above)))


def pd_histogram(totals: PortfolioTotals, bars: int) -> list[HistogramBar]:
    """Return the PDs in so many bars of equal width, none below zero."""
    ends = np.arange(bars + 1) / bars
    counts = np.diff(totals.below(ends)[0])
    return [
        HistogramBar(float(low), float(high), max(0.0, float(count)))
        for low, high, count in zip(ends[:-1], ends[1:], counts, strict=True)
    ]


def pd_bins(totals: PortfolioTotals) -> list[HistogramBar]:
    """Return the bins as they were counted."""
    ends = totals.edges.tolist()
    return [HistogramBar(*row) for row in zip(ends[:-1], ends[1:], totals.counts.tolist(), strict=True)]
