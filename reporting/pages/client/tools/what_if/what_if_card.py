"""The card "what if": the hand moves a control, the worker scores, both results stand side by side."""

from collections.abc import Mapping
from functools import partial
from html import escape

import panel as pn
import panel_material_ui as pmui

from contract.bundle import Bundle
from contract.messages import Scored
from contract.schema import Language
from db.clients import Client
from presentation.wording import say
from reporting.backend.scheduling import Debounce, Later
from reporting.backend.services import Services
from reporting.pages.base import Announce
from reporting.pages.client.tools.what_if.controls import controls
from reporting.pages.client.tools.what_if.proposal import Value
from reporting.pages.client.tools.what_if.sentences import apart, change_text
from reporting.pages.client.tools.what_if.trial import Trial
from reporting.pages.client.tools.what_if.views.comparison import CSS as COMPARISON_CSS
from reporting.pages.client.tools.what_if.views.comparison import comparison, points_between
from reporting.pages.client.tools.what_if.views.proposals import CSS as TEXT_CSS
from reporting.pages.client.tools.what_if.views.proposals import trouble
from reporting.pages.client.tools.what_if.views.setting import Setting
from reporting.problems import NotScored, Problem
from reporting.widgets.components import card, html
from reporting.widgets.theme import Look

GATHER_MS = 60
"""From a first move of the hand to the request: what moves meanwhile goes along; shorter than anyone notices."""

CALM_MS = 700
"""A hand that rests so long has chosen: only then do screen readers say the result."""

ONE_LINE = {"whiteSpace": "nowrap"}

CHANGES_CSS = """
ul { list-style: none; display: flex; flex-wrap: wrap; gap: 8px; }
li { background: var(--accent-soft); border-radius: 8px; padding: 2px 10px; font-size: 13px; }
"""


class WhatIfCard:
    """One client's trial. Lives in the session's thread."""

    def __init__(self, services: Services, bundle: Bundle, later: Later, announce: Announce) -> None:
        self._services, self._bundle, self._later, self._announce = services, bundle, later, announce
        self._language: Language = "fr"
        self._shown: tuple[Client, Scored] | None = None
        self._trial = Trial({})
        self._waiting = False
        self._take_back = _nothing
        self._tell = Debounce(later, CALM_MS, self._say_result)
        self._intro, self._comparison = html("", TEXT_CSS), html("", COMPARISON_CSS, margin=(16, 0))
        self._setting = Setting(bundle.schema, self._move)
        self._changes, self._fault = html("", CHANGES_CSS, margin=(16, 0, 0, 0)), html("", TEXT_CSS, visible=False)
        self._reset = pmui.Button(variant="text", size="small", margin=(12, 0, 0, -5), disabled=True, sx=ONE_LINE)
        self._retry = pmui.Button(variant="outlined", size="small", margin=(12, 0, 0, 8), visible=False, sx=ONE_LINE)
        self._reset.on_click(lambda _: self.put({}))
        self._retry.on_click(lambda _: self._again())
        buttons = pn.Row(self._reset, self._retry, margin=0)
        self._work = (self._comparison, self._setting.panel, self._changes, self._fault, buttons)
        self.panel = card(self._intro, *self._work, css_classes=["what-if"])

    def show(self, client: Client, scored: Scored, look: Look) -> None:
        """Begin anew with a score; with the same one, only speak the other language."""
        self._language = look.language
        if self._shown is None or self._shown[1] is not scored:
            self._begin(client, scored)
        self._speak()

    def wipe(self) -> None:
        """Forget everything; an answer that is under way changes nothing any more."""
        self._take_back()
        self._tell.cancel()
        self._shown, self._waiting, self._trial = None, False, Trial({}, ticket=self._trial.ticket + 1)
        self._setting.wipe()
        for pane in (self._intro, self._comparison, self._changes, self._fault):
            pane.object = ""
        self._announce("")

    def put(self, changed: Mapping[str, Value]) -> None:
        """Set these values at once, and the client's own for all others."""
        self._setting.put(changed)
        self._trial = self._trial.take(changed)
        self._announce("")
        self._show()
        self._ask_if_due()

    def _begin(self, client: Client, scored: Scored) -> None:
        own = controls(self._bundle.schema, self._bundle.baseline, client.attributes)
        self._shown = (client, scored)
        before = {control.feature.name: control.own for control in own}
        self._trial = Trial(before, ticket=self._trial.ticket + 1)
        self._setting.build(own, self._language)
        for part in self._work:
            part.visible = bool(own)

    def _move(self, feature: str, value: Value) -> None:
        self._trial = self._trial.move(feature, value)
        self._reset.disabled = not self._trial.changed
        if not self._trial.changed:
            self._show()
        elif not self._waiting:
            self._waiting = True
            self._take_back = self._later.after(GATHER_MS, self._ask_if_due)

    def _again(self) -> None:
        self._trial = self._trial.retry()
        self._ask_if_due()

    def _ask_if_due(self) -> None:
        self._waiting = False
        if self._shown is None or not self._trial.due:
            return
        client, _ = self._shown
        self._trial = self._trial.ask()
        purpose = None if self._trial.recorded else "what_if"
        answer = self._services.score(self._bundle, client, self._trial.asked, purpose=purpose, explain=False)
        self._later.use(answer, partial(self._answered, self._trial.ticket))

    def _answered(self, ticket: int, outcome: Scored | NotScored | Problem) -> None:
        before = self._trial
        self._trial = before.answered(ticket, NotScored(outcome) if isinstance(outcome, Problem) else outcome)
        if self._trial is before:
            return
        self._ask_if_due()
        self._show()
        self._tell()

    def _say_result(self) -> None:
        outcome = self._trial.answer.outcome if self._trial.answer else None
        if self._shown is None or not isinstance(outcome, Scored):
            return
        self._announce(
            "what_if.announce",
            pd=apart(outcome.probability, outcome.threshold, self._language)[0],
            points=points_between(self._shown[1], outcome, self._language),
            band=say(self._language, f"band.{outcome.band}"),
        )

    def _speak(self) -> None:
        language = self._language
        words = say(language, "what_if.intro" if self._trial.before else "what_if.nothing")
        self._intro.object = f"<h2>{escape(say(language, 'what_if.title'))}</h2><p class='muted'>{escape(words)}</p>"
        self._reset.label, self._retry.label = say(language, "what_if.reset"), say(language, "problem.retry")
        self._setting.speak(language)
        self._show()

    def _show(self) -> None:
        if self._shown is None or not self._trial.before:
            return
        language, outcome = self._language, self._trial.answer.outcome if self._trial.answer else None
        after = outcome if isinstance(outcome, Scored) else None
        self._comparison.object = comparison(self._shown[1], after, language)
        items = "".join(
            f"<li>{escape(change_text(c, self._bundle.schema, language))}</li>" for c in self._trial.changes
        )
        label = escape(say(language, "what_if.changes"))
        self._changes.object = f"<ul aria-label='{label}'>{items}</ul>" if items else ""
        self._fault.object = trouble(outcome, language) if isinstance(outcome, NotScored) else ""
        self._fault.visible = self._retry.visible = isinstance(outcome, NotScored)
        self._reset.disabled = not self._trial.changed


def _nothing() -> None:
    """Nothing waits."""
