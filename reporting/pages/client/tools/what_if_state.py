"""State of the what-if simulation: its controls, what is set, requested and shown. No I/O, no clock.

At most one request is in flight. Changes made meanwhile are requested when its result is there, and only the latest
ones: results keep up with the hand, however slow they are. Every step returns a new state; a late result changes
nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from contract.baseline import Baseline, BaselineHistogram
from contract.coercion import level_text
from contract.messages import Scored
from contract.schema import Feature, FeatureSchema, FeatureType
from reporting.pages.client.tools.counterfactual import FeatureChange, FeatureValue
from reporting.population import typical_range
from reporting.problems import ScoreFailure
from reporting.widgets.filters import choices, slider_step


@dataclass(frozen=True)
class SliderControl:
    """A number between `start` and `end`, which starts at `value`."""

    feature: Feature
    client_value: float | None
    """The client's own value: an amount, a code, or None."""
    value: float
    """Where the slider starts: at the client's amount, between the steps if need be; in the middle without one."""
    start: float
    end: float
    step: float


@dataclass(frozen=True)
class SelectControl:
    """One of a few values; None when the client has no value."""

    feature: Feature
    client_value: FeatureValue | None
    """The client's own value, which may be a code."""
    values: tuple[FeatureValue, ...]

    @property
    def value(self) -> FeatureValue | None:
        """What is selected at first: the client's own value."""
        return self.client_value


Control: TypeAlias = SliderControl | SelectControl


def build_controls(
    schema: FeatureSchema, baseline: Baseline, values: Mapping[str, FeatureValue | None]
) -> tuple[Control, ...]:
    """Return a control for each actionable feature, in the order of the schema."""
    return tuple(
        _control(feature, baseline, values.get(feature.name)) for feature in schema.model_features if feature.actionable
    )


def _control(feature: Feature, baseline: Baseline, value: FeatureValue | None) -> Control:
    if values := choices(feature):
        text = feature.type is FeatureType.CATEGORICAL
        return SelectControl(feature, None if value is None else level_text(value) if text else float(value), values)
    amount = feature.amount(value)
    start, end, step = slider_span(feature, baseline.features.get(feature.name), amount)
    middle = start + round((end - start) / 2 / step) * step
    position = middle if amount is None else min(max(amount, start), end)
    return SliderControl(feature, None if value is None else float(value), position, start, end, step)


def slider_span(
    feature: Feature, histogram: BaselineHistogram | None, amount: float | None
) -> tuple[float, float, float]:
    """Return the ends of a number's slider and its step: nearly all clients, and this one, in round steps.

    Within the bounds, even where the client's amount lies outside them.
    """
    low, high = typical_range(feature, histogram)
    if amount is not None:
        low, high = min(low, amount), max(high, amount)
    step = slider_step(feature, low, high)
    least, most = float(feature.minimum or 0), float(feature.maximum or 0)
    return max(least, math.floor(low / step) * step), min(most, math.ceil(high / step) * step), step


Values = Mapping[str, FeatureValue]


@dataclass(frozen=True)
class WhatIfAnswer:
    """The result for these changed values."""

    values: Values
    outcome: Scored | ScoreFailure


@dataclass(frozen=True)
class WhatIfState:
    """`before` are the client's own values."""

    before: Mapping[str, FeatureValue | None]
    changed_values: Values = field(default_factory=dict)
    in_flight: Values | None = None
    """Changed values of the request in flight."""
    answer: WhatIfAnswer | None = None
    request_seq: int = 0
    access_recorded: bool = False
    """Whether the access log has an entry of this simulation."""

    def set_value(self, feature: str, value: FeatureValue) -> "WhatIfState":
        """Set a value; the client's own value counts as unchanged."""
        if self.before.get(feature) == value:
            changed_values = {name: other for name, other in self.changed_values.items() if name != feature}
        else:
            changed_values = {**self.changed_values, feature: value}
        return self._reset_if_unchanged(replace(self, changed_values=changed_values))

    def set_values(self, values: Values) -> "WhatIfState":
        """Set these values and reset every other one."""
        return self._reset_if_unchanged(replace(self, changed_values=dict(values)))

    def reset(self) -> "WhatIfState":
        """Reset every change; the result of a request in flight is ignored."""
        return replace(self, changed_values={}, in_flight=None, answer=None, request_seq=self.request_seq + 1)

    @property
    def needs_request(self) -> bool:
        """Whether the changed values should be requested now."""
        known = self.answer.values if self.answer else None
        return bool(self.changed_values) and self.in_flight is None and self.changed_values != known

    def start_request(self) -> "WhatIfState":
        """Start a request with the changed values."""
        return replace(self, in_flight=self.changed_values, request_seq=self.request_seq + 1)

    def answer_received(self, request_seq: int, outcome: Scored | ScoreFailure) -> "WhatIfState":
        """Store the result of the request in flight."""
        if request_seq != self.request_seq or self.in_flight is None:
            return self
        access_recorded = self.access_recorded or isinstance(outcome, Scored)
        return replace(
            self, in_flight=None, answer=WhatIfAnswer(self.in_flight, outcome), access_recorded=access_recorded
        )

    def retry(self) -> "WhatIfState":
        """Discard a failed result, so that the values are requested again."""
        return replace(self, answer=None)

    @property
    def changes(self) -> tuple[FeatureChange, ...]:
        """The changes that the displayed result is about; a value that was not provided has no "before"."""
        if self.answer is None:
            return ()
        return tuple(FeatureChange(name, self.before.get(name), after) for name, after in self.answer.values.items())

    @staticmethod
    def _reset_if_unchanged(state: "WhatIfState") -> "WhatIfState":
        return state if state.changed_values else state.reset()
