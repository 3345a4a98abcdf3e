"""Shapley values of a single leaf."""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray


def leaf_shapley(value: float, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the SHAP values of one leaf for every way a row can meet its k features' conditions.

    value: the leaf's weight in log-odds. share: (k,) part of the training cover that meets each feature's conditions.
    Returns (2**k, k): row p is for a row that meets exactly the conditions whose bit is set in p.

    A coalition that knows feature i multiplies the leaf by 1 or 0 (met or not); one that does not, by share[i]. The
    sum over all coalitions of one size is a coefficient of a product of polynomials, so k! never appears as work.
    """
    k = len(share)
    met = _patterns(k)
    weights = _coalition_weights(k)
    values = np.empty((1 << k, k))
    for i in range(k):
        by_size = np.zeros((1 << k, k))  # by_size[:, s]: sum over coalitions of s other features
        by_size[:, 0] = 1.0
        for j in range(k):
            if j != i:
                grown = by_size * share[j]
                grown[:, 1:] += by_size[:, :-1] * met[:, j : j + 1]
                by_size = grown
        values[:, i] = value * (met[:, i] - share[i]) * (by_size @ weights)
    return values


@cache
def _patterns(k: int) -> NDArray[np.float64]:
    return ((np.arange(1 << k)[:, None] >> np.arange(k)) & 1).astype(np.float64)


@cache
def _coalition_weights(k: int) -> NDArray[np.float64]:
    """Return s!(k-s-1)!/k! for s = 0..k-1: the Shapley weight of a coalition of s others."""
    return np.array([1 / (k * math.comb(k - 1, s)) for s in range(k)])
