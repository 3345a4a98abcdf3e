"""The client page of one session: turns events (clicks, results, time) into state, and shows it."""

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from contract.messages import Scored
from contract.settings import Settings
from db.clients import Client, ClientSearchResult
from reporting.backend.scheduling import Debounce
from reporting.pages.base import PageContext
from reporting.pages.client.client_list import ClientList
from reporting.pages.client.client_search import PAGE_SIZE, ClientSearch
from reporting.pages.client.detail import ClientDetail
from reporting.pages.client.purpose import PurposeSelect
from reporting.pages.client.score_view import ScoreTool
from reporting.pages.client.state import (
    ClientLoaded,
    ClientLoadFailed,
    ClientLoading,
    ClientPageState,
    NoClient,
    PurposeNeeded,
    ScoreDisplayed,
    ScoreState,
)
from reporting.pages.client.tools.letter_card import LetterCard
from reporting.pages.client.tools.similar_clients_card import SimilarClientsCard
from reporting.pages.client.tools.what_if_card import WhatIfTool
from reporting.problems import Problem, ScoreFailure
from reporting.widgets.components import column
from reporting.widgets.filter_panel import FilterPanel
from reporting.widgets.filters import build_criteria, filter_specs, filters_from_query, filters_to_query
from reporting.widgets.theme import PAGE, DisplayPreferences

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
"""Timers may fire a little early; with this margin the score has expired when the timer checks."""


