"""Float64 thresholds as ranks, which float32 holds exactly.

The kernel compares float32 numbers. A model that compares float64 ones has, for each feature, a short list of limits.
How many of them a value has reached says everything about it: a value is below limit number j exactly when it has
reached at most j of the limits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorer.shap_tables.trees import TreeEnsemble


@dataclass(frozen=True)
class Ranks:
    """The limits of every feature of a model."""

    double: bool
    """Whether the model compares float64 numbers, and so ranks instead of values."""
    start: NDArray[np.int64]
    """(k + 1,) where each feature's limits begin in `limits`."""
    limits: NDArray[np.float64]
    """The distinct limits, rising within a feature."""
    zero_is_missing: NDArray[np.bool_]
    """(k,)"""

    def threshold(self, feature: NDArray[np.int32], limit: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return, for splits (n,), the number that the rank of exactly the values below the limit is below."""
        ranks = [
            np.searchsorted(self.limits[self.start[f] : self.start[f + 1]], value)
            for f, value in zip(feature, limit, strict=True)
        ]
        return np.array(ranks, np.float32) + np.float32(0.5)


def rank_limits(ensemble: TreeEnsemble) -> Ranks:
    """Gather the limits of a model that compares float64 numbers."""
    by_feature: list[set[float]] = [set() for _ in range(ensemble.features)]
    for tree in ensemble.trees:
        for node in np.flatnonzero(tree.left >= 0).tolist():
            if node not in tree.categories:
                by_feature[int(tree.feature[node])].add(float(tree.limit[node]))
    zero_is_missing = np.zeros(ensemble.features, bool)
    zero_is_missing[list(ensemble.zero_is_missing)] = True
    return Ranks(
        double=True,
        start=np.cumsum([0, *map(len, by_feature)], dtype=np.int64),
        limits=np.array([limit for limits in by_feature for limit in sorted(limits)], np.float64),
        zero_is_missing=zero_is_missing,
    )


def no_ranks(features: int) -> Ranks:
    """Return those of a model that compares float32 numbers."""
    return Ranks(False, np.zeros(features + 1, np.int64), np.zeros(0), np.zeros(features, bool))
