"""The seam of the client page for everything that works on a score on the screen: what-if, recourse, letter…

The desk makes its tools in `_tools`: cards below the factors.
"""

from typing import Any, Protocol

from contract.messages import Scored
from db.clients import Client
from reporting.widgets.theme import Look


class Tool(Protocol):
    """One tool of one session. It lives in the session's thread, from the page's first visit to the session's end."""

    panel: Any
    """What Panel shows while a score is on the screen; the page hides it at all other times."""

    def show(self, client: Client, scored: Scored, look: Look) -> None:
        """A score is on the screen: begin anew with it. Called again, with the same score, when the look changes."""

    def wipe(self) -> None:
        """The score is forgotten: drop every number, on the screen too, and stop what is under way.

        Called at every end of a score: forgotten, asked anew, another client, page closed. May be called twice.
        """
