"""Reason codes: which features moved the risk most, and in which direction."""

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

MAX_REASONS = 8
"""More than an advisor will say aloud. Rules on adverse action ask for about four."""


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
