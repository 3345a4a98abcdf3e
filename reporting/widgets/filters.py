"""From the feature schema to the filters of the client list, and from their values to a query."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from contract.baseline import Baseline
from contract.schema import Feature, FeatureSchema, FeatureType
from db.clients import LevelCriterion, RangeCriterion
from presentation.locale import Locale
from reporting.population import typical_range

ALWAYS_VISIBLE = 4
"""Filters that are always in sight; the others wait behind "more filters"."""

FILTER_PREFIX = "f."
"""Of the parameters of an address that are filters: `f.AGE=25..40`, `f.EDUCATION=1&f.EDUCATION=2`."""

SLIDER_STEPS = 100
"""Positions of a slider, about: as fine as a hand can set it."""


@dataclass(frozen=True)
class RangeFilter:
    """A range slider. A handle at its end sets no limit on that side, so the slider's bounds hide no client."""

    feature: Feature
    start: float
    end: float
    step: float


@dataclass(frozen=True)
class ChoiceFilter:
    """A choice of several levels, or of the values of a flag; none chosen means all."""

    feature: Feature
    values: tuple[float | str, ...]


FilterSpec: TypeAlias = RangeFilter | ChoiceFilter


def features_by_prominence(schema: FeatureSchema) -> list[Feature]:
    """Return the features by how much they tell at a glance: one of each group first, sensitive ones last."""
    seen: set[str] = set()
    first: dict[str, bool] = {}
    for feature in schema:
        group = feature.group["en"] if feature.group else feature.name
        first[feature.name] = group not in seen
        seen.add(group)
    return sorted(schema, key=lambda feature: (feature.sensitive, not first[feature.name]))


def filter_specs(schema: FeatureSchema, baseline: Baseline) -> list[FilterSpec]:
    """Return a filter for each feature, leading ones first. Sliders span the training data, in round steps."""
    return [_spec(feature, baseline) for feature in features_by_prominence(schema)]


def build_criteria(
    specs: Sequence[FilterSpec], values: Mapping[str, Any]
) -> tuple[RangeCriterion | LevelCriterion, ...]:
    """Return the query's criteria: `values` has (low, high) for a range and a list of levels for a choice."""
    found = (_criterion(spec, values[spec.feature.name]) for spec in specs if spec.feature.name in values)
    return tuple(criterion for criterion in found if criterion is not None)


def filters_to_query(specs: Sequence[FilterSpec], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the filters that are set as parameters of an address. `values` as in build_criteria()."""
    found = []
    for spec in specs:
        value, key = values.get(spec.feature.name), FILTER_PREFIX + spec.feature.name
        if value is None:
            continue
        if isinstance(spec, ChoiceFilter):
            found += [(key, str(choice)) for choice in value]
        elif tuple(value) != (spec.start, spec.end):
            low, high = value
            low_text, high_text = (
                ("" if low == spec.start else f"{low:.15g}"),
                ("" if high == spec.end else f"{high:.15g}"),
            )
            found.append((key, f"{low_text}..{high_text}"))
    return found


def filters_from_query(specs: Sequence[FilterSpec], parameters: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the values that such parameters set, by feature name; nothing for what cannot be one of its filters."""
    given: dict[str, list[str]] = {}
    for key, text in parameters:
        given.setdefault(key.removeprefix(FILTER_PREFIX), []).append(text)
    values: dict[str, Any] = {}
    for spec in specs:
        texts = given.get(spec.feature.name, [])
        if isinstance(spec, ChoiceFilter):
            if chosen := [choice for choice in spec.values if str(choice) in texts]:
                values[spec.feature.name] = chosen
        elif texts and (ends := _range_ends(spec, texts[0])):
            values[spec.feature.name] = ends
    return values


def _range_ends(spec: RangeFilter, text: str) -> tuple[float, float] | None:
    low_text, dots, high_text = text.partition("..")
    try:
        low, high = float(low_text or spec.start), float(high_text or spec.end)
    except ValueError:
        return None
    return (low, high) if dots and spec.start <= low <= high <= spec.end else None


def nice_step(span: float, steps: int = SLIDER_STEPS) -> float:
    """Return the least step of 1, 2 or 5 times a power of ten that cuts `span` into at most `steps` parts."""
    least = span / steps
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def slider_step(feature: Feature, low: float, high: float) -> float:
    """Return a round step for a slider over these values; at least 1 for whole numbers."""
    step = nice_step(high - low) if high > low else 1.0
    return max(1.0, step) if feature.type is FeatureType.INTEGER else step


def choices(feature: Feature) -> tuple[float | str, ...]:
    """Return the values to choose from: the levels, or 0 and 1 of a flag; empty for any other number."""
    if feature.type is FeatureType.CATEGORICAL:
        return tuple(level.value for level in feature.levels)
    flag = feature.type is FeatureType.INTEGER and (feature.minimum, feature.maximum) == (0, 1)
    return (0.0, 1.0) if flag else ()


def _spec(feature: Feature, baseline: Baseline) -> FilterSpec:
    if values := choices(feature):
        return ChoiceFilter(feature, values)
    low, high = typical_range(feature, baseline.features.get(feature.name))
    step = slider_step(feature, low, high)
    start, end = math.floor(low / step) * step, math.ceil(high / step) * step
    return RangeFilter(feature, start, end if end > start else start + step, step)


def _criterion(spec: FilterSpec, value: Any) -> RangeCriterion | LevelCriterion | None:
    name = spec.feature.name
    if isinstance(spec, ChoiceFilter):
        if not value:
            return None
        choice = spec.feature.type is FeatureType.CATEGORICAL
        return LevelCriterion(name, tuple(value)) if choice else RangeCriterion(name, min(value), max(value))
    low, high = value
    minimum = low if low > spec.start else None
    maximum = high if high < spec.end else None
    return None if minimum is None and maximum is None else RangeCriterion(name, minimum, maximum)


def filter_range_text(spec: RangeFilter, value: tuple[float, float], schema: FeatureSchema, locale: Locale) -> str:
    """Return a range in words: an end handle that was not moved sets no limit."""
    low, high = (locale.value(spec.feature, end, schema) for end in value)
    from_start, to_end = value[0] <= spec.start, value[1] >= spec.end
    if from_start and to_end:
        return locale.text("find.any")
    if to_end:
        return locale.text("find.at_least", low=low)
    return locale.text("find.at_most" if from_start else "find.from_to", low=low, high=high)
