"""The operations page of one session: how the topics are, shown anew while it is open."""

from collections.abc import Callable
from typing import Any

from contract.access import AccessOutcome, Purpose
from contract.bundle import Bundle
from reporting.backend.monitors import Watch
from reporting.backend.scheduling import Later
from reporting.backend.services import Services
from reporting.backend.topic_monitor import Seen
from reporting.pages.base import Announce
from reporting.pages.operations.status import (
    REMARKS_CSS,
    TABLE_CSS,
    Sign,
    heading_html,
    remark_values,
    remarks,
    remarks_html,
    table_html,
)
from reporting.problems import Problem
from reporting.widgets.components import STATE_CSS, card, column, html, problem_state
from reporting.widgets.theme import PAGE, Look

REFRESH_MS = 1_000
"""Twice as often as the broker is asked: a change is on the screen three seconds after it came, at most."""


class OperationsPage:
    """One card. Runs in the session's thread; the broker is asked by a thread that sessions share."""

    def __init__(self, services: Services, bundle: Bundle, look: Look, later: Later, announce: Announce) -> None:
        del bundle  # topics are the same whatever the model
        self._services, self._later, self._announce, self._look = services, later, announce, look
        self._watch: Watch[Seen] | None = None
        self._seen: Seen | None = None
        self._refused: Problem | None = None
        self._open, self._said = True, ""  # nothing was said yet
        self._cancel: Callable[[], None] = lambda: None
        self._remarks, self._topics = html("", REMARKS_CSS, STATE_CSS), html("", TABLE_CSS)
        self.panel: Any = column(column(card(self._remarks, self._topics), css=PAGE))
        self.show(look)
        later.use(services.run(self._enter), self._entered)

    def show(self, look: Look) -> None:
        """Show everything anew in this language; colours follow the theme by themselves."""
        self._look = look
        language = look.language
        if self._refused is not None:
            self._remarks.object = heading_html(language) + problem_state(self._refused, language)
        elif self._seen is None:
            self._remarks.object = heading_html(language)
        else:
            self._remarks.object = remarks_html(self._seen, language)
            self._topics.object = table_html(self._seen, language)

    def close(self) -> None:
        """Look no more; without another page nobody asks the broker."""
        self._open = False
        self._cancel()
        if self._watch is not None:
            self._watch.close()

    def _enter(self) -> Problem | None:
        """Whoever looks is in the log, as on every page."""
        return self._services.record("", Purpose.OPERATIONS, AccessOutcome.SHOWN)

    def _entered(self, refused: Problem | None) -> None:
        if refused is not None:
            self._refused = refused
            self.show(self._look)
        elif self._open:
            self._watch = self._services.topics.watch()
            self._follow(self._watch)

    def _follow(self, watch: Watch[Seen]) -> None:
        seen = watch.seen()
        if self.panel.visible and seen is not self._seen:
            self._seen = seen
            self.show(self._look)
            self._tell(seen)
        self._cancel = self._later.after(REFRESH_MS, lambda: self._follow(watch))

    def _tell(self, seen: Seen) -> None:
        """Have screen readers say what is the matter when that changes: not every count, and not every look.

        Not at the first look: they read the page itself then.
        """
        found = remarks(seen)
        said = next((remark for remark in found if remark.sign is not Sign.GOOD), found[0])
        name = "well" if said.sign is Sign.GOOD else said.name
        before, self._said = self._said, name
        if before not in ("", name):
            self._announce(f"operations.remark.{name}", **remark_values(said, self._look.language))
