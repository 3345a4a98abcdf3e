"""What stands where the score stands: the score itself, or words about why there is none."""

from collections.abc import Callable, Sequence
from html import escape

import panel as pn
import panel_material_ui as pmui

from contract.codes import ErrorCode
from contract.messages import FieldError, Scored
from contract.schema import FeatureSchema, FeatureType, Language
from producers import formats
from producers.factors import break_down
from reporting.client.state import Forgotten, Opened, Session, Shown, Waiting
from reporting.client.tools import Tool
from reporting.client.views.factors_chart import factors_chart, wipe_chart
from reporting.client.views.reasons import reasons_panel
from reporting.problems import NotScored
from reporting.theme import Look
from reporting.views.countdown import countdown
from reporting.views.gauge import CSS as GAUGE_CSS
from reporting.views.gauge import gauge
from reporting.views.markup import STATE_CSS, card, column, html, state
from reporting.wording import say

GAP = 20

VERDICT_CSS = """
.verdict { text-align: center; margin-top: 2px; }
.verdict strong { font-size: 17px; font-weight: 650; }
.verdict i { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 8px; }
"""
FOOT_CSS = """
:host { border-top: 1px solid var(--line); padding-top: 12px; align-items: center;
  justify-content: space-between; flex-wrap: wrap; gap: 10px 16px; }
"""
TOOLS_CSS = ":host { gap: 20px; margin-top: 20px !important; }"
"""The room between the cards below the factors."""

SKELETON_CSS = """
.bone { background: var(--bone); border-radius: 8px; animation: breathe 1.4s ease-in-out infinite; }
.arc { width: min(300px, 80%); aspect-ratio: 2; border-radius: 300px 300px 0 0; margin: 14px auto 44px;
  background: var(--bone);
  mask: radial-gradient(circle at 50% 100%, transparent 55%, #000 56%); }
.bone.line { height: 14px; margin: 22px 0; }
@keyframes breathe { 50% { opacity: .45; } }
@media (prefers-reduced-motion: reduce) { .bone { animation: none; } }
"""


class ResultView:
    """The card of the score."""

    def __init__(
        self,
        on_retry: Callable[[], None],
        on_forget: Callable[[], None],
        tools: Sequence[Tool] = (),
        foot: Sequence[Tool] = (),
    ) -> None:
        self._on_retry, self._on_forget = on_retry, on_forget
        self._tools, self._foot_tools = tools, foot
        self._on_screen: Scored | None = None
        self._content = column()
        self._below = column(*(tool.panel for tool in tools), css=TOOLS_CSS, visible=False)
        self.panel = column(self._content, self._below, styles={"grid-area": "result"})

    def show(self, session: Session, schema: FeatureSchema, seconds_left: float) -> None:
        """Replace what is there; nothing of an earlier result stays in the document."""
        result, look, language = session.result, session.look, session.look.language
        self._wipe(keep=result.scored if isinstance(result, Shown) else None)
        match result:
            case Shown(scored):
                self._content.objects = self._scored(scored, schema, look, seconds_left)
                if isinstance(session.client, Opened):
                    for tool in (*self._tools, *self._foot_tools):
                        tool.show(session.client.client, scored, look)
            case Waiting():
                self._content.objects = [card(html(_skeleton(language), SKELETON_CSS))]
            case NotScored(problem, fields):
                items = tuple(fault_text(fault, schema, language) for fault in fields)
                title, text = (say(language, f"problem.{problem}_{part}") for part in ("title", "text"))
                content = html(state("warning", title, text, items, alert=True), STATE_CSS)
                self._content.objects = [card(content, self._retry(language))]
            case Forgotten(why):
                self._content.objects = [_words("gone", "score.forgotten_title", f"score.forgotten_{why}", language)]
            case _:
                self._content.objects = [_words("gauge", "score.none_title", "score.none_text", language)]
        self._below.visible = self._on_screen is not None and bool(self._tools)

    def _wipe(self, keep: Scored | None) -> None:
        """Empty every part before it goes: the browser keeps models for a while after they have left the screen."""
        before, self._on_screen = self._on_screen, keep
        if before is None:
            return
        for tool in (*self._tools, *self._foot_tools) if before is not keep else ():
            tool.wipe()
        for pane in self._content.select(pn.pane.HTML):
            pane.object = ""
        for pane in self._content.select(pn.pane.Bokeh):
            wipe_chart(pane)

    def _scored(
        self, scored: Scored, schema: FeatureSchema, look: Look, seconds_left: float
    ) -> list[pn.viewable.Viewable]:
        language = look.language
        parts = [html(gauge(scored, language), GAUGE_CSS), html(_verdict(scored, language), VERDICT_CSS)]
        foot = self._foot(scored, language, seconds_left)
        score = card(*parts, foot)
        if not scored.contributions:
            return [score]
        explained = card(factors_chart(break_down(scored), schema, look), margin=(GAP, 0, 0, 0))
        return [score, explained, card(reasons_panel(scored, schema, language), margin=(GAP, 0, 0, 0))]

    def _foot(self, scored: Scored, language: Language, seconds_left: float) -> pn.Row:
        at = say(language, "result.scored_at", at=formats.moment(scored.scored_at, language))
        model = say(language, "result.model", version=scored.model.version)
        text = f"<p class='muted' style='font-size:12.5px'>{escape(at)}<br>{escape(model)}</p>"
        forget = pmui.Button(
            label=say(language, "result.forget"), variant="outlined", size="small", margin=0, color="primary"
        )
        forget.on_click(lambda _: self._on_forget())
        return pn.Row(
            html(text, styles={"flex": "1 0 100%"}), countdown(seconds_left, language),
            *(tool.panel for tool in self._foot_tools), forget,
            sizing_mode="stretch_width", margin=(14, 0, 0, 0), stylesheets=[FOOT_CSS],
        )  # fmt: skip

    def _retry(self, language: Language) -> pmui.Button:
        button = pmui.Button(
            label=say(language, "problem.retry"), variant="outlined", align="center", margin=(0, 0, 20, 0)
        )
        button.on_click(lambda _: self._on_retry())
        return button


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


def _words(icon: str, title: str, text: str, language: Language) -> pn.Column:
    return card(html(state(icon, say(language, title), say(language, text)), STATE_CSS))


def _verdict(scored: Scored, language: Language) -> str:
    threshold = formats.percent(scored.threshold, language)
    dot = f"<i style='background:var(--{scored.band})'></i>"
    return (
        f"<div class='verdict'><strong>{dot}{escape(say(language, f'band.{scored.band}'))}"
        f"</strong><p class='muted'>{escape(say(language, f'band.{scored.band}_text', threshold=threshold))}</p></div>"
    )


def _skeleton(language: Language) -> str:
    lines = "".join(f"<div class='bone line' style='width:{width}%'></div>" for width in (46, 92, 78, 84, 66))
    waiting = escape(say(language, "score.waiting"))
    return (
        f"<div role='status' aria-busy='true'><p class='muted' style='text-align:center'>{waiting}</p>"
        f"<div class='bone arc'></div>{lines}</div>"
    )
