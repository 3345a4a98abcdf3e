"""What every page has: its context, and what the frame expects of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from contract.bundle import Bundle
from reporting.backend.scheduling import DocumentScheduler
from reporting.backend.services import SessionServices
from reporting.widgets.theme import DisplayPreferences


class Announce(Protocol):
    """Has screen readers read out a message; it stays in the page until it is withdrawn."""

    def __call__(self, key: str, **values: str) -> None:
        """Read out the message of this key with its placeholders filled; "" withdraws the last one."""


@dataclass(frozen=True)
class PageContext:
    """What the pages of one session and their cards work with."""

    services: SessionServices
    bundle: Bundle
    """The model that the pages are built from."""
    scheduler: DocumentScheduler
    announce: Announce
    filters: Sequence[tuple[str, str]]
    """Those in the address, as its parameters (`reporting.widgets.filters`)."""
    keep_filters: Callable[[Sequence[tuple[str, str]]], None]
    """Puts others into the address."""


class Page(Protocol):
    """One page of one session. Lives in the session's thread, from its first visit to the session's end."""

    panel: Any
    """What Panel shows."""

    def apply_preferences(self, look: DisplayPreferences) -> None:
        """Show everything in this language and theme."""

    def close(self) -> None:
        """Clear everything personal and stop what is running."""


PageFactory: TypeAlias = Callable[[PageContext, DisplayPreferences], Page]
