"""Dates that are written as plain numbers: 20240131, or seconds since 1970."""

import numpy as np
from numpy.typing import NDArray

from training.schema_inference.words import name_words, vocabulary

_DATE_WORDS = frozenset(vocabulary("identifiers")["dates"].split())

_SECONDS = (3e8, 3e9)
"""1979 to 2065, in seconds since 1970."""


def date_numbers(column: str, known: NDArray[np.float64]) -> str | None:
    """Return how whole numbers write dates ("year, month and day as one number"), or None if they are amounts."""
    if not len(known) or not np.all(known == np.floor(known)):
        return None
    if _is_calendar(known):
        return "dates as one number, year, month and day"
    if _DATE_WORDS.isdisjoint(name_words(column)):
        return None
    if _SECONDS[0] < known.min() and known.max() < _SECONDS[1]:
        return "times as seconds since 1970"
    if _SECONDS[0] < known.min() / 1_000 and known.max() / 1_000 < _SECONDS[1]:
        return "times as milliseconds since 1970"
    months, years = known % 100, known // 100
    if np.all((months >= 1) & (months <= 12) & (years >= 1900) & (years <= 2100)):
        return "months as one number, year and month"
    return None


def _is_calendar(known: NDArray[np.float64]) -> bool:
    days, months, years = known % 100, known // 100 % 100, known // 10_000
    valid = (days >= 1) & (days <= 31) & (months >= 1) & (months <= 12) & (years >= 1900) & (years <= 2100)
    return bool(np.all(valid) and len(np.unique(known)) > 1)
