"""The score and what explains it, or a message about why there is none."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any, Literal, Protocol

import panel as pn
import panel_material_ui as pmui
import param
from panel.custom import JSComponent

from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.messages import FieldError, Scored
from contract.schema import FeatureSchema, FeatureType, Language
from db.clients import Client
from presentation import formats
from presentation.errors import field_error_text
from presentation.factors import reasons
from presentation.wording import say
from reporting.pages.client.factors import Factors, factors_html
from reporting.pages.client.gauge import GAUGE_CSS, gauge
from reporting.pages.client.state import Forgotten, Opened, Session, Shown, Waiting
from reporting.problems import NotScored
from reporting.widgets.components import SKELETON_CSS, STATE_CSS, card, column, html, problem_state, skeleton, state
from reporting.widgets.theme import CSS, Look

_HERE = Path(__file__).parent


class Tool(Protocol):
    """One tool of one session. It lives in the session's thread, from the page's first visit to the session's end."""

    panel: Any
    """What Panel shows while a score is on the screen; the page hides it at all other times."""

    def show(self, client: Client, scored: Scored, look: Look) -> None:
        """A score is on the screen: begin anew with it. Called again, with the same score, when the look changes."""

    def wipe(self) -> None:
        """The score is forgotten: drop every number, on the screen too, and stop what is under way.

        Called at every end of a score: forgotten, asked anew, another client, page closed. May be called twice.
        """


class Countdown(JSComponent):
    """Counts `seconds` down; wipes the page when the server is silent after the end."""

    seconds = param.Number(default=0)
    text = param.String()
    lost = param.String()
    reload = param.String()

    _esm = _HERE / "countdown.js"
    _stylesheets = [CSS, ":host { font-size: 13px; white-space: nowrap; }"]  # noqa: RUF012


def countdown(seconds: float, language: Language) -> Any:
    """Return a countdown in the language."""
    return Countdown(
        seconds=seconds,
        text=say(language, "result.forgotten_in", time="{time}"),
        lost=say(language, "result.lost"),
        reload=say(language, "result.reload"),
        margin=0,
        align="center",
    )


_REASONS_CSS = """
.reasons { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr));
  gap: 16px 28px; margin-top: 12px; }
.reasons h3 { display: flex; align-items: center; gap: 8px; margin-bottom: 4px; }
.reasons h3 b { font-size: 11px; line-height: 1; }
.raises h3 b { color: var(--raises); } .lowers h3 b { color: var(--lowers); }
.reasons ul { list-style: none; }
.reasons li { padding: 6px 0; border-top: 1px solid var(--line); }
.reasons li:first-child { border-top: 0; }
"""


def reasons_html(scored: Scored, schema: FeatureSchema, language: Language) -> str:
    """Return both lists under their heading."""
    raising, lowering = reasons(scored)
    return (
        f"<h2>{escape(say(language, 'reasons.title'))}</h2><div class='reasons'>"
        f"{_list('raises', '▲', raising, schema, language)}{_list('lowers', '▼', lowering, schema, language)}</div>"
    )


def _list(
    direction: Literal["raises", "lowers"],
    arrow: str,
    names: tuple[str, ...],
    schema: FeatureSchema,
    language: Language,
) -> str:
    known = [schema[name] for name in names if name in schema.by_name]
    sentences = [f"{feature.reason(direction, language)}." for feature in known]
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    none = f"<li class='muted'>{escape(say(language, 'reasons.none'))}</li>"
    title = escape(say(language, f"reasons.{direction}"))
    return (
        f"<section class='{direction}'><h3><b aria-hidden='true'>{arrow}</b>{title}</h3>"
        f"<ul>{items or none}</ul></section>"
    )


VERDICT_CSS = """
.verdict { text-align: center; margin-top: 2px; }
.verdict strong { font-size: 17px; font-weight: 650; }
.verdict i { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 8px; }
"""
FOOT_CSS = """
:host { border-top: 1px solid var(--line); padding-top: 12px; align-items: center;
  justify-content: space-between; flex-wrap: wrap; gap: 8px 16px; }
"""
META_CSS = "p { font-size: 12.5px; line-height: 18px; }"


class ScoreCard:
    """Its parts stay when the score changes; only what they say is new."""

    def __init__(self, on_forget: Callable[[], None]) -> None:
        self._gauge, self._verdict = html("", GAUGE_CSS), html("", VERDICT_CSS)
        self._meta = html("", META_CSS, margin=(16, 0, 0, 0))
        self._forget = pmui.Button(variant="outlined", size="small", margin=0, color="primary")
        self._forget.on_click(lambda _: on_forget())
        self._countdown = column(width=1, sizing_mode="fixed", styles={"flex": "0 0 auto", "width": "auto"})
        foot = pn.Row(
            self._countdown, self._forget, sizing_mode="stretch_width", margin=(12, 0, 0, 0), stylesheets=[FOOT_CSS]
        )
        self.panel = card(self._gauge, self._verdict, self._meta, foot)

    def show(self, scored: Scored, language: Language, seconds_left: float) -> None:
        """Show this score, which is forgotten in so many seconds."""
        self._gauge.object, self._verdict.object = gauge(scored, language), _verdict(scored, language)
        self._meta.object = _meta(scored, language)
        self._forget.label = say(language, "result.forget")
        self._countdown.objects = [countdown(seconds_left, language)]

    def wipe(self) -> None:
        """Drop every number."""
        self._gauge.object = self._verdict.object = self._meta.object = ""
        self._countdown.objects = []


def _meta(scored: Scored, language: Language) -> str:
    at = say(language, "result.scored_at", at=formats.moment(scored.scored_at, language))
    model = say(language, "result.model", version=scored.model.version)
    return f"<p class='muted'>{escape(at)}<br>{escape(model)}</p>"


def _verdict(scored: Scored, language: Language) -> str:
    threshold = formats.percent(scored.threshold, language)
    dot = f"<i style='background:var(--{scored.band})'></i>"
    return (
        f"<div class='verdict'><strong>{dot}{escape(say(language, f'band.{scored.band}'))}"
        f"</strong><p class='muted'>{escape(say(language, f'band.{scored.band}_text', threshold=threshold))}</p></div>"
    )


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
        self._reasons, self._factors = html("", _REASONS_CSS), Factors(sizing_mode="stretch_width", margin=0)
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
        return f"{fault.name} – {field_error_text(fault.code, language)}"
    label = feature.label[language]
    if fault.code is ErrorCode.OUT_OF_BOUNDS and feature.type is not FeatureType.CHOICE:
        low, high = (
            formats.quantity(feature, bound or 0, schema, language) for bound in (feature.minimum, feature.maximum)
        )
        return f"{label} – {field_error_text(fault.code, language, low, high)}"
    return f"{label} – {field_error_text(fault.code, language)}"
