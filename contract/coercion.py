"""One value, however it is written, as the number or the level that a feature means by it.

Files, uploads, messages and blocks all come through here, so what training reads, serving reads. A value is the same
number or level as JSON, as a cell's text, as a Python or NumPy value or in an Arrow column of any type: 2, 2.0, "2" and
a decimal 2.00 are one number and one level. NaN is missing, as pandas, Polars and Parquet files mean it; so is a text
of spaces. Words with which files write missing values, and numbers in the style of a country, are read in
`tabular.values`, which sees whole columns.
"""

import math
import re
import sys
from decimal import Decimal
from numbers import Real

from contract.codes import ErrorCode
from contract.schema import Feature

PLAIN_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
"""A number as programs write it: the one form that means the same in every country.

Each digit can be matched in one way only, so that a long text that is no number is refused in one pass over it.
"""

BOOLEAN_WORDS = (
    ("false", "true"),
    ("0", "1"),
    ("no", "yes"),
    ("n", "y"),
    ("non", "oui"),
    ("n", "o"),
    ("nein", "ja"),
    ("n", "j"),
    ("no", "sí"),
    ("no", "si"),
    ("no", "sì"),
    ("n", "s"),
    ("f", "t"),
    ("faux", "vrai"),
    ("falsch", "wahr"),
    ("falso", "verdadero"),
    ("falso", "vero"),
    ("off", "on"),
)
"""No and yes in words, lower case, by language."""

TRUTHS = {word: truth for pair in BOOLEAN_WORDS for truth, word in zip((False, True), pair, strict=True)}

_PLAIN = re.compile(PLAIN_NUMBER)


def is_missing(value: object) -> bool:
    """Return whether a value stands for none: null, NaN or a text of spaces."""
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def is_flag(feature: Feature) -> bool:
    """Return whether a number is bounded by 0 and 1: only such a number can be written as a boolean."""
    low, high = feature.minimum, feature.maximum
    return low is not None and high is not None and low >= 0 and high <= 1


def number_of(feature: Feature, value: object) -> float | None:
    """Return the number that a value is, not validated; None if it is none."""
    if isinstance(value, str):
        text = value.strip()
        if _PLAIN.fullmatch(text):
            return float(text)
        value = TRUTHS.get(text.lower())
    elif hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, bool):
        return float(value) if is_flag(feature) else None
    if not isinstance(value, Real | Decimal):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer beyond the range of doubles: as far beyond every bound as a number can be
        return math.copysign(sys.float_info.max, -1 if value < 0 else 1)


class LevelReader:
    """Finds the level of one choice that a value means."""

    def __init__(self, feature: Feature) -> None:
        self.positions = {level.value: float(i) for i, level in enumerate(feature.levels)}
        """Level → its code for the model; empty for other types."""
        self._other = feature.other_level
        self._truths = _truths(feature)

    def find(self, value: object) -> str | ErrorCode:
        """Return the level, or why the value is none."""
        if type(value) is str and value in self.positions:
            return value
        if hasattr(value, "item"):
            value = value.item()
        if isinstance(value, bool):
            return self._truths.get(value, ErrorCode.WRONG_TYPE)
        if not isinstance(value, str | Real | Decimal):
            return ErrorCode.WRONG_TYPE
        text = level_text(value)
        if text in self.positions:
            return text
        return self._truths.get(TRUTHS.get(text.lower())) or self._other or ErrorCode.UNKNOWN_LEVEL


def level_text(value: object) -> str:
    """Return how a level is written: 2, 2.0, "2" and "2.0" are the same level; "02" is another."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        value = value.strip()
        if "." in value and _PLAIN.fullmatch(value):
            value = float(value) if float(value).is_integer() else value
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def _truths(feature: Feature) -> dict[bool | None, str]:
    """Return the levels that mean no and yes, if the choice has such a pair."""
    words = {level.value.strip().lower(): level.value for level in feature.levels}
    pair = next((pair for pair in BOOLEAN_WORDS if words.keys() >= set(pair)), None)
    if pair is None or (len(words) > 2 and len(pair[0]) == 1):  # single letters and digits among others are codes
        return {}
    return {False: words[pair[0]], True: words[pair[1]]}
