"""Levels of a choice in their own order: "<1 year", "1-2 years", "10+ years"; low, medium, high."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.schema_inference.words import plain, vocabulary

_VOCABULARY = vocabulary("scales")

_RANKS = tuple(
    {word: rank for rank, step in enumerate(scale) for word in step.split("/")} for scale in _VOCABULARY["scales"]
)


def _any_of(signs: Sequence[str]) -> str:
    """Return a pattern of any of the signs or words; a word ends where it ends."""
    return "|".join(re.escape(sign) + (r"\b" if sign[-1].isalpha() else "") for sign in signs)


_AMOUNT = r"(\d+(?:[.,]\d+)*)\s*(k|m|mio|mrd|bn)?\b"
_BELOW_AMOUNT = re.compile(rf"(?:{_any_of(_VOCABULARY['below'])})\s*=?\s*{_AMOUNT}(?!\s*<)")
_ABOVE_AMOUNT = re.compile(rf"(?:{_any_of(_VOCABULARY['above'])})\s*=?\s*{_AMOUNT}")
_AMOUNT_AND_MORE = re.compile(rf"{_AMOUNT}\s*(?:[^\W\d]+\s*)?(?:{_any_of(_VOCABULARY['and_more'])}|<=?$)")
_FROM_AMOUNT = re.compile(rf"(-?){_AMOUNT}")
_UNITS = tuple((re.compile(rf"\b{stem}"), float(days)) for stem, days in _VOCABULARY["days"].items())
_TIMES = {None: 1.0, "k": 1e3, "m": 1e6, "mio": 1e6, "mrd": 1e9, "bn": 1e9}

_MAX_UNORDERED_SHARE = 1 / 3
"""Levels such as "unknown" have no place in the order; with more of them there is none."""


@dataclass(frozen=True)
class OrderedLevels:
    """Levels in the order in which a model and a person read them."""

    levels: tuple[str, ...]
    ordered: bool
    """Whether they have an order of their own, rather than that of the alphabet."""


def order_levels(levels: Sequence[str]) -> OrderedLevels:
    """Return the levels by what they mean: numbers, ranges and words of a scale rise; others follow the alphabet.

    What has no place on the scale ("unknown") comes last.
    """
    texts = {level: _plain(level) for level in levels}
    readings: list[Mapping[str, float | tuple[float, float] | None]] = [
        {level: ranks.get(text) for level, text in texts.items()} for ranks in _RANKS
    ]
    readings.append(_positions(texts))
    places = max(readings, key=lambda found: sum(place is not None for place in found.values()))
    placed = sum(place is not None for place in places.values())
    if placed < 2 or len(levels) - placed > _MAX_UNORDERED_SHARE * len(levels):
        return OrderedLevels(tuple(sorted(levels, key=_natural)), False)
    return OrderedLevels(tuple(sorted(levels, key=lambda level: _key(places[level], level))), True)


def _key(place: float | tuple[float, float] | None, level: str) -> tuple[bool, float, float, str]:
    if place is None:
        return True, 0.0, 0.0, level
    first, second = place if isinstance(place, tuple) else (place, 0.0)
    return False, first, second, level


def _plain(level: str) -> str:
    text = re.sub(r"[$€£¥]|\b(?:usd|eur|gbp|chf|dm)\b", "", plain(level))
    return " ".join(re.sub(r"[_’']", " ", text).replace("–", "-").replace("—", "-").split())


def _positions(texts: dict[str, str]) -> dict[str, tuple[float, float] | None]:
    """Return where ranges begin, in days if they name units of time; for equal beginnings the open end decides.

    A level without a unit has that of the others: "1-2" beside "10+ years" is years.
    """
    units = {level: _days(text) for level, text in texts.items()}
    usual = next((days for days in units.values() if days), 1.0)
    return {level: _position(text, units[level] or usual) for level, text in texts.items()}


def _days(text: str) -> float | None:
    return next((days for pattern, days in _UNITS if pattern.search(text)), None)


def _position(text: str, unit: float) -> tuple[float, float] | None:
    if found := _BELOW_AMOUNT.match(text):
        return _amount(found[1], found[2]) * unit, -1.0
    if found := _ABOVE_AMOUNT.match(text) or _AMOUNT_AND_MORE.match(text):
        return _amount(found[1], found[2]) * unit, 1.0
    if found := _FROM_AMOUNT.match(text):
        return (-1 if found[1] else 1) * _amount(found[2], found[3]) * unit, 0.0
    return None


def _amount(digits: str, suffix: str | None) -> float:
    number = re.sub(r"[.,](?=\d{3}(?!\d))", "", digits).replace(",", ".")
    try:
        return float(number) * _TIMES[suffix]
    except ValueError:
        return math.inf


def _natural(value: str) -> tuple[float, str]:
    try:
        return (float(value), value)
    except ValueError:
        return (math.inf, value)
