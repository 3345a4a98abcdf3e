"""The compiled inner loop."""

import numba
import numpy as np
from numpy.typing import NDArray

from scorer.tables.groups import WIDTH

ROWS = 32
"""Rows explained together: their values (10 KB at 40 features) and a group's table (8 KB) share a first-level cache."""

FEW = 4
"""Below this many rows, making the bits row by row beats making them bit by bit with vector instructions."""

LEFT, RIGHT = np.float32(-np.inf), np.float32(np.inf)


@numba.njit(nogil=True, cache=True)
def add_contributions(
    rows: NDArray[np.float32],
    source: NDArray[np.int32],
    limit: NDArray[np.float32],
    target: NDArray[np.int32],
    width: NDArray[np.int32],
    first: NDArray[np.int64],
    table: NDArray[np.float32],
    out: NDArray[np.float64],
) -> None:
    """Add every group's SHAP vector to the first k columns of `out`.

    rows: (n, k), NaN where missing; the rest as in Tables. Every row is added up in the same order whatever its
    neighbours are, so its numbers do not depend on the batch.
    """
    n, features = rows.shape
    seen = np.empty((2 * features, ROWS), np.float32)
    pattern = np.empty(ROWS, np.int32)
    for start in range(0, n, ROWS):
        m = min(ROWS, n - start)
        _look(rows[start : start + m], seen)
        for g in range(len(first)):
            if m < FEW:
                _row_by_row(seen, source[g], limit[g], pattern, m)
            else:
                _bit_by_bit(seen, source[g], limit[g], pattern, m)
            for r in range(m):
                vector = first[g] + pattern[r]
                for j in range(width[g]):
                    out[start + r, target[g, j]] += table[vector, j]


@numba.njit(nogil=True, cache=True, inline="always")
def _look(rows: NDArray[np.float32], seen: NDArray[np.float32]) -> None:
    """Turn rows into columns; a missing value goes left in the first half of `seen` and right in the second."""
    m, features = rows.shape
    for f in range(features):
        for r in range(m):
            value = rows[r, f]
            missing = np.isnan(value)
            seen[f, r] = LEFT if missing else value
            seen[features + f, r] = RIGHT if missing else value


@numba.njit(nogil=True, cache=True, inline="always")
def _row_by_row(
    seen: NDArray[np.float32], source: NDArray[np.int32], limit: NDArray[np.float32], pattern: NDArray[np.int32], m: int
) -> None:
    for r in range(m):
        bits = np.int32(0)
        for b in range(WIDTH):
            bits |= np.int32(seen[source[b], r] < limit[b]) << np.int32(b)
        pattern[r] = bits


@numba.njit(nogil=True, cache=True, inline="always")
def _bit_by_bit(
    seen: NDArray[np.float32], source: NDArray[np.int32], limit: NDArray[np.float32], pattern: NDArray[np.int32], m: int
) -> None:
    for r in range(m):
        pattern[r] = 0
    for b in range(WIDTH):
        values, below = seen[source[b]], limit[b]
        for r in range(m):
            pattern[r] |= np.int32(values[r] < below) << np.int32(b)
