"""A portfolio's totals: counts and sums, updated block by block; no row is kept. No I/O.

A threshold can be moved without scoring anyone again: the PDs are counted in bins whose edges are all the thresholds
that can be set, so every total at a threshold is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.codes import Status
from reporting.pages.portfolio.segmentation import Segmentation

THRESHOLD_STEPS = 1000
"""Thresholds that can be set, in tenths of a percentage point; with half of each as an edge, there are 2,000 bins."""

MAIN_REASONS = 3
"""Factors that count as a client's main reasons."""


def pd_bin_edges(threshold: float) -> NDArray[np.float64]:
    """Return the edges of the bins: each threshold that can be set, the model's own, their halves, and infinity.

    A client with a PD of 1 is at the highest threshold, not under it: the last bin is theirs.
    """
    return np.unique([*(np.arange(2 * THRESHOLD_STEPS + 1) / (2 * THRESHOLD_STEPS)), threshold, threshold / 2, np.inf])


@dataclass
class SegmentTotals:
    """One feature's segments."""

    counts: NDArray[np.int64]
    """Clients, segments by bins."""
    sums: NDArray[np.float64]
    """Sum of the PDs of each segment."""


@dataclass
class Aggregate:
    """A portfolio's totals over its scored clients."""

    edges: NDArray[np.float64]
    """Edges of the b bins: b PDs from 0 to 1, and infinity."""
    segmentations: Mapping[str, Segmentation]
    counts: NDArray[np.int64] = field(init=False)
    """Clients in each bin."""
    sums: NDArray[np.float64] = field(init=False)
    """Sum of the PDs in each bin."""
    segments: dict[str, SegmentTotals] = field(init=False)
    reasons: dict[str, int] = field(default_factory=dict)
    """Feature → clients of whom it is among the strongest factors that raise the risk."""
    explained: int = 0
    """Clients with explanations."""

    def __post_init__(self) -> None:
        bins = len(self.edges) - 1
        self.counts, self.sums = np.zeros(bins, np.int64), np.zeros(bins)
        self.segments = {
            name: SegmentTotals(np.zeros((segmentation.size, bins), np.int64), np.zeros(segmentation.size))
            for name, segmentation in self.segmentations.items()
        }

    @property
    def scored(self) -> int:
        """Clients with a score."""
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """Mean PD; 0 without clients."""
        return float(self.sums.sum()) / max(1, self.scored)

    def add_block(self, features: Sequence[str], sent: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add the scored clients of a result block. `features` names the positions of its explanations.

        `sent` has `client_ref` and the features' columns of the clients who were asked about.
        """
        answers = answers.filter(pc.equal(answers.column("status"), str(Status.SCORED)))
        if not answers.num_rows:
            return
        pd = np.asarray(answers.column("probability"), np.float64)
        bins = np.searchsorted(self.edges[1:-1], pd, side="right")
        np.add.at(self.counts, bins, 1)
        np.add.at(self.sums, bins, pd)
        rows = pc.index_in(answers.column("client_ref"), value_set=sent.column("client_ref"))
        for name, totals in self.segments.items():
            positions = self.segmentations[name].segment_indices(sent.column(name).take(rows))
            np.add.at(totals.counts, (positions, bins), 1)
            np.add.at(totals.sums, positions, pd)
        if features:
            self._fold_reasons(features, answers.column("log_odds"))

    def _fold_reasons(self, features: Sequence[str], log_odds: pa.Array) -> None:
        parts = np.asarray(log_odds.drop_null().flatten(), np.float64).reshape(-1, len(features))
        most = min(MAIN_REASONS, len(features))
        strongest = np.argpartition(-parts, most - 1, axis=1)[:, :most]
        raising = strongest[np.take_along_axis(parts, strongest, axis=1) > 0]
        for position, count in enumerate(np.bincount(raising, minlength=len(features)).tolist()):
            self.reasons[features[position]] = self.reasons.get(features[position], 0) + count
        self.explained += len(parts)
