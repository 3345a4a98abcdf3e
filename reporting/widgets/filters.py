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
