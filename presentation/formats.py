"""Numbers and values by language tag. Superseded by `Locale`."""

from datetime import datetime

from contract.schema import Feature, FeatureSchema, Language
from presentation.languages import LANGUAGES
from presentation.locale import MINUS, NARROW_SPACE, NO_BREAK_SPACE, round_tenths

__all__ = [
    "MINUS", "NARROW_SPACE", "NO_BREAK_SPACE", "compact_number", "moment", "number", "percent", "points", "quantity",
    "round_tenths", "tenths", "value",
]  # fmt: skip


def number(value: float, language: Language, decimals: int = 0, *, signed: bool = False) -> str:
    """See Locale.number."""
    return LANGUAGES.locale(language).number(value, decimals, signed=signed)


def percent(share: float, language: Language, decimals: int = 1) -> str:
    """See Locale.percent."""
    return LANGUAGES.locale(language).percent(share, decimals)


def tenths(units: int, language: Language, *, signed: bool = False) -> str:
    """See Locale.tenths."""
    return LANGUAGES.locale(language).tenths(units, signed=signed)


def points(units: int, language: Language) -> str:
    """See Locale.points."""
    return LANGUAGES.locale(language).points(units)


def moment(at: datetime, language: Language) -> str:
    """See Locale.moment."""
    return LANGUAGES.locale(language).moment(at)


def value(feature: Feature, raw: float | str, schema: FeatureSchema, language: Language) -> str:
    """See Locale.value."""
    return LANGUAGES.locale(language).value(feature, raw, schema)


def quantity(feature: Feature, amount: float, schema: FeatureSchema, language: Language) -> str:
    """See Locale.quantity."""
    return LANGUAGES.locale(language).quantity(feature, amount, schema)


def compact_number(amount: float, language: Language) -> str:
    """See Locale.compact_number."""
    return LANGUAGES.locale(language).compact_number(amount)
