"""The controls of the "what if": a slider or a choice for each feature that a client can change. No I/O."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from contract.bundle import Baseline
from contract.encoding import level_text
from contract.schema import Feature, FeatureSchema, FeatureType
from reporting.pages.client.tools.what_if.proposal import Value
from reporting.population import people_range
from reporting.widgets.filters import slider_step


@dataclass(frozen=True)
class Slider:
    """A number between `start` and `end`; `value` is the client's, between the steps if need be."""

    feature: Feature
    value: float
    start: float
    end: float
    step: float
    known: bool = True
    """Whether the client has a value; else the slider stands in the middle until it is moved."""

    @property
    def own(self) -> Value | None:
        """The client's own value."""
        return self.value if self.known else None


@dataclass(frozen=True)
class Levels:
    """One of the levels; None when the client has no value."""

    feature: Feature
    value: str | None

    @property
    def own(self) -> Value | None:
        """The client's own value."""
        return self.value


Control: TypeAlias = Slider | Levels


def controls(schema: FeatureSchema, baseline: Baseline, values: Mapping[str, Value | None]) -> tuple[Control, ...]:
    """Return a control for each actionable feature, in the order of the schema."""
    return tuple(
        _control(feature, baseline, values.get(feature.name)) for feature in schema.model_features if feature.actionable
    )


def _control(feature: Feature, baseline: Baseline, value: Value | None) -> Control:
    if feature.type is FeatureType.CHOICE:
        return Levels(feature, None if value is None else level_text(value))
    low, high = people_range(feature, baseline.features.get(feature.name))
    known = value is not None
    current = float(value) if value is not None else low
    low, high = min(low, current), max(high, current)  # a client beyond nearly everyone is on the slider too
    step = slider_step(feature, low, high)
    start = max(float(feature.minimum or 0), math.floor(low / step) * step)
    end = min(float(feature.maximum or 0), math.ceil(high / step) * step)
    middle = start + round((end - start) / 2 / step) * step
    return Slider(feature, current if known else middle, start, end, step, known)
