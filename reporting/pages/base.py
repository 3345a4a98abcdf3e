"""What the shell expects of a page."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from contract.bundle import Bundle
from reporting.backend.scheduling import Later
from reporting.backend.services import Services
from reporting.widgets.theme import Look


class Announce(Protocol):
    """Has screen readers say a wording; what they said stays in the page until it is taken back."""

    def __call__(self, key: str, **values: str) -> None:
        """Say the wording of this key with its placeholders filled; "" takes back what was said."""


class Page(Protocol):
    """One page of one session. It lives in the session's thread, from its first visit to the session's end."""

    panel: Any
    """What Panel shows."""

    def show(self, look: Look) -> None:
        """Show everything anew in this language and theme."""

    def close(self) -> None:
        """Forget everything personal and stop what is under way."""


PageMaker: TypeAlias = Callable[[Services, Bundle, Look, Later, Announce], Page]
