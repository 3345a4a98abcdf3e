"""State of the what-if simulation: its controls, what is set, requested and shown. No I/O, no clock.

At most one request is in flight. Changes made meanwhile are requested when its result is there, and only the latest
ones: results keep up with the hand, however slow they are. Every step returns a new state; a late result changes
nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from contract.bundle import Baseline
from contract.encoding import level_text
from contract.messages import Scored
from contract.schema import Feature, FeatureSchema, FeatureType
from reporting.pages.client.tools.counterfactual import Change, Value
from reporting.population import people_range
from reporting.problems import NotScored
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


Values = Mapping[str, Value]


@dataclass(frozen=True)
class Answer:
    """The outcome for these changed values."""

    values: Values
    outcome: Scored | NotScored


@dataclass(frozen=True)
class Trial:
    """`before` are the client's own values."""

    before: Mapping[str, Value | None]
    changed: Values = field(default_factory=dict)
    asked: Values | None = None
    """Changed values of the request under way."""
    answer: Answer | None = None
    ticket: int = 0
    recorded: bool = False
    """Whether the access log knows of this trial."""

    def move(self, feature: str, value: Value) -> "Trial":
        """Set a value; back at the client's own it is not changed any more."""
        if self.before.get(feature) == value:
            changed = {name: other for name, other in self.changed.items() if name != feature}
        else:
            changed = {**self.changed, feature: value}
        return self._settle(replace(self, changed=changed))

    def take(self, values: Values) -> "Trial":
        """Set these values and take every other one back."""
        return self._settle(replace(self, changed=dict(values)))

    def reset(self) -> "Trial":
        """Take every change back; an answer under way comes too late."""
        return replace(self, changed={}, asked=None, answer=None, ticket=self.ticket + 1)

    @property
    def due(self) -> bool:
        """Whether the changed values should be asked for now."""
        known = self.answer.values if self.answer else None
        return bool(self.changed) and self.asked is None and self.changed != known

    def ask(self) -> "Trial":
        """Ask for the changed values."""
        return replace(self, asked=self.changed, ticket=self.ticket + 1)

    def answered(self, ticket: int, outcome: Scored | NotScored) -> "Trial":
        """Take the answer of the request under way."""
        if ticket != self.ticket or self.asked is None:
            return self
        recorded = self.recorded or isinstance(outcome, Scored)
        return replace(self, asked=None, answer=Answer(self.asked, outcome), recorded=recorded)

    def retry(self) -> "Trial":
        """Drop an answer that is no score, so that the values are due again."""
        return replace(self, answer=None)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What the answer on the screen is about; values that the client did not have before have no "before"."""
        if self.answer is None:
            return ()
        return tuple(Change(name, self.before.get(name), after) for name, after in self.answer.values.items())

    @staticmethod
    def _settle(trial: "Trial") -> "Trial":
        return trial if trial.changed else trial.reset()
