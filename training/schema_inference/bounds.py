"""Bounds of a number that a person would choose: round, just outside the data."""

import math

import numpy as np
from numpy.typing import NDArray

_STEPS = (1.0, 2.0, 2.5, 5.0)
"""What people count in, times a power of ten."""

_SEGMENTS = 12
"""A scale has up to about this many steps; its ends fall on one."""

_MIN_STEP = 1e-300
"""Below it, floating point has no room for a digit more."""


def round_bounds(known: NDArray[np.float64], unit: str | None = None) -> tuple[float, float]:
    """Return the bounds of finite values: round numbers outside all of them.

    Shares are 0 to 1, percentages within 100 are 0 to 100, flags 0 to 1. Amounts start at 0 unless all of them lie in
    the upper three quarters of the scale, as ages and scores do. A constant gets room on both sides.
    """
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    if low >= 0 and high <= 1 and (low < high or low in (0.0, 1.0)):
        return 0.0, 1.0
    if unit == "%" and low >= 0 and high <= 100:
        return 0.0, 100.0
    if low == high:
        low, high = min(0.0, 2 * low), max(0.0, 2 * high)
    step = _step((high - low) / _SEGMENTS)
    bottom, top = _times(math.floor(low / step), step), _times(math.ceil(high / step), step)
    if 0 < bottom <= top / 4:
        bottom = 0.0
    if 0 > top >= bottom / 4:
        top = 0.0
    return min(bottom, low), max(top, high)


def _step(width: float) -> float:
    """Return the smallest step that people count in, at least `width`."""
    if width <= _MIN_STEP:
        return _MIN_STEP
    power = 10.0 ** math.floor(math.log10(width))
    return next((factor * power for factor in _STEPS if factor * power >= width), 10 * power)


def _times(count: int, step: float) -> float:
    return float(f"{count * step:.12g}")
