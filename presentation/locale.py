"""How one language writes messages, numbers, percentages, moments and feature values."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent

from contract.baseline import BaselineHistogram
from contract.coercion import level_text
from contract.reason_rule import Direction, RiskShares, is_reason, risk_shares
from contract.schema import Feature, FeatureSchema, FeatureType, Language
from presentation.catalogue import Catalogue

NARROW_SPACE = "\u202f"
"""Sets off the percent sign where a language does so: CLDR's full space is too wide there (Imprimerie nationale)."""

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
"""The typographic minus: as wide as the plus, so columns of signed numbers align."""

MAX_PERCENT_DECIMALS = 4
"""Where one decimal would make a PD just below the threshold look the same as the threshold."""

SIGNIFICANT_DIGITS = 2
MAX_DECIMALS = 8
"""Of an amount below 0.1, such as a rate of 0.0034, which two decimals would turn into nothing."""

_UNITS = {"years": "year", "months": "month", "days": "day", "persons": "person"}
_SIZES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


class Locale:
    """One language. Immutable, so all sessions share it."""

    def __init__(self, catalogues: Sequence[Catalogue]) -> None:
        """`catalogues`: the language's own, then those it falls back to."""
        self._catalogues = tuple(catalogues)
        self._conventions = self._catalogues[0].conventions

    @property
    def language(self) -> Language:
        """The BCP 47 tag."""
        return self._catalogues[0].language

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return self._catalogues[0].name

    def text(self, key: str, /, **values: object) -> str:
        """Return a message with its placeholders filled.

        A number as `count` chooses the plural form and is written as the language writes numbers. Raises KeyError for a
        key that no catalogue has.
        """
        count = values.get("count")
        number = count if isinstance(count, int | float) else None
        message = next((m for c in self._catalogues if (m := c.find(key, number)) is not None), None)
        if message is None:
            raise KeyError(key)
        if number is not None:
            values["count"] = self.number(number)
        return message.format(**values) if values else message

    def __contains__(self, key: str) -> bool:
        return any(key in catalogue.messages for catalogue in self._catalogues)

    def label(self, feature: Feature) -> str:
        """Return a feature's name on the screen."""
        return feature.label[self.language]

    def number(self, value: float, decimals: int = 0, *, signed: bool = False) -> str:
        """Return a number with grouped digits, rounded half up: 12 345,6 in French and 12,345.6 in English."""
        rounded = _round(value, decimals)
        return self._signed(rounded, format_decimal(abs(rounded), self._pattern(decimals), self._conventions), signed)

    def percent(self, share: float, decimals: int = 1) -> str:
        """Return a share of 1 as a percentage, rounded half up: 12,3 % in French and 12.3% in English."""
        return self._percent(Decimal(repr(float(share))) * 100, decimals)

    def tenths(self, units: int, *, signed: bool = False) -> str:
        """Return tenths of a percentage point as a percentage with one decimal."""
        return self._percent(Decimal(units) / 10, 1, signed=signed)

    def points(self, units: int) -> str:
        """Return tenths of a percentage point as signed points: +1,2 in French and +1.2 in English."""
        return self.number(units / 10, 1, signed=True)

    def distinct_percentages(self, probability: float, threshold: float) -> tuple[str, str]:
        """Return both as percentages, with as many decimals as they need to look different."""
        texts = (self.percent(probability), self.percent(threshold))
        for decimals in range(2, MAX_PERCENT_DECIMALS + 1):
            if texts[0] != texts[1]:
                break
            texts = (self.percent(probability, decimals), self.percent(threshold, decimals))
        return texts

    def compact_number(self, amount: float) -> str:
        """Return a number in few characters: 12 k, 1.5 M."""
        size, sign = next(((size, sign) for size, sign in _SIZES if abs(amount) >= size), (1.0, ""))
        digits = amount / size
        decimals = 0 if abs(digits) >= 9.95 or digits == int(digits) else 1
        if abs(amount) < 1:
            decimals = _small_decimals(amount, 1)
        return f"{self.number(digits, decimals)}{NARROW_SPACE if sign else ''}{sign}"

    def moment(self, at: datetime) -> str:
        """Return a moment in the time zone of this machine: 3 févr. 2026, 14:05:09 / 3 Feb 2026, 14:05:09."""
        return format_datetime(at.astimezone(), "medium", locale=self._conventions)

    def duration(self, seconds: float) -> str:
        """Return a duration, rounded up to whole seconds, or minutes from two minutes on."""
        if seconds <= 120:
            return self.text("duration.seconds", seconds=self.number(max(1, math.ceil(seconds))))
        return self.text("duration.minutes", minutes=self.number(math.ceil(seconds / 60)))

    def value(self, feature: Feature, raw: float | str | None, schema: FeatureSchema) -> str:
        """Return a client's value in words: a label, a number with its unit, or that there is none."""
        if raw is None:
            return self.text("value.missing")
        text = level_text(raw)
        if feature.type is FeatureType.CATEGORICAL:
            return self._level(feature, text)
        if (code := feature.code(float(raw))) is not None:
            words = feature.codes[code]
            return self.text("value.missing") if words is None else words[self.language]
        if text in feature.value_labels:
            return feature.value_labels[text][self.language]
        return self._number(feature, float(raw), schema)

    def _level(self, feature: Feature, text: str) -> str:
        labels = {level.value: level.label[self.language] for level in feature.levels}
        if text in labels or feature.other_level is None:
            return labels.get(text, text)
        return self.text("value.read_as", value=text, read=labels[feature.other_level])

    def _number(self, feature: Feature, amount: float, schema: FeatureSchema) -> str:
        """Return a number, and what the model reads instead if it lies outside the bounds."""
        written = self.quantity(feature, amount, schema)
        low, high = feature.bounds
        if low <= amount <= high or feature.outside == "refuse":
            return written
        read = self.text("value.missing")
        if feature.outside == "clip":
            read = self.quantity(feature, min(max(amount, low), high), schema)
        return self.text("value.read_as", value=written, read=read)

    def reason(
        self,
        feature: Feature,
        direction: Direction,
        schema: FeatureSchema,
        values: Mapping[str, float | str | None] | None = None,
        histogram: BaselineHistogram | None = None,
    ) -> str:
        """Return what an advisor can say of a feature that raises or lowers the risk, without a full stop.

        That is the client's own value, how it compares with other clients' where the feature is monotone, and the
        direction: in the schema's own sentence where it has one that speaks of an amount that the client has. A value
        that is no reason, because its direction contradicts it, is said with why. Without `values`, it is said of
        several clients.
        """
        if values is None:
            return self._own_sentence(feature, direction) or self.text(
                f"reason.several_{direction}", label=self.label(feature)
            )
        raw = values.get(feature.name)
        stated = is_reason(feature, histogram, raw, direction)
        fact = self.labelled(self.label(feature), self.value(feature, raw, schema))
        if shares := risk_shares(feature, histogram, raw):
            fact = self._compared(fact, shares, worse=(direction == "raises") == stated)
        if not stated:
            return self.text(f"reason.not_{direction}", fact=fact)
        known = raw is not None and (feature.type is FeatureType.CATEGORICAL or feature.amount(raw) is not None)
        if known and (sentence := self._own_sentence(feature, direction)):
            return self.text("reason.own_sentence", fact=fact, sentence=sentence)
        return self.text(f"reason.{direction}", fact=fact)

    def _own_sentence(self, feature: Feature, direction: Direction) -> str | None:
        written = feature.raises if direction == "raises" else feature.lowers
        return None if written is None else written[self.language]

    def _compared(self, fact: str, shares: RiskShares, *, worse: bool) -> str:
        """Return a fact with the share of clients whose value is more favourable, if it is `worse`, or less."""
        share = shares.safer if worse else shares.riskier
        if not share:
            return fact
        return self.text(f"reason.{'less' if worse else 'more'}_favourable", fact=fact, share=self.share(share))

    def share(self, share: float) -> str:
        """Return a share of the clients in whole percents; at both ends it says that it is less or more than that."""
        if share < 0.01:
            return self.text("place.under", share=self.percent(0.01, 0))
        if 0.99 < share < 1:
            return self.text("place.over", share=self.percent(0.99, 0))
        return self.percent(share, 0)

    def labelled(self, label: str, value: str) -> str:
        """Return a label and its value in one line, with the language's colon."""
        return self.text("value.labelled", label=label, value=value)

    def quantity(self, feature: Feature, amount: float, schema: FeatureSchema) -> str:
        """Return a number of a feature with its unit; the currency's stands where the language puts it."""
        digits = self.number(amount, _decimals(feature, amount))
        if feature.unit is None:
            return digits
        if feature.unit == schema.currency and self._conventions.currency_formats["standard"].pattern.startswith("¤"):
            return f"{feature.unit}{NO_BREAK_SPACE}{digits}"
        return f"{digits}{NO_BREAK_SPACE}{self._unit(feature.unit, amount)}"

    def _unit(self, unit: str, amount: float) -> str:
        """Return a unit in words; one without a message stays as the schema writes it."""
        key = f"unit.{_UNITS.get(unit, unit)}"
        return next((m for c in self._catalogues if (m := c.find(key, abs(amount))) is not None), unit)

    def _percent(self, hundredths: Decimal, decimals: int, *, signed: bool = False) -> str:
        rounded = _round(hundredths, decimals)
        pattern = self._conventions.percent_formats[None].pattern.replace(NO_BREAK_SPACE, NARROW_SPACE)
        written = format_percent(abs(rounded) / 100, _with_decimals(pattern, decimals), self._conventions)
        return self._signed(rounded, written, signed)

    def _pattern(self, decimals: int) -> str:
        return _with_decimals(self._conventions.decimal_formats[None].pattern.partition(".")[0], decimals)

    def _signed(self, rounded: Decimal, written: str, signed: bool) -> str:
        if rounded < 0:
            return MINUS + written
        return "+" + written if signed and rounded > 0 else written


def round_tenths(share: float) -> int:
    """Return a share of 1 in tenths of a percentage point, rounded half up: the resolution of the whole screen."""
    return int((Decimal(repr(float(share))) * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def _round(value: float | Decimal, decimals: int) -> Decimal:
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _with_decimals(pattern: str, decimals: int) -> str:
    """Return a CLDR number pattern with so many decimals behind its last digit."""
    last = pattern.rindex("0") + 1
    return pattern[:last] + ("." + "0" * decimals if decimals else "") + pattern[last:]


def _decimals(feature: Feature, amount: float) -> int:
    if feature.type is FeatureType.INTEGER or amount == int(amount) or abs(amount) >= 1000:
        return 0
    if abs(amount) >= 0.1:
        return 2 if abs(amount) < 10 else 1
    return _small_decimals(amount, 2)


def _small_decimals(amount: float, at_least: int) -> int:
    """Return the decimals that SIGNIFICANT_DIGITS of an amount below 1 need."""
    if amount == 0:
        return 0
    exponent = Decimal(f"{amount:.{SIGNIFICANT_DIGITS}g}").normalize().as_tuple().exponent
    return min(max(at_least, -int(exponent)), MAX_DECIMALS)
