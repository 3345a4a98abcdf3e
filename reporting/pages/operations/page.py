"""The operations page of one session: the status of the topics, updated while it is open."""

from collections.abc import Callable
from typing import Any

from contract.access import AccessOutcome, Purpose
from db.unusual_reading import REFRESH_SECONDS, ReadingReport
from reporting.backend.monitors import MonitorSubscription
from reporting.backend.topic_monitor import TopicsSnapshot
from reporting.pages.base import PageContext
from reporting.pages.operations.status import (
    STATUS_CSS,
    TOPICS_TABLE_CSS,
    Severity,
    StatusMessage,
    heading_html,
    reading_message,
    status_html,
    status_messages,
    status_values,
    topics_table_html,
)
from reporting.problems import Problem
from reporting.widgets.components import STATE_CSS, card, column, html, problem_html
from reporting.widgets.theme import PAGE, DisplayPreferences

REFRESH_MS = 1_000
"""Twice as often as the broker is polled: a change is displayed after at most three seconds."""


class OperationsPage:
    """One card. Runs in the session's thread; a thread that sessions share polls the broker."""

    def __init__(self, context: PageContext, look: DisplayPreferences) -> None:
        self._services, self._scheduler, self._announce = context.services, context.scheduler, context.announce
        self._look = look
        self._watch: MonitorSubscription[TopicsSnapshot] | None = None
        self._seen: TopicsSnapshot | None = None
        self._problem: Problem | None = None
        self._reading: StatusMessage | None = None
        self._open, self._announced = True, ""  # nothing was announced yet
        self._cancel: Callable[[], None] = lambda: None
        self._cancel_reading: Callable[[], None] = lambda: None
        self._status, self._topics = html("", STATUS_CSS, STATE_CSS), html("", TOPICS_TABLE_CSS)
        self.panel: Any = column(column(card(self._status, self._topics), css=PAGE))
        self.apply_preferences(look)
        self._scheduler.when_done(self._services.submit(self._record_visit), self._on_visit_recorded)

    def apply_preferences(self, look: DisplayPreferences) -> None:
        """Show everything in this language; colours follow the theme through CSS."""
        self._look = look
        locale = look.locale
        if self._problem is not None:
            self._status.object = heading_html(locale) + problem_html(self._problem, locale)
        elif self._seen is None:
            self._status.object = heading_html(locale)
        else:
            self._status.object = status_html(self._seen, self._reading, locale)
            self._topics.object = topics_table_html(self._seen, locale)

    def close(self) -> None:
        """Release the monitor; the last page to release it stops polling."""
        self._open = False
        self._cancel()
        self._cancel_reading()
        if self._watch is not None:
            self._watch.close()

    def _record_visit(self) -> Problem | None:
        """Opening the page is recorded, as on every page."""
        return self._services.record_access("", Purpose.OPERATIONS, AccessOutcome.SHOWN)

    def _on_visit_recorded(self, problem: Problem | None) -> None:
        if problem is not None:
            self._problem = problem
            self.apply_preferences(self._look)
        elif self._open:
            self._watch = self._services.topic_monitors.subscribe()
            self._follow(self._watch)
            self._read()

    def _read(self) -> None:
        """Look whether people's reading is unusual, now and after a while."""
        self._scheduler.when_done(self._services.submit(self._services.reading_report), self._on_read)
        self._cancel_reading = self._scheduler.call_later(int(REFRESH_SECONDS * 1000), self._read)

    def _on_read(self, report: ReadingReport | Problem) -> None:
        self._reading = reading_message(report)
        self.apply_preferences(self._look)

    def _follow(self, watch: MonitorSubscription[TopicsSnapshot]) -> None:
        seen = watch.snapshot()
        if self.panel.visible and seen is not self._seen:
            self._seen = seen
            self.apply_preferences(self._look)
            self._announce_status(seen)
        self._cancel = self._scheduler.call_later(REFRESH_MS, lambda: self._follow(watch))

    def _announce_status(self, seen: TopicsSnapshot) -> None:
        """Announce the status when it changes: not every count, and not at every update.

        Not at the first update: screen readers read the page itself then.
        """
        found = status_messages(seen)
        said = next((message for message in found if message.severity is not Severity.OK), found[0])
        name = "ok" if said.severity is Severity.OK else said.name
        before, self._announced = self._announced, name
        if before not in ("", name):
            self._announce(f"operations.status.{name}", **status_values(said, self._look.locale))
