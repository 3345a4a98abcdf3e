"""Contributions in probability points, which add up to the probability that people are shown.

Log-odds add up, but nobody reads them. Aumann and Shapley (1974, "Values of Non-Atomic Games"): move all
contributions together from nothing to their full size, and credit each with its share of the slope along that
straight line. For a sigmoid the integral has a closed form: each feature gets its log-odds times the mean slope
of the sigmoid between base and score. So the shares keep the signs and the order of the log-odds.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def probability_points(contributions: Floats, base_log_odds: float) -> Floats:
    """Return (n, k) shares of `probability - base_probability` for (n, k) log-odds; 1.0 is 100 points."""
    totals = np.add.accumulate(contributions, axis=1)[:, -1]
    slopes = [mean_slope(base_log_odds, total) for total in totals.tolist()]
    return np.asarray(contributions * np.array(slopes, np.float64)[:, None])


def mean_slope(base: float, step: float) -> float:
    """Return (sigmoid(base + step) - sigmoid(base)) / step, and its limit sigmoid'(base) at 0, without cancellation.

    With h = step / 2, the difference is sinh(h) / (2 cosh(base / 2) cosh(base / 2 + h)); written in negative
    exponentials, so that nothing overflows.
    """
    here, there, size = abs(base) / 2, abs(base + step) / 2, abs(step)
    rise = -math.expm1(-size) / size if size else 1.0
    decay = math.exp(size / 2 - here - there)
    return rise * decay / ((1 + math.exp(-2 * here)) * (1 + math.exp(-2 * there)))
