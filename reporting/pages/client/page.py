"""One advisor's desk: takes what happens (clicks, answers, time), advances the session, and shows it."""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from contract.bundle import Bundle
from contract.messages import Scored
from db.clients import Client, ClientPage
from reporting.backend.scheduling import Debounce, Later
from reporting.backend.services import Services
from reporting.pages.base import Announce
from reporting.pages.client.client_list import ClientList
from reporting.pages.client.client_search import PAGE_ROWS, Search
from reporting.pages.client.detail import ClientView
from reporting.pages.client.score_view import Tool
from reporting.pages.client.state import NothingChosen, NotOpened, Opened, Opening, Result, Session, Shown
from reporting.pages.client.tools.letter_card import Letter
from reporting.pages.client.tools.similar_clients_card import SimilarClients
from reporting.pages.client.tools.what_if_card import WhatIf
from reporting.problems import NotScored, Problem
from reporting.widgets.components import column
from reporting.widgets.filter_panel import FilterPanel
from reporting.widgets.filters import criteria, filter_specs
from reporting.widgets.theme import PAGE, Look

_CLIENT_PAGE_CSS = (
    PAGE
    + """
:host { display: grid; gap: 20px; align-items: start; grid-template-columns: minmax(0, 34fr) minmax(0, 66fr); }
@media (max-width: 1180px) { :host { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } }
@media (max-width: 860px) { :host { display: block; } }
"""
)


DEBOUNCE_MS = 150
"""A pause in typing: short enough to feel immediate, long enough to spare the database every keystroke."""

TICK_GRACE_MS = 20
"""Timers may fire a little early; this puts the look at the clock behind the moment of forgetting."""


class Desk:
    """List on the left, client on the right. Runs in the session's thread; slow work runs in the services' threads."""

    def __init__(self, services: Services, bundle: Bundle, look: Look, later: Later, announce: Announce) -> None:
        self._services, self._bundle, self._later, self._announce = services, bundle, later, announce
        self._session, self._search = Session(look=look), Search()
        self._asked_early: int | None = None
        self._specs = filter_specs(bundle.schema, bundle.baseline)
        self._filters = FilterPanel(bundle.schema, self._specs, Debounce(later, DEBOUNCE_MS, self._filter))
        self._list = ClientList(self._filters, self._on_table_soon, lambda: self._look(self._search.again()))
        self._client = ClientView(
            bundle, on_score=self._score, on_forget=self._forget, on_reopen=self._reopen, on_back=self._leave,
            tools=_tools(services, bundle, later, announce),
        )  # fmt: skip
        # A grid ignores Panel's way of hiding; the column around it does not.
        self.panel = column(column(self._list.panel, self._client.panel, css=_CLIENT_PAGE_CSS))
        self.show(look)
        self._look(self._search.again())

    def show(self, look: Look) -> None:
        """Show everything on the desk anew, in this language and theme."""
        self._session = self._session.wear(look)
        self._filters.show(look.language)
        self._show_list()
        self._show_client()

    def close(self) -> None:
        """Forget the client and the score, and stop what is under way."""
        self._session = self._session.leave()
        self._client.close()

    # Finding a client

    def _filter(self) -> None:
        self._look(self._search.filter(self._filters.text.value_input, criteria(self._specs, self._filters.values)))

    def _on_table_soon(self, action: Mapping[str, Any]) -> None:
        # A message of our own component arrives without the document's lock, which changing a chart needs.
        self._later.soon(partial(self._on_table, action))

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
        work = partial(self._services.search, self._bundle, search.query, search.offset, PAGE_ROWS)
        self._later.use(self._services.run(work), partial(self._found, search.ticket))

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
        self._later.use(work, partial(self._opened, ticket))

    def _opened(self, ticket: int, outcome: Client | Problem) -> None:
        self._session = self._session.opened(ticket, outcome)
        self._show_client()
        if self._asked_early == self._session.ticket:
            self._score()

    def _reopen(self) -> None:
        if isinstance(self._session.client, NotOpened):
            self._open(self._session.client.client_ref)

    def _leave(self) -> None:
        self._session = self._session.leave()
        self._show_list()
        self._show_client()

    # The score

    def _score(self) -> None:
        if isinstance(self._session.client, Opening):  # asked while the file opens: done as soon as it is open
            self._asked_early = self._session.ticket
            return
        before, self._session = self._session, self._session.ask()
        if self._session is before or not isinstance(self._session.client, Opened):
            return
        self._show_result()
        answer = self._services.score(self._bundle, self._session.client.client)
        self._later.use(answer, partial(self._answered, self._session.ticket))

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
            self._later.after(int(ttl * 1000) + TICK_GRACE_MS, self._tick)

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
        self._list.show(self._search, self._bundle.schema, self._session.look.language, _reference(self._session))

    def _show_client(self) -> None:
        self._client.panel.css_classes = ["off-narrow"] if isinstance(self._session.client, NothingChosen) else []
        self._client.show(self._session, _seconds_left(self._session.result))
        self._later.soon(self._client.show_tools)

    def _show_result(self) -> None:
        self._client.show_result(self._session, _seconds_left(self._session.result))
        self._later.soon(self._client.show_tools)


def _tools(services: Services, bundle: Bundle, later: Later, announce: Announce) -> tuple[Tool, ...]:
    """Return the cards below the factors while a score is on the screen, in this order."""
    what_if = WhatIf(services, bundle, later, announce)
    letter = Letter(services, bundle, later, announce, proposal=lambda: what_if.proposal)
    return (SimilarClients(services, bundle, later, announce), what_if, letter)


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
