"""The card for the smallest change: a search on demand, and up to three counterfactuals to try in the simulation."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import TypeAlias

import panel as pn
import panel_material_ui as pmui

from contract.bundle import Bundle
from contract.codes import Band
from contract.messages import Scored
from contract.schema import FeatureSchema, Language
from db.clients import Client
from presentation import formats
from presentation.wording import say
from reporting.backend.scheduling import Later
from reporting.backend.services import Services
from reporting.pages.base import Announce
from reporting.pages.client.tools.counterfactual import Proposal, Value, proposal_text
from reporting.pages.client.tools.recourse_scoring import recorded_proposals
from reporting.problems import NotScored, Problem
from reporting.widgets.components import card, column, html, problem_words
from reporting.widgets.theme import Look

RECOURSE_CSS = """
p + p, h2 + p { margin-top: 4px; }
.proposal { border-left: 3px solid var(--accent); padding: 2px 0 2px 16px; }
.proposal.other { border-color: var(--line); }
.proposal h3 { color: var(--muted); }
.caution { font-size: 12.5px; color: var(--muted); }
.fault { color: var(--alert); font-weight: 600; }
"""


def heading(high: bool, threshold: float, language: Language) -> str:
    """Return the title and what the card is about."""
    key = "recourse.intro" if high else "recourse.below"
    text = say(language, key, threshold=formats.percent(threshold, language))
    return f"<h2>{escape(say(language, 'recourse.title'))}</h2><p class='muted'>{escape(text)}</p>"


def proposal(place: int, shown: Proposal, schema: FeatureSchema, threshold: float, language: Language) -> str:
    """Return one proposal; the first is the smallest."""
    kind = say(language, "recourse.other" if place else "recourse.smallest")
    sentence = proposal_text(shown, schema, threshold, language)
    other = " other" if place else ""
    return f"<div class='proposal{other}'><h3>{escape(kind)}</h3><p>{escape(sentence)}</p></div>"


def remark(found: Sequence[Proposal], threshold: float, language: Language) -> str:
    """Return what stands below: caution about proposals, or that there is none."""
    if found:
        return f"<p class='caution'>{escape(say(language, 'recourse.caution'))}</p>"
    none = say(language, "recourse.none", threshold=formats.percent(threshold, language))
    return f"<p><strong>{escape(none)}</strong></p><p class='muted'>{escape(say(language, 'recourse.none_text'))}</p>"


def trouble(outcome: NotScored, language: Language) -> str:
    """Return what stood in the way, for any card of this page."""
    title, text = problem_words(outcome.problem, language)
    return f"<div role='alert'><p class='fault'>{escape(title)}</p><p class='muted'>{escape(text)}</p></div>"


Try: TypeAlias = Callable[[Mapping[str, Value]], None]
"""Sets these values in the "what if"."""


class RecourseCard:
    """One client's proposals. Lives in the session's thread."""

    def __init__(self, services: Services, bundle: Bundle, later: Later, announce: Announce, on_try: Try) -> None:
        self._services, self._bundle, self._later, self._announce = services, bundle, later, announce
        self._on_try = on_try
        self._language: Language = "fr"
        self._shown: tuple[Client, Scored] | None = None
        self._found: tuple[Proposal, ...] | NotScored | None = None
        self._searching = False
        self._ticket = 0
        self._heading = html("", RECOURSE_CSS)
        self._search = pmui.Button(variant="outlined", size="small", margin=(12, 0, 0, 0))
        self._search.on_click(lambda _: self._start())
        self._result = column(css=":host { gap: 12px; }", margin=(12, 0, 0, 0))
        self.panel = card(self._heading, self._search, self._result)

    @property
    def best(self) -> Proposal | None:
        """The smallest change that is on the screen."""
        return self._found[0] if isinstance(self._found, tuple) and self._found else None

    def show(self, client: Client, scored: Scored, look: Look) -> None:
        """Begin anew with a score; with the same one, only speak the other language."""
        self._language = look.language
        if self._shown is None or self._shown[1] is not scored:
            self._shown, self._found = (client, scored), None
        self._speak()

    def wipe(self) -> None:
        """Forget everything; a search that is under way finds nothing any more."""
        self._ticket += 1
        self._shown, self._found, self._searching = None, None, False
        self._empty()
        self._heading.object = ""

    def _start(self) -> None:
        if self._shown is None or self._searching:
            return
        client, scored = self._shown
        self._ticket += 1
        self._searching, self._found = True, None
        self._speak()
        found = recorded_proposals(self._services, self._bundle, client, scored.threshold)
        self._later.use(found, partial(self._end, self._ticket))

    def _end(self, ticket: int, found: tuple[Proposal, ...] | NotScored | Problem) -> None:
        if ticket != self._ticket:
            return
        self._searching = False
        self._found = NotScored(found) if isinstance(found, Problem) else found
        self._speak()
        if isinstance(self._found, tuple):
            key = {0: "recourse.found_none", 1: "recourse.found_one"}.get(len(self._found), "recourse.found")
            self._announce(key, count=str(len(self._found)))

    def _speak(self) -> None:
        if self._shown is None:
            return
        language, scored = self._language, self._shown[1]
        high = scored.band is Band.HIGH
        self._heading.object = heading(high, scored.threshold, language)
        retry = isinstance(self._found, NotScored)
        self._search.label = say(language, "problem.retry" if retry else "recourse.search")
        self._search.visible = high and not self._searching and not isinstance(self._found, tuple)
        self._empty()
        self._result.objects = self._parts(scored.threshold)

    def _parts(self, threshold: float) -> list[pn.viewable.Viewable]:
        language = self._language
        match self._found:
            case NotScored():
                return [html(trouble(self._found, language), RECOURSE_CSS)]
            case None if self._searching:
                return [html(f"<p role='status' class='muted'>{escape(say(language, 'recourse.searching'))}</p>")]
            case None:
                return []
            case found:
                rows = [self._row(place, each, threshold) for place, each in enumerate(found)]
                return [*rows, html(remark(found, threshold, language), RECOURSE_CSS)]

    def _row(self, place: int, shown: Proposal, threshold: float) -> pn.Column:
        text = proposal(place, shown, self._bundle.schema, threshold, self._language)
        name = say(self._language, "recourse.try_one", number=str(place + 1))
        button = pmui.Button(label=name, variant="text", size="small", margin=(4, 0, 0, 12))
        button.on_click(lambda _: self._on_try({change.feature: change.after for change in shown.changes}))
        return column(html(text, RECOURSE_CSS), button)

    def _empty(self) -> None:
        """The browser keeps models for a while after they have left the screen: not with what they said."""
        for pane in self._result.select(pn.pane.HTML):
            pane.object = ""
        self._result.objects = []
