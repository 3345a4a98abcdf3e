"""A feature schema guessed from a file's columns, for people to edit."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.schema import Feature, FeatureType, Level, Text
from training.values import as_numbers, as_text, feature_name, is_whole

MOST_LEVELS = 50
"""Text with more different values is free text or names: trees cannot use it, and it may name people."""

MOST_CODES = 10
"""A sensitive column of whole numbers with at most this many values holds codes (1 male, 2 female), not amounts."""

SMALLEST_UNIT = 1e-300
"""Bounds are rounded to nothing finer: below it, floating point has no room for a digit more."""

WIDEST_COUNT = 200
"""Whole numbers that span more than this are taken for amounts, where a fraction is no mistake."""

_SENSITIVE = re.compile(
    "age|birth|birthdate|children|civil|dependants|dependents|disability|enfants|ethnic|ethnicity|foreign|gender|genre|handicap"
    "|kids|marital|marriage|married|matrimoniale|nationality|nationalite|race|religion|sex|sexe"
)
_ID = re.compile("id|ids|ref|reference|number|numero|uuid|key")


@dataclass(frozen=True)
class Guess:
    """What a column seems to be: a feature, or the reason why it is none."""

    feature: Feature | None = None
    left_out: str = ""
    is_id: bool = False


def guess(column: str, values: pa.Array) -> Guess:
    """Return what a column seems to be."""
    numbers = as_numbers(values)
    text = as_text(values)
    if text is None or pa.types.is_temporal(values.type):
        return Guess(left_out="is neither numbers nor text")
    if _is_id(column, values, numbers):
        return Guess(left_out="has a different value in every row, like an identifier", is_id=True)
    levels = pc.unique(text.drop_null())
    sensitive = _speaks_of(_SENSITIVE, column)
    coded = sensitive and len(levels) <= MOST_CODES and numbers is not None and is_whole(numbers)
    if numbers is not None and not coded and len(numbers.drop_null()):
        return Guess(_number(column, numbers, sensitive))
    if len(levels) > MOST_LEVELS:
        return Guess(left_out=f"has {len(levels)} different texts, more than the {MOST_LEVELS} of a choice")
    if not len(levels):
        return Guess(left_out="has no value")
    return Guess(_choice(column, levels, text.null_count > 0, sensitive))


def _speaks_of(words: re.Pattern[str], column: str) -> bool:
    """Tell whether one of the words of the column's name matches; "mortgage" does not speak of age."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", feature_name(column)).lower()
    return any(words.fullmatch(word) for word in re.split(r"[^a-z]+", parted))


def _is_id(column: str, values: pa.Array, numbers: pa.Array | None) -> bool:
    if values.null_count or len(pc.unique(values)) < len(values):
        return False
    if numbers is None:
        return True
    span = pc.min_max(numbers).as_py()
    return is_whole(numbers) and (_speaks_of(_ID, column) or span["max"] - span["min"] == len(values) - 1)


def _number(column: str, numbers: pa.Array, sensitive: bool) -> Feature:
    known = numbers.drop_null().to_numpy(zero_copy_only=False)
    low, high = _bounds(known[np.isfinite(known)])
    count = is_whole(numbers) and float(np.ptp(known)) <= WIDEST_COUNT
    return Feature(
        name=feature_name(column),
        type=FeatureType.INTEGER if count else FeatureType.NUMBER,
        label=Text(column, column),
        minimum=low,
        maximum=high,
        missing_allowed=numbers.null_count > 0,
        sensitive=sensitive,
        in_model=not sensitive,
    )


def _bounds(known: NDArray[np.float64]) -> tuple[float, float]:
    """Return the bounds, a span wider on each side; never past 0 where the data stops there, nor past 1 for shares."""
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    if 0 <= low < high <= 1 and np.any(known != np.floor(known)):
        return 0.0, 1.0
    margin = (high - low) or abs(high) or 1.0
    wide_low, wide_high = _round(low - margin, math.floor), _round(high + margin, math.ceil)
    return (max(0.0, wide_low) if low >= 0 else wide_low), (min(0.0, wide_high) if high < 0 else wide_high)


def _round(value: float, outward: Callable[[float], int]) -> float:
    """Return the value rounded outward to two significant digits."""
    if value == 0:
        return 0.0
    unit = max(10.0 ** (math.floor(math.log10(abs(value))) - 1), SMALLEST_UNIT)
    return float(f"{outward(value / unit) * unit:.6g}")


def _choice(column: str, levels: pa.Array, missing: bool, sensitive: bool) -> Feature:
    return Feature(
        name=feature_name(column),
        type=FeatureType.CHOICE,
        label=Text(column, column),
        levels=tuple(Level(value, Text(value, value)) for value in sorted(levels.to_pylist(), key=_natural)),
        missing_allowed=missing,
        sensitive=sensitive,
        in_model=not sensitive,
    )


def _natural(value: str) -> tuple[float, str]:
    try:
        return (float(value), value)
    except ValueError:
        return (math.inf, value)
