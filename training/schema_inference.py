"""A feature schema inferred from a file's columns, for people to edit."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.schema import Feature, FeatureType, Level, LocalizedText
from tabular.names import feature_name
from training.column_casts import as_numbers, as_text, is_whole

MAX_LEVELS = 50
"""Text with more different values is free text or names: trees cannot use it, and it may name people."""

MAX_CODES = 10
"""A sensitive column of whole numbers with at most this many values holds codes (1 male, 2 female), not amounts."""

MIN_ROUNDING_UNIT = 1e-300
"""Bounds are rounded to nothing finer: below it, floating point has no room for a digit more."""

MAX_INTEGER_SPAN = 200
"""Whole numbers that span more than this are taken for amounts, where a fraction is no mistake."""

_SENSITIVE = re.compile(
    "age|birth|birthdate|children|civil|dependants|dependents|disability|enfants|ethnic|ethnicity|foreign|gender|genre|handicap"
    "|kids|marital|marriage|married|matrimoniale|nationality|nationalite|race|religion|sex|sexe"
)
_ID = re.compile("id|ids|ref|reference|number|numero|uuid|key")


@dataclass(frozen=True)
class InferredColumn:
    """What a column seems to be: a feature, or the reason why it is none."""

    feature: Feature | None = None
    excluded_because: str = ""
    is_id: bool = False


def infer_column(column: str, values: pa.Array) -> InferredColumn:
    """Return what a column seems to be."""
    numbers = as_numbers(values)
    text = as_text(values)
    if text is None or pa.types.is_temporal(values.type):
        return InferredColumn(excluded_because="is neither numbers nor text")
    if _is_id(column, values, numbers):
        return InferredColumn(excluded_because="has a different value in every row, like an identifier", is_id=True)
    levels = pc.unique(text.drop_null())
    sensitive = _name_matches(_SENSITIVE, column)
    coded = sensitive and len(levels) <= MAX_CODES and numbers is not None and is_whole(numbers)
    if numbers is not None and not coded and len(numbers.drop_null()):
        return InferredColumn(_number(column, numbers, sensitive))
    if len(levels) > MAX_LEVELS:
        return InferredColumn(
            excluded_because=f"has {len(levels)} different texts, more than the {MAX_LEVELS} of a choice"
        )
    if not len(levels):
        return InferredColumn(excluded_because="has no value")
    return InferredColumn(_choice(column, levels, text.null_count > 0, sensitive))


def _name_matches(words: re.Pattern[str], column: str) -> bool:
    """Return whether a word of the column's name matches; "mortgage" does not match "age"."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", feature_name(column)).lower()
    return any(words.fullmatch(word) for word in re.split(r"[^a-z]+", parted))


def _is_id(column: str, values: pa.Array, numbers: pa.Array | None) -> bool:
    if values.null_count or len(pc.unique(values)) < len(values):
        return False
    if numbers is None:
        return True
    span = pc.min_max(numbers).as_py()
    return is_whole(numbers) and (_name_matches(_ID, column) or span["max"] - span["min"] == len(values) - 1)


def _number(column: str, numbers: pa.Array, sensitive: bool) -> Feature:
    known = numbers.drop_null().to_numpy(zero_copy_only=False)
    low, high = _bounds(known[np.isfinite(known)])
    count = is_whole(numbers) and float(np.ptp(known)) <= MAX_INTEGER_SPAN
    return Feature(
        name=feature_name(column),
        type=FeatureType.INTEGER if count else FeatureType.NUMBER,
        label=LocalizedText(fr=column, en=column),
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
    unit = max(10.0 ** (math.floor(math.log10(abs(value))) - 1), MIN_ROUNDING_UNIT)
    return float(f"{outward(value / unit) * unit:.6g}")


def _choice(column: str, levels: pa.Array, missing: bool, sensitive: bool) -> Feature:
    return Feature(
        name=feature_name(column),
        type=FeatureType.CATEGORICAL,
        label=LocalizedText(fr=column, en=column),
        levels=tuple(
            Level(value, LocalizedText(fr=value, en=value)) for value in sorted(levels.to_pylist(), key=_natural)
        ),
        missing_allowed=missing,
        sensitive=sensitive,
        in_model=not sensitive,
    )


def _natural(value: str) -> tuple[float, str]:
    try:
        return (float(value), value)
    except ValueError:
        return (math.inf, value)
