"""Numbers, percentages, moments and feature values as text, in the conventions of each language."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from contract.encoding import level_text
from contract.schema import Feature, FeatureSchema, FeatureType, Language

NARROW_SPACE = "\u202f"
"""French groups thousands, and sets off the percent sign, with a narrow no-break space (Imprimerie nationale)."""

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
"""The typographic minus: as wide as the plus, so columns of signed numbers align."""

MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def number(value: float, language: Language, decimals: int = 0, *, signed: bool = False) -> str:
    """Return a number with grouped thousands, rounded half up: 12 345,6 in French and 12,345.6 in English."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    digits = f"{abs(rounded):,.{decimals}f}"
    if language == "fr":
        digits = digits.replace(",", NARROW_SPACE).replace(".", ",")
    if rounded < 0:
        return MINUS + digits
    return "+" + digits if signed and rounded > 0 else digits


def percent(share: float, language: Language, decimals: int = 1) -> str:
    """Return a share of 1 as a percentage: 12,3 % in French and 12.3% in English."""
    return tenths(round_tenths(share), language) if decimals == 1 else _percent(share * 100, language, decimals)


def round_tenths(share: float) -> int:
    """Return a share of 1 in tenths of a percentage point, rounded half up: the resolution of the whole screen."""
    return int((Decimal(repr(float(share))) * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def tenths(units: int, language: Language, *, signed: bool = False) -> str:
    """Return tenths of a percentage point as a percentage with one decimal."""
    return _percent(units / 10, language, 1, signed=signed)


def points(units: int, language: Language) -> str:
    """Return tenths of a percentage point as signed points: +1,2 in French and +1.2 in English."""
    return number(units / 10, language, 1, signed=True)


def moment(at: datetime, language: Language) -> str:
    """Return a moment in the time zone of this machine: 3 févr. 2026, 14:05:09 / 3 Feb 2026, 14:05:09."""
    local = at.astimezone()
    return f"{local.day} {MONTHS[language][local.month - 1]} {local.year}, {local:%H:%M:%S}"


def value(feature: Feature, raw: float | str, schema: FeatureSchema, language: Language) -> str:
    """Return a client's value of a feature in words: the level's or value's label, or a number with its unit."""
    text = level_text(raw)
    if feature.type is FeatureType.CHOICE:
        return next((level.label[language] for level in feature.levels if level.value == text), text)
    if text in feature.value_labels:
        return feature.value_labels[text][language]
    return quantity(feature, float(raw), schema, language)


def quantity(feature: Feature, amount: float, schema: FeatureSchema, language: Language) -> str:
    """Return a number of a feature with its unit; a currency stands before the amount in English."""
    digits = number(amount, language, _decimals(feature, amount))
    if feature.unit is None:
        return digits
    if language == "en" and feature.unit == schema.currency:
        return f"{feature.unit}{NO_BREAK_SPACE}{digits}"
    return f"{digits}{NO_BREAK_SPACE}{unit(feature.unit, amount, language)}"


def unit(code: str, amount: float, language: Language) -> str:
    """Return a unit in words of the language; units without an entry stand as the schema writes them."""
    words = _UNITS.get(code, {}).get(language)
    if words is None:
        return code
    singular = abs(amount) < 2 if language == "fr" else abs(amount) == 1
    return words[0] if singular else words[1]


_UNITS: dict[str, dict[Language, tuple[str, str]]] = {
    "year": {"fr": ("an", "ans"), "en": ("year", "years")},
    "month": {"fr": ("mois", "mois"), "en": ("month", "months")},
    "day": {"fr": ("jour", "jours"), "en": ("day", "days")},
    "person": {"fr": ("personne", "personnes"), "en": ("person", "people")},
}
_UNITS |= {"years": _UNITS["year"], "months": _UNITS["month"], "days": _UNITS["day"], "persons": _UNITS["person"]}


def _decimals(feature: Feature, amount: float) -> int:
    if feature.type is FeatureType.INTEGER or amount == int(amount) or abs(amount) >= 1000:
        return 0
    return 2 if abs(amount) < 10 else 1


def _percent(value: float, language: Language, decimals: int, *, signed: bool = False) -> str:
    gap = NARROW_SPACE if language == "fr" else ""
    return f"{number(value, language, decimals, signed=signed)}{gap}%"


def compact_number(amount: float, language: Language) -> str:
    """Return a number in few letters: 12 k, 1.5 M."""
    size, sign = next(((size, sign) for size, sign in _SIZES if abs(amount) >= size), (1.0, ""))
    digits = amount / size
    decimals = 0 if abs(digits) >= 9.95 or digits == int(digits) else 1
    return f"{number(digits, language, decimals)}{NARROW_SPACE if sign else ''}{sign}"


_SIZES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
