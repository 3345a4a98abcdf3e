"""The card for the smallest change: a search on demand, and up to three counterfactuals to try in the simulation."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import TypeAlias

import panel as pn
import panel_material_ui as pmui

from contract.codes import Band
from contract.messages import Scored
from contract.schema import FeatureSchema
from db.clients import Client
from presentation.locale import Locale
from reporting.pages.base import PageContext
from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureValue, counterfactual_text
from reporting.pages.client.tools.recourse_scoring import find_and_record_counterfactuals
from reporting.problems import Problem, ScoreFailure
from reporting.widgets.components import card, column, html, problem_text
from reporting.widgets.theme import DisplayPreferences

RECOURSE_CSS = """
p + p, h2 + p { margin-top: 4px; }
.counterfactual { border-left: 3px solid var(--accent); padding: 2px 0 2px 16px; }
.counterfactual.other { border-color: var(--line); }
.counterfactual h3 { color: var(--muted); }
.caution { font-size: 12.5px; color: var(--muted); }
.error { color: var(--alert); font-weight: 600; }
"""


def recourse_heading_html(high: bool, threshold: float, locale: Locale) -> str:
    """Return the title and what the card is about."""
    key = "recourse.intro" if high else "recourse.below"
    text = locale.text(key, threshold=locale.percent(threshold))
    return f"<h2>{escape(locale.text('recourse.title'))}</h2><p class='muted'>{escape(text)}</p>"


def counterfactual_html(
    index: int, shown: Counterfactual, schema: FeatureSchema, threshold: float, locale: Locale
) -> str:
    """Return one proposal; the first is the smallest."""
    kind = locale.text("recourse.other" if index else "recourse.smallest")
    sentence = counterfactual_text(shown, schema, threshold, locale)
    other = " other" if index else ""
    return f"<div class='counterfactual{other}'><h3>{escape(kind)}</h3><p>{escape(sentence)}</p></div>"


def recourse_note_html(found: Sequence[Counterfactual], threshold: float, locale: Locale) -> str:
    """Return the note below: a caution about the changes, or that there are none."""
    if found:
        return f"<p class='caution'>{escape(locale.text('recourse.caution'))}</p>"
    none = locale.text("recourse.none", threshold=locale.percent(threshold))
    return f"<p><strong>{escape(none)}</strong></p><p class='muted'>{escape(locale.text('recourse.none_text'))}</p>"


def score_failure_html(outcome: ScoreFailure, locale: Locale) -> str:
    """Return what stood in the way, for any card of this page."""
    title, text = problem_text(outcome.problem, locale)
    return f"<div role='alert'><p class='error'>{escape(title)}</p><p class='muted'>{escape(text)}</p></div>"


Try: TypeAlias = Callable[[Mapping[str, FeatureValue]], None]
"""Sets these values in the "what if"."""


class RecourseCard:
    """The counterfactuals for one client. Lives in the session's thread."""

    def __init__(self, context: PageContext, on_try: Try) -> None:
        self._services, self._bundle = context.services, context.bundle
        self._scheduler, self._announce = context.scheduler, context.announce
        self._on_try = on_try
        self._locale = DisplayPreferences().locale
        self._shown: tuple[Client, Scored] | None = None
        self._found: tuple[Counterfactual, ...] | ScoreFailure | None = None
        self._searching = False
        self._request_seq = 0
        self._heading = html("", RECOURSE_CSS)
        self._search = pmui.Button(variant="outlined", size="small", margin=(12, 0, 0, 0))
        self._search.on_click(lambda _: self._start_search())
        self._result = column(css=":host { gap: 12px; }", margin=(12, 0, 0, 0))
        self.panel = card(self._heading, self._search, self._result)

    @property
    def best(self) -> Counterfactual | None:
        """The smallest change that is on the screen."""
        return self._found[0] if isinstance(self._found, tuple) and self._found else None

    def show(self, client: Client, scored: Scored, look: DisplayPreferences) -> None:
        """Start with a new score; with the same one, only change the language."""
        self._locale = look.locale
        if self._shown is None or self._shown[1] is not scored:
            self._shown, self._found = (client, scored), None
        self._update()

    def clear(self) -> None:
        """Clear everything; the result of a running search is ignored."""
        self._request_seq += 1
        self._shown, self._found, self._searching = None, None, False
        self._clear_result()
        self._heading.object = ""

    def _start_search(self) -> None:
        if self._shown is None or self._searching:
            return
        client, scored = self._shown
        self._request_seq += 1
        self._searching, self._found = True, None
        self._update()
        found = find_and_record_counterfactuals(self._services, self._bundle, client, scored.threshold)
        self._scheduler.when_done(found, partial(self._on_found, self._request_seq))

    def _on_found(self, request_seq: int, found: tuple[Counterfactual, ...] | ScoreFailure | Problem) -> None:
        if request_seq != self._request_seq:
            return
        self._searching = False
        self._found = ScoreFailure(found) if isinstance(found, Problem) else found
        self._update()
        if isinstance(self._found, tuple):
            key = {0: "recourse.found_none", 1: "recourse.found_one"}.get(len(self._found), "recourse.found")
            self._announce(key, count=str(len(self._found)))

    def _update(self) -> None:
        if self._shown is None:
            return
        locale, scored = self._locale, self._shown[1]
        high = scored.band is Band.HIGH
        self._heading.object = recourse_heading_html(high, scored.threshold, locale)
        retry = isinstance(self._found, ScoreFailure)
        self._search.label = locale.text("problem.retry" if retry else "recourse.search")
        self._search.visible = high and not self._searching and not isinstance(self._found, tuple)
        self._clear_result()
        self._result.objects = self._parts(scored.threshold)

    def _parts(self, threshold: float) -> list[pn.viewable.Viewable]:
        locale = self._locale
        match self._found:
            case ScoreFailure():
                return [html(score_failure_html(self._found, locale), RECOURSE_CSS)]
            case None if self._searching:
                return [html(f"<p role='status' class='muted'>{escape(locale.text('recourse.searching'))}</p>")]
            case None:
                return []
            case found:
                rows = [self._row(index, each, threshold) for index, each in enumerate(found)]
                return [*rows, html(recourse_note_html(found, threshold, locale), RECOURSE_CSS)]

    def _row(self, index: int, shown: Counterfactual, threshold: float) -> pn.Column:
        text = counterfactual_html(index, shown, self._bundle.schema, threshold, self._locale)
        name = self._locale.text("recourse.try_one", number=str(index + 1))
        button = pmui.Button(label=name, variant="text", size="small", margin=(4, 0, 0, 12))
        button.on_click(lambda _: self._on_try({change.feature: change.after for change in shown.changes}))
        return column(html(text, RECOURSE_CSS), button)

    def _clear_result(self) -> None:
        """Clear removed panes: the browser keeps their models for a while."""
        for pane in self._result.select(pn.pane.HTML):
            pane.object = ""
        self._result.objects = []
