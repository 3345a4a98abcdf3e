"""Special codes among numbers: -7 for "condition not met", 999 for "unknown"."""

import re

import numpy as np
from numpy.typing import NDArray

MAX_CODES = 6
"""More different values that look like codes are a scale of their own."""

MIN_COUNT = 2
"""A code is used more than once; a single extreme value may be real."""

_NINES = re.compile(r"-?(9{2,}|9*9[5-8]|[78]{2,}|9{2,}[0-9])|365243")
"""96, 98, 99, 998, 9997, 88, 777, with or without a minus; 365243 days are a thousand years."""

_SMALL = re.compile(r"-[1-9]")
"""-1 to -9; and 7, 8, 9 behind a short scale."""


def find_codes(known: NDArray[np.float64]) -> dict[str, int]:
    """Return the values that look like codes and not like amounts, as text → how many rows have them.

    Such a value occurs more than once and sits apart from the rest: it is negative where nothing else is, or as far
    beyond the rest as they are from each other. `known` is finite values without missing ones.
    """
    values, counts = np.unique(known, return_counts=True)
    if len(values) < 3:  # two values are a flag, however it is written
        return {}
    codes = [*_negative(values, counts), *_beyond(values, counts)]
    if not 0 < len(codes) <= MAX_CODES or len(codes) >= len(values) - 1:
        return {}
    return {f"{value:.0f}": int(counts[values == value][0]) for value in codes}


def _negative(values: NDArray[np.float64], counts: NDArray[np.int64]) -> list[float]:
    negative = values[values < 0]
    others = values[values >= 0]
    written = [f"{value:.15g}" for value in negative]
    if not len(negative) or len(others) < 2 or counts[values < 0].min() < MIN_COUNT:
        return []
    if len(negative) > 1 and negative.max() > -6 and _is_run(negative):  # -2, -1, 0, 1: a scale that passes zero
        return []
    looks = all(_NINES.fullmatch(text) or _SMALL.fullmatch(text) for text in written)
    return negative.tolist() if looks else []


def _is_run(negative: NDArray[np.float64]) -> bool:
    return bool(negative.max() == -1 and np.all(np.diff(negative) == 1))


def _beyond(values: NDArray[np.float64], counts: NDArray[np.int64]) -> list[float]:
    """Return what lies above a wide gap, if all of it looks like codes."""
    for size in range(min(MAX_CODES, len(values) - 2), 0, -1):
        upper, rest = values[-size:], values[:-size]
        rest = rest[rest >= 0] if np.any(rest >= 0) and upper[0] != 365243 else rest
        if len(rest) < 2 or counts[-size:].min() < MIN_COUNT:
            continue
        span, gap = float(rest[-1] - rest[0]), float(upper[0] - rest[-1])
        if all(_is_code(value, span) for value in upper) and _is_apart(rest, span, gap):
            return [float(value) for value in upper]
    return []


def _is_code(value: float, span: float) -> bool:
    text = f"{value:.15g}"
    return _NINES.fullmatch(text) is not None or (span <= 5 and text in ("7", "8", "9"))


def _is_apart(rest: NDArray[np.float64], span: float, gap: float) -> bool:
    if len(rest) <= 20:
        return gap >= max(span, 2)
    usual = float(np.diff(rest[-max(10, len(rest) // 10) :]).max())
    return gap >= max(span / 4, 3 * usual)
