"""One "what if" as a state machine: what is set, what was asked, what is shown. No I/O, no clock.

At most one request is under way. What is set meanwhile is asked when its answer is there, and only the latest: the
answers keep up with the hand however slow they are. Every step returns a new trial; a late answer changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from contract.messages import Scored
from reporting.pages.client.tools.what_if.proposal import Change, Value
from reporting.problems import NotScored

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
