"""The list of clients on the left: filters, match count, and one page of rows."""

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import panel_material_ui as pmui
import param
from panel.custom import JSComponent

from contract.schema import FeatureSchema
from db.clients import ClientSearchResult
from presentation.locale import Locale
from reporting.pages.client.client_search import ClientSearch, client_table_data, match_count_text, unfit_text
from reporting.problems import Problem
from reporting.widgets.components import STATE_CSS, card, column, empty_state_html, html, problem_text
from reporting.widgets.filter_panel import FilterPanel
from reporting.widgets.theme import CSS, NARROW_HIDDEN

_HERE = Path(__file__).parent


class ClientTable(JSComponent):
    """Shows `table_data` (see `client_table_data`) and reports what the advisor does: {type: open|sort|page, …}."""

    table_data = param.Dict(default={})

    _esm = _HERE / "client_table.js"
    _stylesheets = [CSS, (_HERE / "client_table.css").read_text()]  # noqa: RUF012 - Panel reads it from the class

    def __init__(self, on_action: Callable[[Mapping[str, Any]], None], **params: Any) -> None:
        super().__init__(**params)
        self.on_msg(lambda event: on_action(event.data))


NOTICE_CSS = "p { border-left: 3px solid var(--alert); padding: 8px 12px; margin: 8px 0 0; }"

HEAD_CSS = ".head { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; }"


class ClientList:
    """For what files are opened, filters, the number of clients found, and one page of them."""

    def __init__(
        self,
        purpose: Any,
        filters: FilterPanel,
        on_action: Callable[[Mapping[str, Any]], None],
        on_retry: Callable[[], None],
    ) -> None:
        self._filters, self._on_retry = filters, on_retry
        self._head = html("", HEAD_CSS)
        self._table = ClientTable(on_action, sizing_mode="stretch_width", margin=0)
        self._notice = html("", NOTICE_CSS, visible=False)
        self._placeholder = column(visible=False)
        body = column(self._notice, self._table, self._placeholder, margin=(8, 0, 0, 0))
        self.panel = card(self._head, purpose, filters.panel, body, css=NARROW_HIDDEN)

    def show(self, search: ClientSearch, schema: FeatureSchema, locale: Locale, selected: str | None) -> None:
        """Show the outcome of a search; while one is under way, the last page stays, dimmed."""
        outcome = search.outcome
        self._head.object = _head_html(search, locale)
        notice = unfit_text(schema, outcome.clients, locale) if isinstance(outcome, ClientSearchResult) else ""
        self._notice.param.update(object=f"<p role='note'>{escape(notice)}</p>", visible=bool(notice))
        if isinstance(outcome, Problem) and not search.busy:
            self._show_message(
                "warning", problem_text(outcome, locale), locale.text("problem.retry"), self._on_retry, alert=True
            )
        elif isinstance(outcome, ClientSearchResult) and not outcome.clients and not search.busy:
            self._show_no_match(locale)
        else:
            self._placeholder.param.update(objects=[], visible=False)
            self._table.param.update(table_data=_table_data(search, schema, locale, selected), visible=True)

    def _show_no_match(self, locale: Locale) -> None:
        key, action, call = (
            ("table.empty", "find.clear", self._filters.clear)
            if self._filters.active
            else ("table.none", "problem.retry", self._on_retry)
        )
        message = locale.text(f"{key}_title"), locale.text(f"{key}_text")
        self._show_message("search", message, locale.text(action), call)

    def _show_message(
        self, icon: str, message: tuple[str, str], action: str, call: Callable[[], None], *, alert: bool = False
    ) -> None:
        button = pmui.Button(label=action, variant="outlined", align="center", margin=(0, 0, 16, 0))
        button.on_click(lambda _: call())
        self._table.visible = False
        self._placeholder.param.update(
            objects=[html(empty_state_html(icon, message[0], message[1], alert=alert), STATE_CSS), button], visible=True
        )


def _table_data(search: ClientSearch, schema: FeatureSchema, locale: Locale, selected: str | None) -> dict[str, Any]:
    page = search.outcome if isinstance(search.outcome, ClientSearchResult) else ClientSearchResult([], 0, exact=True)
    table_data = client_table_data(
        schema, page, locale, number=search.page, sort=search.sort, descending=search.descending, selected=selected
    )
    return {**table_data, "busy": search.busy, "skeleton": search.busy and not page.clients}


def _head_html(search: ClientSearch, locale: Locale) -> str:
    count = ""
    if isinstance(search.outcome, ClientSearchResult):
        count = match_count_text(search.outcome, locale)
    elif search.busy:
        count = locale.text("find.searching")
    title = escape(locale.text("find.title"))
    return f"<div class='head'><h2>{title}</h2><span class='muted' role='status'>{escape(count)}</span></div>"
