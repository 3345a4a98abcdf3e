"""What follows from the contributions of a row: its probability, its probability points and its reasons.

Log-odds add up, but nobody reads them. Aumann and Shapley (1974, "Values of Non-Atomic Games"): move all
contributions together from nothing to their full size, and credit each with its share of the slope along that
straight line. For a sigmoid the integral has a closed form: each feature gets its log-odds times the mean slope
of the sigmoid between base and score. So the shares keep the signs and the order of the log-odds.

Compiled, and value by value: a row gets the same bits alone and among a thousand, because nothing here is added up or
rounded in another way when there are more rows.
"""

import math
from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

MAX_REASONS = 8
"""More than an advisor will say aloud. Rules on adverse action ask for about four."""

Floats = NDArray[np.float64]


@numba.njit(nogil=True, cache=True)
def sigmoid(log_odds: float) -> float:
    """Return the probability of log-odds, without overflow at either end."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1 + odds)


@numba.njit(nogil=True, cache=True)
def mean_slope(base: float, step: float) -> float:
    """Return (sigmoid(base + step) - sigmoid(base)) / step, and its limit sigmoid'(base) at 0, without cancellation.

    With h = step / 2, the difference is sinh(h) / (2 cosh(base / 2) cosh(base / 2 + h)); written in negative
    exponentials, so that nothing overflows.
    """
    here, there, size = abs(base) / 2, abs(base + step) / 2, abs(step)
    rise = -math.expm1(-size) / size if size > 0 else 1.0
    decay = math.exp(size / 2 - here - there)
    return rise * decay / ((1 + math.exp(-2 * here)) * (1 + math.exp(-2 * there)))


@numba.njit(nogil=True, cache=True)
def to_probabilities(explained: NDArray[np.floating], base: float) -> tuple[Floats, Floats, Floats]:
    """Return the contributions (n, k), their points (n, k) and the probability (n,) of explained rows (n, k + 1).

    Contributions are in log-odds, added up in the order of the columns; the last column is not read. Points are shares
    of `probability - sigmoid(base)`; 1.0 is 100 points. The probability is NaN where the sum is not finite.
    """
    n, k = explained.shape[0], explained.shape[1] - 1
    contributions, points, probability = np.empty((n, k)), np.empty((n, k)), np.empty(n)
    for r in range(n):
        total = 0.0
        for f in range(k):
            contributions[r, f] = explained[r, f]
            total += contributions[r, f]
        probability[r] = sigmoid(base + total) if math.isfinite(total) else math.nan
        slope = mean_slope(base, total)
        for f in range(k):
            points[r, f] = contributions[r, f] * slope
    return contributions, points, probability


@numba.njit(nogil=True, cache=True)
def stated_reasons(
    log_odds: Floats, rows: NDArray[np.floating], monotone: Floats, raises_from: Floats, lowers_to: Floats
) -> Floats:
    """Return the contributions (n, k) that can be stated as reasons, and 0 for the others.

    `rows` (n, k) are the values. `monotone`, `raises_from` and `lowers_to` (k,) are the features' directions and
    contract.reason_rule.ReasonBounds. A missing value has no side: its contribution stays.
    """
    stated = log_odds.copy()
    for r in range(log_odds.shape[0]):
        for f in range(log_odds.shape[1]):
            if monotone[f] != 0:
                risk = rows[r, f] * monotone[f]
                if (log_odds[r, f] > 0 and risk < raises_from[f]) or (log_odds[r, f] < 0 and risk > lowers_to[f]):
                    stated[r, f] = 0.0
    return stated


@numba.njit(nogil=True, cache=True)
def explained_scores(
    explained: NDArray[np.floating],
    base: float,
    rows: NDArray[np.floating],
    monotone: Floats,
    raises_from: Floats,
    lowers_to: Floats,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what `to_probabilities` does, and `stated_reasons` of its contributions."""
    contributions, points, probability = to_probabilities(explained, base)
    stated = stated_reasons(contributions, rows, monotone, raises_from, lowers_to)
    return contributions, points, probability, stated


@numba.njit(nogil=True, cache=True)
def strongest_first(log_odds: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return the positions of each row's `count` strongest contributions (n, count), strongest first.

    log_odds: (n, k), `count` at most k. Equal ones keep the order of the columns.
    """
    n, k = log_odds.shape
    order = np.zeros((n, count), np.int64)
    for r in range(n):
        for f in range(k):
            size = abs(log_odds[r, f])
            place = min(f, count)
            while place > 0 and abs(log_odds[r, order[r, place - 1]]) < size:
                if place < count:
                    order[r, place] = order[r, place - 1]
                place -= 1
            if place < count:
                order[r, place] = f
    return order


def reason_codes(features: Sequence[str]) -> NDArray[np.object_]:
    """Return the reason codes of the features: (2, k), `FEATURE:lowers` in the first row, `FEATURE:raises` below."""
    return np.array([[f"{name}:{word}" for name in features] for word in ("lowers", "raises")], object)
