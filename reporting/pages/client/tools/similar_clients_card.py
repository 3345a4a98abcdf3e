"""The similar clients card: loaded on demand, because it has hundreds of clients scored."""

from functools import partial
from html import escape

import panel_material_ui as pmui

from contract.disclosure import MIN_GROUP_SIZE
from contract.messages import Scored
from db.clients import Client
from reporting.pages.base import PageContext
from reporting.pages.client.tools.similar_clients import (
    SIMILAR_CLIENTS_CSS,
    GroupTooSmall,
    SimilarClientsSummary,
    announcement,
    group_html,
)
from reporting.pages.client.tools.similar_search import find_similar
from reporting.problems import Problem, ScoreFailure
from reporting.widgets.components import SKELETON_CSS, STATE_CSS, card, html, problem_html, skeleton_lines_html
from reporting.widgets.theme import DisplayPreferences


class SimilarClientsCard:
    """Shows the offer, the running search, and its result; cleared with the score."""

    def __init__(self, context: PageContext) -> None:
        self._services, self._bundle = context.services, context.bundle
        self._scheduler, self._announce = context.scheduler, context.announce
        self._about: tuple[Client, Scored] | None = None
        self._outcome: SimilarClientsSummary | GroupTooSmall | ScoreFailure | None = None
        self._request_seq = 0
        self._busy = False
        self._look = DisplayPreferences()
        self._content = html("", SIMILAR_CLIENTS_CSS, SKELETON_CSS, STATE_CSS)
        self._button = pmui.Button(variant="outlined", margin=(12, 0, 0, 0))
        self._button.on_click(lambda _: self._search())
        self.panel = card(self._content, self._button)

    def show(self, client: Client, scored: Scored, look: DisplayPreferences) -> None:
        """Offer to search for clients similar to this one."""
        self._about, self._look = (client, scored), look
        self._draw()

    def clear(self) -> None:
        """Clear the group; the result of a running search is ignored."""
        self._about, self._outcome, self._busy = None, None, False
        self._request_seq += 1
        self._content.object = ""

    def _search(self) -> None:
        if self._about is None or self._busy:
            return
        self._outcome, self._busy, self._request_seq = None, True, self._request_seq + 1
        self._draw()
        work = partial(find_similar, self._services, self._bundle, *self._about)
        self._scheduler.when_done(self._services.submit(work), partial(self._on_found, self._request_seq))

    def _on_found(
        self, request_seq: int, outcome: SimilarClientsSummary | GroupTooSmall | ScoreFailure | Problem
    ) -> None:
        if request_seq != self._request_seq:
            return
        self._outcome = ScoreFailure(outcome) if isinstance(outcome, Problem) else outcome
        self._busy = False
        self._draw()
        key, values = announcement(self._outcome)
        self._announce(key, **values)

    def _draw(self) -> None:
        locale = self._look.locale
        self._content.object = f"<h2>{escape(locale.text('similar.title'))}</h2>{self._content_html()}"
        retry = isinstance(self._outcome, ScoreFailure)
        self._button.param.update(
            label=locale.text("problem.retry" if retry else "similar.ask"),
            visible=self._outcome is None or retry,
            disabled=self._busy,
        )

    def _content_html(self) -> str:
        locale = self._look.locale
        if self._busy:
            waiting = escape(locale.text("similar.waiting"))
            lines = skeleton_lines_html(88, 62, 74)
            return f"<div role='status' aria-busy='true'><p class='muted'>{waiting}</p>{lines}</div>"
        match self._outcome:
            case SimilarClientsSummary() as group if self._about:
                return group_html(group, self._about[1], self._bundle.schema, locale)
            case GroupTooSmall():
                return f"<p class='muted'>{escape(locale.text('similar.too_few', least=MIN_GROUP_SIZE))}</p>"
            case ScoreFailure(problem):
                return problem_html(problem, locale)
            case _:
                return f"<p class='muted'>{escape(locale.text('similar.offer', least=MIN_GROUP_SIZE))}</p>"
