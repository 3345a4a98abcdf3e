"""One advisor's desk: takes what happens (clicks, answers, time), advances the session, and shows it."""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

import panel as pn

from contract.bundle import Bundle
from contract.messages import Scored
from contract.schema import Language
from db.clients import Client, ClientPage
from reporting.filters import criteria, filter_specs
from reporting.search import Search
from reporting.services import Services
from reporting.state import NothingChosen, NotOpened, NotScored, Opened, Problem, Result, Session, Shown
from reporting.theme import WORKSPACE
from reporting.views.client_list import ClientList
from reporting.views.client_view import ClientView
from reporting.views.filter_panel import FilterPanel
from reporting.views.markup import column

log = logging.getLogger(__name__)

T = TypeVar("T")

DEBOUNCE_MS = 250
"""A pause in typing: short enough to feel immediate, long enough to spare the database every keystroke."""

TICK_GRACE_MS = 20
"""Timers may fire a little early; this puts the look at the clock behind the moment of forgetting."""


class Desk:
    """List on the left, client on the right. Runs in the session's thread; slow work runs in the services' threads."""

    def __init__(self, services: Services, bundle: Bundle, language: Language, announce: Callable[[str], None]) -> None:
        self._services, self._bundle, self._announce = services, bundle, announce
        self._document = pn.state.curdoc
        self._session, self._search = Session(language=language), Search()
        self._typing: Any = None
        self._specs = filter_specs(bundle.schema, bundle.baseline)
        self._filters = FilterPanel(bundle.schema, self._specs, self._filter_soon)
        self._list = ClientList(self._filters, self._on_table_soon, lambda: self._look(self._search.again()))
        self._client = ClientView(
            on_score=self._score, on_forget=self._forget, on_reopen=self._reopen, on_back=self._leave
        )
        self.panel = column(self._list.panel, self._client.panel, css=WORKSPACE)
        self.speak(language)
        self._look(self._search.again())

    def speak(self, language: Language) -> None:
        """Change the language of everything on the desk."""
        self._session = self._session.speak(language)
        self._filters.show(language)
        self._show_list()
        self._show_client()

    # Finding a client

    def _filter_soon(self) -> None:
        if self._typing is not None:
            self._document.remove_timeout_callback(self._typing)
        self._typing = self._document.add_timeout_callback(self._filter, DEBOUNCE_MS)

    def _filter(self) -> None:
        self._typing = None
        self._look(self._search.filter(self._filters.text.value_input, criteria(self._specs, self._filters.values)))

    def _on_table_soon(self, action: Mapping[str, Any]) -> None:
        # A message of our own component arrives without the document's lock, which changing a chart needs.
        self._document.add_next_tick_callback(partial(self._on_table, action))

    def _on_table(self, action: Mapping[str, Any]) -> None:
        match action:
            case {"type": "open", "ref": str(client_ref)}:
                self._open(client_ref)
            case {"type": "sort", "name": str(name)}:
                self._look(self._search.order(name))
            case {"type": "page", "page": int(page)}:
                self._look(self._search.turn(page))

    def _look(self, search: Search) -> None:
        self._search = search
        self._show_list()
        work = partial(self._services.search, self._bundle, search.query, search.offset)
        self._later(self._services.run(work), partial(self._found, search.ticket))

    def _found(self, ticket: int, outcome: ClientPage | Problem) -> None:
        self._search = self._search.found(ticket, outcome)
        self._show_list()

    # The client

    def _open(self, client_ref: str) -> None:
        self._session = self._session.choose(client_ref)
        self._show_list()
        self._show_client()
        ticket = self._session.ticket
        work = self._services.run(partial(self._services.open_client, client_ref))
        self._later(work, partial(self._opened, ticket))

    def _opened(self, ticket: int, outcome: Client | Problem) -> None:
        self._session = self._session.opened(ticket, outcome)
        self._show_client()

    def _reopen(self) -> None:
        if isinstance(self._session.client, NotOpened):
            self._open(self._session.client.client_ref)

    def _leave(self) -> None:
        self._session = self._session.leave()
        self._show_list()
        self._show_client()

    # The score

    def _score(self) -> None:
        before, self._session = self._session, self._session.ask()
        if self._session is before or not isinstance(self._session.client, Opened):
            return
        self._show_result()
        answer = self._services.score(self._bundle, self._session.client.client)
        self._later(answer, partial(self._answered, self._session.ticket))

    def _answered(self, ticket: int, outcome: Scored | NotScored | Problem) -> None:
        if isinstance(outcome, Problem):
            outcome = NotScored(outcome)
        ttl = self._services.config.result_ttl_seconds
        before = self._session
        self._session = before.answered(ticket, outcome, time.monotonic() + ttl)
        if self._session is before:
            return
        self._show_result()
        if isinstance(self._session.result, Shown):
            self._announce("score.ready")
            self._document.add_timeout_callback(self._tick, int(ttl * 1000) + TICK_GRACE_MS)

    def _forget(self) -> None:
        self._move(self._session.forget())

    def _tick(self) -> None:
        self._move(self._session.tick(time.monotonic()))

    def _move(self, session: Session) -> None:
        changed = session is not self._session
        self._session = session
        if changed:
            self._announce("")
            self._show_result()

    # Showing

    def _show_list(self) -> None:
        client = self._session.client
        self._list.panel.css_classes = [] if isinstance(client, NothingChosen) else ["off-narrow"]
        self._list.show(self._search, self._bundle.schema, self._session.language, _reference(self._session))

    def _show_client(self) -> None:
        self._client.panel.css_classes = ["off-narrow"] if isinstance(self._session.client, NothingChosen) else []
        self._client.show(self._session, self._bundle.schema, _seconds_left(self._session.result))

    def _show_result(self) -> None:
        self._client.show_result(self._session, self._bundle.schema, _seconds_left(self._session.result))

    def _later(self, future: "Future[T]", use: Callable[[T | Problem], None]) -> None:
        """Use the outcome of slow work in the session's own thread."""

        def deliver(done: "Future[T]") -> None:
            error = done.exception()
            if error is not None:
                log.error("unforeseen: %s", type(error).__name__)
            outcome = done.result() if error is None else Problem.UNEXPECTED
            self._document.add_next_tick_callback(partial(use, outcome))

        future.add_done_callback(deliver)


def _reference(session: Session) -> str | None:
    match session.client:
        case Opened(client):
            return client.client_ref
        case NothingChosen():
            return None
        case other:
            return other.client_ref


def _seconds_left(result: Result) -> float:
    return max(0.0, result.forget_at - time.monotonic()) if isinstance(result, Shown) else 0.0
