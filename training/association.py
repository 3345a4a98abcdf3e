"""How well one column alone ranks a binary outcome: for leakage, and for proxies of sensitive features."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

BINS = 20
"""Numbers are cut into this many bins of about equal weight, so that no direction is assumed."""

MAX_LEVELS = 200
"""The most frequent levels have a bin each, all others one."""

MIN_OF_EACH = 10
"""With fewer rows of an outcome, an AUC says nothing."""


def bin_column(column: pd.Series) -> NDArray[np.int64]:
    """Return the bin of each row, from 0: of a number by its size, of a text by the text; missing has one of its own.

    The least and the greatest number have a bin each, for a flag or a code at an end.
    """
    if not pd.api.types.is_numeric_dtype(column):
        frequent = column.value_counts().index[:MAX_LEVELS]
        codes = frequent.get_indexer(column)  # -1 for the others
        return np.where(column.isna(), len(frequent) + 1, np.where(codes < 0, len(frequent), codes))
    values = column.to_numpy(np.float64)
    known = values[np.isfinite(values)]
    if not len(known):
        return np.zeros(len(values), np.int64)
    cuts = np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])
    edges = np.unique(np.r_[np.nextafter(known.min(), np.inf), cuts, known.max()])
    return np.where(np.isnan(values), 0, 1 + np.digitize(values, edges))


def single_column_auc(bins: NDArray[np.int64], outcome: NDArray[np.bool_]) -> float:
    """Return the ROC AUC, .5 to 1, of predicting `outcome` from the bins of one column, whatever the relation's shape.

    Each half of the rows is ranked by the outcome rates of the other half's bins, so that a column of many values gains
    nothing by chance. .5 where there are too few rows of either outcome.
    """
    positives = int(outcome.sum())
    if min(positives, len(outcome) - positives) < MIN_OF_EACH:
        return 0.5
    size = int(bins.max()) + 1
    half = np.random.default_rng(0).permutation(len(bins)) % 2
    cells = half * size + bins
    hits = np.bincount(cells[outcome], minlength=2 * size).astype(np.float64)
    misses = np.bincount(cells[~outcome], minlength=2 * size).astype(np.float64)
    mean = positives / len(outcome)
    rates = (hits + mean) / (hits + misses + 1)  # drawn to the mean by one row's weight
    scores = np.r_[rates[size:], rates[:size]]
    return max(0.5, _auc_of_cells(scores, hits, misses))


def _auc_of_cells(scores: NDArray[np.float64], hits: NDArray[np.float64], misses: NDArray[np.float64]) -> float:
    """Return the share of pairs of a hit and a miss that the scores of their cells rank right; ties count half."""
    _, rank = np.unique(scores, return_inverse=True)
    hits_at, misses_at = np.bincount(rank, weights=hits), np.bincount(rank, weights=misses)
    below = np.cumsum(misses_at) - misses_at / 2
    return float(hits_at @ below / (hits_at.sum() * misses_at.sum()))
