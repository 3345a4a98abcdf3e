"""The compiled inner loop."""

import numba
import numpy as np
from numpy.typing import NDArray

from scorer.shap_tables.leaf_groups import GROUP_BITS
from scorer.shap_tables.trees import ZERO

TILE_ROWS = 32
"""Rows explained together: their values (10 KB at 40 features) and a group's table (8 KB) share a first-level cache."""

MIN_VECTOR_ROWS = 4
"""Below this many rows, making the bits row by row beats making them bit by bit with vector instructions."""

LEFT, RIGHT = np.float32(-np.inf), np.float32(np.inf)


@numba.njit(nogil=True, cache=True)
def add_contributions(
    rows: NDArray[np.float64],
    double: bool,
    rank_start: NDArray[np.int64],
    limits: NDArray[np.float64],
    zero_is_missing: NDArray[np.bool_],
    category_feature: NDArray[np.int32],
    category_left: NDArray[np.bool_],
    missing_left: NDArray[np.bool_],
    input_index: NDArray[np.int32],
    threshold: NDArray[np.float32],
    output_index: NDArray[np.int32],
    n_outputs: NDArray[np.int32],
    offset: NDArray[np.int64],
    vectors: NDArray[np.float32],
    out: NDArray[np.float64],
) -> None:
    """Add every group's SHAP vector to the first k columns of `out`.

    rows: (n, k), NaN where missing; the rest as in ShapTables. Every row is added up in the same order whatever its
    neighbours are, so its numbers do not depend on the batch.
    """
    n, features = rows.shape
    inputs = np.empty((2 * features + len(category_feature), TILE_ROWS), np.float32)
    pattern = np.empty(TILE_ROWS, np.int32)
    for start in range(0, n, TILE_ROWS):
        m = min(TILE_ROWS, n - start)
        if double:
            _rank_with_missing(rows[start : start + m], rank_start, limits, zero_is_missing, inputs)
        else:
            _transpose_with_missing(rows[start : start + m], inputs)
        _test_categories(rows[start : start + m], double, category_feature, category_left, missing_left, inputs)
        for g in range(len(offset)):
            if m < MIN_VECTOR_ROWS:
                _row_by_row(inputs, input_index[g], threshold[g], pattern, m)
            else:
                _bit_by_bit(inputs, input_index[g], threshold[g], pattern, m)
            for r in range(m):
                vector = offset[g] + pattern[r]
                for j in range(n_outputs[g]):
                    out[start + r, output_index[g, j]] += vectors[vector, j]


@numba.njit(nogil=True, cache=True, inline="always")
def _transpose_with_missing(rows: NDArray[np.float64], inputs: NDArray[np.float32]) -> None:
    """Turn rows into columns; a missing value goes left in the first half of `inputs` and right in the second."""
    m, features = rows.shape
    for f in range(features):
        for r in range(m):
            value = np.float32(rows[r, f])
            missing = np.isnan(value)
            inputs[f, r] = LEFT if missing else value
            inputs[features + f, r] = RIGHT if missing else value


@numba.njit(nogil=True, cache=True, inline="always")
def _rank_with_missing(
    rows: NDArray[np.float64],
    rank_start: NDArray[np.int64],
    limits: NDArray[np.float64],
    zero_is_missing: NDArray[np.bool_],
    inputs: NDArray[np.float32],
) -> None:
    """Do the same with ranks: how many of its feature's limits a value has reached, see scorer.shap_tables.ranks."""
    m, features = rows.shape
    for f in range(features):
        own = limits[rank_start[f] : rank_start[f + 1]]
        for r in range(m):
            value = as_compared(rows[r, f], True)
            missing = np.isnan(value) or (value == 0 and zero_is_missing[f])
            rank = np.float32(np.searchsorted(own, value, side="right"))
            inputs[f, r] = LEFT if missing else rank
            inputs[features + f, r] = RIGHT if missing else rank


@numba.njit(nogil=True, cache=True, inline="always")
def as_compared(value: float, double: bool) -> float:
    """Return the value as the model's library compares it, see Precision."""
    if not double:
        return np.float64(np.float32(value))
    return 0.0 if abs(value) <= ZERO else value


@numba.njit(nogil=True, cache=True, inline="always")
def _test_categories(
    rows: NDArray[np.float64],
    double: bool,
    category_feature: NDArray[np.int32],
    category_left: NDArray[np.bool_],
    missing_left: NDArray[np.bool_],
    inputs: NDArray[np.float32],
) -> None:
    """Write a row for each distinct split on categories below those of the values: LEFT or RIGHT.

    The groups then compare it with a threshold like any value, and a model without categories pays nothing.
    """
    m, features = rows.shape
    known = category_left.shape[1]
    for c in range(len(category_feature)):
        for r in range(m):
            value = as_compared(rows[r, category_feature[c]], double)
            left = missing_left[c] if np.isnan(value) else 0 <= value < known and category_left[c, np.int64(value)]
            inputs[2 * features + c, r] = LEFT if left else RIGHT


@numba.njit(nogil=True, cache=True, inline="always")
def _row_by_row(
    inputs: NDArray[np.float32],
    input_index: NDArray[np.int32],
    threshold: NDArray[np.float32],
    pattern: NDArray[np.int32],
    m: int,
) -> None:
    for r in range(m):
        bits = np.int32(0)
        for b in range(GROUP_BITS):
            bits |= np.int32(inputs[input_index[b], r] < threshold[b]) << np.int32(b)
        pattern[r] = bits


@numba.njit(nogil=True, cache=True, inline="always")
def _bit_by_bit(
    inputs: NDArray[np.float32],
    input_index: NDArray[np.int32],
    threshold: NDArray[np.float32],
    pattern: NDArray[np.int32],
    m: int,
) -> None:
    for r in range(m):
        pattern[r] = 0
    for b in range(GROUP_BITS):
        values, below = inputs[input_index[b]], threshold[b]
        for r in range(m):
            pattern[r] |= np.int32(values[r] < below) << np.int32(b)
