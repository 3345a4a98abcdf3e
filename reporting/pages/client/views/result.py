"""What stands where the score stands: the score and what explains it, or words about why there is none."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import panel_material_ui as pmui

from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.messages import FieldError, Scored
from contract.schema import FeatureSchema, FeatureType, Language
from db.clients import Client
from presentation import formats
from presentation.wording import say
from reporting.pages.client.score_tool import Tool
from reporting.pages.client.state import Forgotten, Opened, Session, Shown, Waiting
from reporting.pages.client.views.factors import Factors, factors_html
from reporting.pages.client.views.reasons import CSS as REASONS_CSS
from reporting.pages.client.views.reasons import reasons_html
from reporting.pages.client.views.score_card import ScoreCard
from reporting.problems import NotScored
from reporting.widgets.components import SKELETON_CSS, STATE_CSS, card, column, html, problem_state, skeleton, state
from reporting.widgets.theme import Look

STACK_CSS = ":host { gap: 20px; }"
"""The room between cards."""


class ResultView:
    """The cards about the score. They are made once and filled anew: making widgets takes the browser longer."""

    def __init__(
        self,
        bundle: Bundle,
        on_retry: Callable[[], None],
        on_forget: Callable[[], None],
        tools: Sequence[Tool],
    ) -> None:
        self._bundle, self._tools = bundle, tools
        self._on_screen: tuple[Client, Scored, Look] | None = None
        self._score = ScoreCard(on_forget)
        self._reasons, self._factors = html("", REASONS_CSS), Factors(sizing_mode="stretch_width", margin=0)
        self._explained = column(card(self._reasons), card(self._factors), css=STACK_CSS)
        self._shown = column(
            self._score.panel, self._explained, *(tool.panel for tool in tools), css=STACK_CSS, visible=False
        )
        self._words = html("", SKELETON_CSS, STATE_CSS)
        self._retry = pmui.Button(variant="outlined", align="center", margin=(0, 0, 20, 0))
        self._retry.on_click(lambda _: on_retry())
        self._instead = column(card(self._words, self._retry))
        self.panel = column(self._instead, self._shown, styles={"grid-area": "result"})

    def show(self, session: Session, seconds_left: float) -> None:
        """Replace what is there; nothing of an earlier result stays in the document."""
        result, client = session.result, session.client
        if isinstance(result, Shown) and isinstance(client, Opened):
            self._show_score(result.scored, client.client, session.look, seconds_left)
        else:
            self._wipe()
            self._words.object = _words(session, self._bundle.schema)
            retry = say(session.look.language, "problem.retry")
            self._retry.param.update(visible=isinstance(result, NotScored), label=retry)
        self._shown.visible = self._on_screen is not None
        self._instead.visible = not self._shown.visible

    def _show_score(self, scored: Scored, client: Client, look: Look, seconds_left: float) -> None:
        if self._on_screen is None or self._on_screen[1] is not scored:
            self._wipe()
        self._on_screen, language = (client, scored, look), look.language
        self._score.show(scored, language, seconds_left)
        self._explained.visible = bool(scored.contributions)
        self._reasons.object = reasons_html(scored, self._bundle.schema, language)
        self._factors.content = factors_html(scored, client, self._bundle.schema, self._bundle.baseline, language)

    def show_tools(self) -> None:
        """Show the tools anew if there is a score for them."""
        if self._on_screen is not None:
            for tool in self._tools:
                tool.show(*self._on_screen)

    def _wipe(self) -> None:
        """Empty every part: the browser keeps what is hidden."""
        if self._on_screen is None:
            return
        self._on_screen = None
        self._score.wipe()
        self._reasons.object = self._factors.content = ""
        for tool in self._tools:
            tool.wipe()

    def close(self) -> None:
        """The session is over: forget, and stop the tools."""
        self._on_screen = None
        for tool in self._tools:
            with suppress(Exception):  # screen and connection are gone already: wiping may fail, in many ways
                tool.wipe()


def _words(session: Session, schema: FeatureSchema) -> str:
    """Return what stands where there is no score."""
    result, language = session.result, session.look.language
    match result:
        case Waiting():
            return skeleton(language)
        case NotScored(problem, fields):
            items = tuple(fault_text(fault, schema, language) for fault in fields)
            return problem_state(problem, language, items)
        case Forgotten(why):
            return state("gone", say(language, "score.forgotten_title"), say(language, f"score.forgotten_{why}"))
        case _:
            return state("gauge", say(language, "score.none_title"), say(language, "score.none_text"))


def fault_text(fault: FieldError, schema: FeatureSchema, language: Language) -> str:
    """Return a fault in the advisor's words: the feature's label and what is wrong, never the value."""
    feature = schema.by_name.get(fault.name)
    if feature is None:
        return f"{fault.name} – {say(language, 'fault.unknown_feature')}"
    label = feature.label[language]
    if fault.code is ErrorCode.OUT_OF_BOUNDS and feature.type is not FeatureType.CHOICE:
        low, high = (
            formats.quantity(feature, bound or 0, schema, language) for bound in (feature.minimum, feature.maximum)
        )
        return f"{label} – {say(language, 'fault.out_of_bounds', low=low, high=high)}"
    known = {"missing_feature", "wrong_type", "not_finite", "unknown_level"}
    return f"{label} – {say(language, f'fault.{fault.code}' if fault.code in known else 'fault.other')}"