class ClientPage:
    """List on the left, client on the right. Runs in the session's thread; slow work runs in the services' threads."""

    def __init__(self, context: PageContext, look: DisplayPreferences) -> None:
        self._services, self._bundle = context.services, context.bundle
        self._scheduler, self._announce = context.scheduler, context.announce
        self._keep_filters = context.keep_filters
        bundle = context.bundle
        self._state = ClientPageState(look=look, business_purpose=_first_purpose(self._services.config))
        self._search = ClientSearch()
        self._score_on_load: int | None = None
        self._specs = filter_specs(bundle.schema, bundle.baseline)
        self._filters = FilterPanel(bundle.schema, self._specs, Debounce(self._scheduler, DEBOUNCE_MS, self._on_filter))
        purposes = self._services.config.business_purpose_words
        self._purpose = PurposeSelect(purposes, self._on_purpose)
        self._list = ClientList(
            self._purpose.panel, self._filters, self._on_table_message,
            lambda: self._run_search(self._search.refresh()),
        )  # fmt: skip
        self._client = ClientDetail(
            bundle, on_score=self._request_score, on_discard=self._on_discard, on_reload=self._on_reload,
            on_back=self._on_back, on_purpose=self._on_purpose, purposes=purposes, tools=_tools(context),
        )  # fmt: skip
        # A grid ignores Panel's way of hiding; the column around it does not.
        self.panel = column(column(self._list.panel, self._client.panel, css=_CLIENT_PAGE_CSS))
        self._filters.set_values(filters_from_query(self._specs, context.filters))
        self.apply_preferences(look)
        self._on_filter()

    def apply_preferences(self, look: DisplayPreferences) -> None:
        """Show everything in this language and theme."""
        self._state = self._state.with_preferences(look)
        self._filters.set_language(look.locale)
        self._purpose.show(self._state.business_purpose, look.locale)
        self._show_list()
        self._show_client()

    def close(self) -> None:
        """Clear the client and the score, and stop what is running."""
        self._state = self._state.close_client()
        self._client.close()

    # Finding a client

    def _on_filter(self) -> None:
        values = self._filters.values
        self._keep_filters(filters_to_query(self._specs, values))
        self._run_search(self._search.filter(self._filters.text.value_input, build_criteria(self._specs, values)))

    def _on_table_message(self, action: Mapping[str, Any]) -> None:
        # A message of our own component arrives without the document's lock, which changing a chart needs.
        self._scheduler.call_soon(partial(self._on_table_action, action))

    def _on_table_action(self, action: Mapping[str, Any]) -> None:
        match action:
            case {"type": "open", "ref": str(client_ref)}:
                self._open_client(client_ref)
            case {"type": "sort", "name": str(name)}:
                self._run_search(self._search.sort_by(name))
            case {"type": "page", "page": int(page)}:
                self._run_search(self._search.go_to_page(page))

    def _run_search(self, search: ClientSearch) -> None:
        self._search = search
        self._show_list()
        work = partial(self._services.search, self._bundle, search.query, search.offset, PAGE_SIZE)
        self._scheduler.when_done(self._services.submit(work), partial(self._on_search_result, search.request_seq))

    def _on_search_result(self, request_seq: int, outcome: ClientSearchResult | Problem) -> None:
        self._search = self._search.with_result(request_seq, outcome)
        self._show_list()

    # The client

    def _open_client(self, client_ref: str) -> None:
        """Load a client, or ask first for what, if the advisor has not said so in this session."""
        purpose = self._state.business_purpose
        self._state = self._state.select_client(client_ref) if purpose else self._state.ask_purpose(client_ref)
        self._show_list()
        self._show_client()
        if purpose:
            loading = self._services.open_client(client_ref, purpose)
            self._scheduler.when_done(loading, partial(self._on_client_loaded, self._state.request_seq))
        else:
            self._announce("client.purpose_ask_title")

    def _on_purpose(self, purpose: str) -> None:
        """The advisor said for what: open the client that waits for it, if there is one, and the next."""
        self._state = replace(self._state, business_purpose=purpose)
        self._purpose.show(purpose, self._state.look.locale)
        if isinstance(self._state.client, PurposeNeeded):
            self._announce("")
            self._open_client(self._state.client.client_ref)

    def _on_client_loaded(self, request_seq: int, outcome: Client | Problem) -> None:
        self._state = self._state.client_loaded(request_seq, outcome)
        self._show_client()
        if self._score_on_load == self._state.request_seq:
            self._request_score()

    def _on_reload(self) -> None:
        if isinstance(self._state.client, ClientLoadFailed):
            self._open_client(self._state.client.client_ref)

    def _on_back(self) -> None:
        self._state = self._state.close_client()
        self._show_list()
        self._show_client()

    # The score

    def _request_score(self) -> None:
        if isinstance(self._state.client, ClientLoading):  # requested while the file opens: sent as soon as it is open
            self._score_on_load = self._state.request_seq
            return
        before, self._state = self._state, self._state.request_score()
        if self._state is before or not isinstance(self._state.client, ClientLoaded):
            return
        self._show_result()
        answer = self._services.score(self._bundle, self._state.client.client)
        self._scheduler.when_done(answer, partial(self._on_score, self._state.request_seq))

    def _on_score(self, request_seq: int, outcome: Scored | ScoreFailure | Problem) -> None:
        if isinstance(outcome, Problem):
            outcome = ScoreFailure(outcome)
        ttl = self._services.config.result_ttl_seconds
        before = self._state
        self._state = before.score_received(request_seq, outcome, time.monotonic() + ttl)
        if self._state is before:
            return
        self._show_result()
        if isinstance(self._state.result, ScoreDisplayed):
            self._announce("score.ready")
            self._scheduler.call_later(int(ttl * 1000) + TICK_GRACE_MS, self._on_expiry_timer)

    def _on_discard(self) -> None:
        self._set_state(self._state.discard())

    def _on_expiry_timer(self) -> None:
        self._set_state(self._state.expire(time.monotonic()))

    def _set_state(self, state: ClientPageState) -> None:
        changed = state is not self._state
        self._state = state
        if changed:
            self._announce("")
            self._show_result()

    # Showing

    def _show_list(self) -> None:
        client = self._state.client
        self._list.panel.css_classes = [] if isinstance(client, NoClient) else ["off-narrow"]
        self._list.show(self._search, self._bundle.schema, self._state.look.locale, _selected_ref(self._state))

    def _show_client(self) -> None:
        self._client.panel.css_classes = ["off-narrow"] if isinstance(self._state.client, NoClient) else []
        self._client.show(self._state, _seconds_left(self._state.result))
        self._scheduler.call_soon(self._client.show_tools)

    def _show_result(self) -> None:
        self._client.show_score(self._state, _seconds_left(self._state.result))
        self._scheduler.call_soon(self._client.show_tools)


def _first_purpose(config: Settings) -> str:
    """Return the purpose before the advisor has said one: none, unless this is no real bank or there is no choice."""
    first, *others = config.business_purpose_words
    return "" if others and config.environment == "production" else first


def _tools(context: PageContext) -> tuple[ScoreTool, ...]:
    """Return the cards below the factors while a score is on the screen, in this order."""
    what_if = WhatIfTool(context)
    letter = LetterCard(context, counterfactual=lambda: what_if.counterfactual)
    return (SimilarClientsCard(context), what_if, letter)


def _selected_ref(state: ClientPageState) -> str | None:
    match state.client:
        case ClientLoaded(client):
            return client.client_ref
        case NoClient():
            return None
        case other:
            return other.client_ref


def _seconds_left(result: ScoreState) -> float:
    return max(0.0, result.expires_at - time.monotonic()) if isinstance(result, ScoreDisplayed) else 0.0
