"""A portfolio's exact totals, updated block by block: counts and sums, no row. No I/O.

They never leave a run: `producers.portfolio.disclosure` makes of them what is released.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.baseline import BaselineHistogram
from contract.codes import Status
from producers.portfolio.segmentation import Segmentation

STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
"""Widths of a bin of PDs."""

MAX_BINS = 20
"""Bins up to where the PDs of nearly all clients end: each bin adds noise to what is summed over several."""

NEARLY_ALL = 0.99
"""Share of the training data whose PDs the bins of equal width cover; one bin takes the rest."""

MAIN_REASONS = 3
"""Factors that count as a client's main reasons."""


def pd_bin_edges(threshold: float, trained: BaselineHistogram) -> NDArray[np.float64]:
    """Return the edges of the bins, from 0 to 1: round steps, the model's threshold and its half.

    `trained` are the PDs of the training data. The edges follow from the model alone, never from a portfolio.
    """
    below = np.cumsum(trained.counts)
    reach = trained.edges[int(np.argmax(below >= NEARLY_ALL * below[-1])) + 1]
    step = next((step for step in STEPS if reach / step <= MAX_BINS), STEPS[-1])
    grid = np.arange(1, round(reach / step) + 1) * step
    return np.unique([0.0, *grid[grid < 1].round(3), threshold / 2, threshold, 1.0])


@dataclass
class Aggregate:
    """A portfolio's totals over its scored clients."""

    threshold: float
    """The model's decision threshold: an edge, as its half is."""
    edges: NDArray[np.float64]
    """Edges of the b bins, from 0 to 1. A bin holds the PDs from one edge to under the next, the last one also 1."""
    segmentation: Segmentation | None = None
    counts: NDArray[np.int64] = field(init=False)
    """Clients in each bin."""
    sums: NDArray[np.float64] = field(init=False)
    """Sum of the PDs in each bin."""
    segments: NDArray[np.int64] = field(init=False)
    """Clients, segments by bins; no segment without a segmentation."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Feature → clients of whom it is among the strongest factors that raise the risk."""
    explained: int = 0
    """Clients with explanations."""

    def __post_init__(self) -> None:
        bins = len(self.edges) - 1
        self.counts, self.sums = np.zeros(bins, np.int64), np.zeros(bins)
        self.segments = np.zeros((self.segmentation.size if self.segmentation else 0, bins), np.int64)

    @property
    def scored(self) -> int:
        """Clients with a score."""
        return int(self.counts.sum())

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
        if self.segmentation is not None:
            rows = pc.index_in(answers.column("client_ref"), value_set=sent.column("client_ref"))
            column = sent.column(self.segmentation.feature.name).take(rows)
            np.add.at(self.segments, (self.segmentation.segment_indices(column), bins), 1)
        if features:
            self._add_reasons(features, answers.column("log_odds"))

    def _add_reasons(self, features: Sequence[str], log_odds: pa.Array) -> None:
        parts = np.asarray(log_odds.drop_null().flatten(), np.float64).reshape(-1, len(features))
        most = min(MAIN_REASONS, len(features))
        strongest = np.argpartition(-parts, most - 1, axis=1)[:, :most]
        raising = strongest[np.take_along_axis(parts, strongest, axis=1) > 0]
        for position, count in enumerate(np.bincount(raising, minlength=len(features)).tolist()):
            self.reasons[features[position]] = self.reasons.get(features[position], 0) + count
        self.explained += len(parts)
