"""State of the client page: which client and which score it shows, and until when. No I/O, no clock.

Every step returns a new state. Results carry the sequence number of the step that requested them; a result whose number
is not the current one arrives too late (another client was selected, or the score was cleared) and changes nothing.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from contract.messages import Scored
from db.clients import Client
from reporting.problems import Problem, ScoreFailure
from reporting.widgets.theme import DisplayPreferences


class DiscardReason(StrEnum):
    """Why a result is no longer there."""

    BY_USER = "by_user"
    EXPIRED = "expired"


@dataclass(frozen=True)
class NoClient:
    """No client is chosen yet."""


@dataclass(frozen=True)
class PurposeNeeded:
    """A client is chosen, and the advisor has not said for what the bank needs the file."""

    client_ref: str


@dataclass(frozen=True)
class ClientLoading:
    """A client is being read from the database."""

    client_ref: str


@dataclass(frozen=True)
class ClientLoaded:
    """A client is on the screen."""

    client: Client


@dataclass(frozen=True)
class ClientLoadFailed:
    """A client could not be shown."""

    client_ref: str
    problem: Problem


@dataclass(frozen=True)
class ScoreNotRequested:
    """No score was requested yet."""


@dataclass(frozen=True)
class ScorePending:
    """The request is on its way."""


@dataclass(frozen=True)
class ScoreDisplayed:
    """A score is on the screen until `expires_at` (seconds of the caller's monotonic clock)."""

    scored: Scored
    expires_at: float


@dataclass(frozen=True)
class ScoreDiscarded:
    """A score was displayed and is discarded."""

    why: DiscardReason


ClientState: TypeAlias = NoClient | PurposeNeeded | ClientLoading | ClientLoaded | ClientLoadFailed
ScoreState: TypeAlias = ScoreNotRequested | ScorePending | ScoreDisplayed | ScoreFailure | ScoreDiscarded


@dataclass(frozen=True)
class ClientPageState:
    """All that one advisor's screen is about."""

    look: DisplayPreferences = field(default_factory=DisplayPreferences)
    client: ClientState = NoClient()
    result: ScoreState = ScoreNotRequested()
    request_seq: int = 0
    business_purpose: str = ""
    """For what the advisor opened the last client, and will open the next; empty until said."""

    def with_preferences(self, look: DisplayPreferences) -> "ClientPageState":
        """Change language or theme; nothing else."""
        return replace(self, look=look)

    def select_client(self, client_ref: str) -> "ClientPageState":
        """Start to load a client; the displayed score is discarded."""
        return replace(
            self, client=ClientLoading(client_ref), result=ScoreNotRequested(), request_seq=self.request_seq + 1
        )

    def ask_purpose(self, client_ref: str) -> "ClientPageState":
        """Ask for what the bank needs a client's file; the displayed score is discarded."""
        return replace(self.close_client(), client=PurposeNeeded(client_ref))

    def close_client(self) -> "ClientPageState":
        """Close the client; the displayed score is discarded."""
        return replace(self, client=NoClient(), result=ScoreNotRequested(), request_seq=self.request_seq + 1)

    def client_loaded(self, request_seq: int, outcome: Client | Problem) -> "ClientPageState":
        """Store the client that was being loaded, or the problem."""
        if request_seq != self.request_seq or not isinstance(self.client, ClientLoading):
            return self
        if isinstance(outcome, Problem):
            return replace(self, client=ClientLoadFailed(self.client.client_ref, outcome))
        return replace(self, client=ClientLoaded(outcome))

    def request_score(self) -> "ClientPageState":
        """Request a score for the displayed client; the earlier result is discarded."""
        if not isinstance(self.client, ClientLoaded) or isinstance(self.result, ScorePending):
            return self
        return replace(self, result=ScorePending(), request_seq=self.request_seq + 1)

    def score_received(self, request_seq: int, outcome: Scored | ScoreFailure, expires_at: float) -> "ClientPageState":
        """Store the result of the pending request."""
        if request_seq != self.request_seq or not isinstance(self.result, ScorePending):
            return self
        shown = ScoreDisplayed(outcome, expires_at) if isinstance(outcome, Scored) else outcome
        return replace(self, result=shown)

    def discard(self) -> "ClientPageState":
        """Discard the score at the advisor's request."""
        return self._discard(DiscardReason.BY_USER)

    def expire(self, now: float) -> "ClientPageState":
        """Discard the score if it has expired."""
        if isinstance(self.result, ScoreDisplayed) and now >= self.result.expires_at:
            return self._discard(DiscardReason.EXPIRED)
        return self

    def _discard(self, why: DiscardReason) -> "ClientPageState":
        if not isinstance(self.result, ScoreDisplayed):
            return self
        return replace(self, result=ScoreDiscarded(why), request_seq=self.request_seq + 1)
