"""Shapley values of single leaves."""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray


def leaf_shapley(value: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the SHAP values of m leaves for every way a row can meet the conditions of each one's k features.

    value: (m,) the leaves' weights in log-odds. share: (m, k) part of the training cover that meets each feature's
    conditions. Returns (m, 2**k, k): row p is for a row that meets exactly the conditions whose bit is set in p.

    A coalition that knows feature i multiplies the leaf by 1 or 0 (met or not); one that does not, by share[i]. The
    sum over all coalitions of one size is a coefficient of a product of polynomials, so k! never appears as work.
    """
    m, k = share.shape
    met = _patterns(k)
    weights = _coalition_weights(k)
    values = np.empty((m, 1 << k, k))
    for i in range(k):
        by_size = np.zeros((m, 1 << k, k))  # by_size[..., s]: sum over coalitions of s other features
        by_size[..., 0] = 1.0
        for j in range(k):
            if j != i:
                grown = by_size * share[:, j, None, None]
                grown[..., 1:] += by_size[..., :-1] * met[:, j, None]
                by_size = grown
        values[..., i] = value[:, None] * (met[:, i] - share[:, i, None]) * (by_size @ weights)
    return values


@cache
def _patterns(k: int) -> NDArray[np.float64]:
    return ((np.arange(1 << k)[:, None] >> np.arange(k)) & 1).astype(np.float64)


@cache
def _coalition_weights(k: int) -> NDArray[np.float64]:
    """Return s!(k-s-1)!/k! for s = 0..k-1: the Shapley weight of a coalition of s others."""
    return np.array([1 / (k * math.comb(k - 1, s)) for s in range(k)])
