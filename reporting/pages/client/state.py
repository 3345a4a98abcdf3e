"""One advisor's session as a state machine: what is chosen, what is shown, when it is forgotten. No I/O, no clock.

Every step returns a new session. Answers carry the ticket of the step that asked for them; an answer whose ticket is
not the current one comes too late (another client was chosen, or the result was forgotten) and changes nothing.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from contract.messages import Scored
from db.clients import Client
from reporting.problems import NotScored, Problem
from reporting.widgets.theme import Look


class Forgetting(StrEnum):
    """Why a result is no longer there."""

    ASKED = "asked"
    TIME = "time"


@dataclass(frozen=True)
class NothingChosen:
    """No client is chosen yet."""


@dataclass(frozen=True)
class Opening:
    """A client is being read from the database."""

    client_ref: str


@dataclass(frozen=True)
class Opened:
    """A client is on the screen."""

    client: Client


@dataclass(frozen=True)
class NotOpened:
    """A client could not be shown."""

    client_ref: str
    problem: Problem


@dataclass(frozen=True)
class NoResult:
    """No score was asked for yet."""


@dataclass(frozen=True)
class Waiting:
    """The request is on its way."""


@dataclass(frozen=True)
class Shown:
    """A score is on the screen until `forget_at` (seconds of the caller's monotonic clock)."""

    scored: Scored
    forget_at: float


@dataclass(frozen=True)
class Forgotten:
    """A score was on the screen and is gone."""

    why: Forgetting


ChosenClient: TypeAlias = NothingChosen | Opening | Opened | NotOpened
Result: TypeAlias = NoResult | Waiting | Shown | NotScored | Forgotten


@dataclass(frozen=True)
class Session:
    """All that one advisor's screen is about."""

    look: Look = field(default_factory=Look)
    client: ChosenClient = NothingChosen()
    result: Result = NoResult()
    ticket: int = 0

    def wear(self, look: Look) -> "Session":
        """Change language or theme; nothing else."""
        return replace(self, look=look)

    def choose(self, client_ref: str) -> "Session":
        """Start to open a client; whatever was on the screen is forgotten."""
        return replace(self, client=Opening(client_ref), result=NoResult(), ticket=self.ticket + 1)

    def leave(self) -> "Session":
        """Close the client; whatever was on the screen is forgotten."""
        return replace(self, client=NothingChosen(), result=NoResult(), ticket=self.ticket + 1)

    def opened(self, ticket: int, outcome: Client | Problem) -> "Session":
        """Take the database's answer about the client that is being opened."""
        if ticket != self.ticket or not isinstance(self.client, Opening):
            return self
        if isinstance(outcome, Problem):
            return replace(self, client=NotOpened(self.client.client_ref, outcome))
        return replace(self, client=Opened(outcome))

    def ask(self) -> "Session":
        """Ask for the score of the client on the screen; the earlier result is forgotten."""
        if not isinstance(self.client, Opened) or isinstance(self.result, Waiting):
            return self
        return replace(self, result=Waiting(), ticket=self.ticket + 1)

    def answered(self, ticket: int, outcome: Scored | NotScored, forget_at: float) -> "Session":
        """Take the answer to the request that this session waits for."""
        if ticket != self.ticket or not isinstance(self.result, Waiting):
            return self
        shown = Shown(outcome, forget_at) if isinstance(outcome, Scored) else outcome
        return replace(self, result=shown)

    def forget(self) -> "Session":
        """Drop the result because the advisor asked for it."""
        return self._drop(Forgetting.ASKED)

    def tick(self, now: float) -> "Session":
        """Drop the result when its time is over."""
        if isinstance(self.result, Shown) and now >= self.result.forget_at:
            return self._drop(Forgetting.TIME)
        return self

    def _drop(self, why: Forgetting) -> "Session":
        if not isinstance(self.result, Shown):
            return self
        return replace(self, result=Forgotten(why), ticket=self.ticket + 1)
