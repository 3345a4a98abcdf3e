"""Words for groups of people and of values. No I/O."""

from collections.abc import Callable

from contract.report import EffectBin, Group
from contract.schema import Feature, FeatureSchema, Language
from presentation import formats
from presentation.wording import say


def group_label(feature: Feature, group: Group, schema: FeatureSchema, language: Language) -> str:
    """Return who belongs to a group: a level's label, a band of a number, or those without a value."""
    if group.level is not None:
        return formats.value(feature, group.level, schema, language)
    low, high = (
        None if end is None else formats.quantity(feature, end, schema, language) for end in (group.low, group.high)
    )
    if low is None:
        return say(language, "model.group_missing") if high is None else say(language, "model.below", high=high)
    if high is None:
        return say(language, "model.from", low=low)
    return say(language, "model.from_to", low=low, high=high)


def bin_label(feature: Feature, bins: list[EffectBin], position: int, schema: FeatureSchema, language: Language) -> str:
    """Return which values a bin of a feature's dependence holds, in words."""
    return _label(
        feature, bins, position, schema, language, lambda end: formats.quantity(feature, end, schema, language)
    )


def tick_label(
    feature: Feature, bins: list[EffectBin], position: int, schema: FeatureSchema, language: Language
) -> str:
    """Return the same for below a chart: large numbers in thousands or millions, without their unit."""
    return _label(feature, bins, position, schema, language, lambda end: compact(end, language), "model.short_range")


def compact(amount: float, language: Language) -> str:
    """Return a number in few letters: 12 k, 1.5 M."""
    size, sign = next(((size, sign) for size, sign in _SIZES if abs(amount) >= size), (1.0, ""))
    digits = amount / size
    decimals = 0 if abs(digits) >= 9.95 or digits == int(digits) else 1
    return f"{formats.number(digits, language, decimals)}{formats.NARROW_SPACE if sign else ''}{sign}"


_SIZES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def _label(
    feature: Feature,
    bins: list[EffectBin],
    position: int,
    schema: FeatureSchema,
    language: Language,
    write: Callable[[float], str],
    range_key: str = "model.range",
) -> str:
    bin_ = bins[position]
    if bin_.level is not None:
        return formats.value(feature, bin_.level, schema, language)
    if bin_.low is None or bin_.high is None:
        return say(language, "model.missing")
    if bin_.low == bin_.high:
        return formats.value(feature, bin_.low, schema, language)
    low, high = write(bin_.low), write(bin_.high)
    known = [found for found in bins if not found.missing]
    # The outer ends are the schema's bounds, far beyond anyone: they would only mislead.
    if bin_ is known[0] and bin_.low == feature.minimum:
        return say(language, "model.at_most", value=high)
    if bin_ is known[-1] and bin_.high == feature.maximum:
        return say(language, "model.at_least", value=low)
    return say(language, range_key, low=low, high=high)
