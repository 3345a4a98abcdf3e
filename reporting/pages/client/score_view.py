"""The score and what explains it, or a message about why there is none."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any, Protocol

import panel as pn
import panel_material_ui as pmui
import param
from panel.custom import JSComponent

from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.messages import FieldError, Scored
from contract.reason_rule import Direction
from contract.schema import FeatureSchema, FeatureType
from db.clients import Client
from presentation.errors import field_error_text
from presentation.locale import Locale
from presentation.reasons import reasons
from reporting.pages.client.factors import FactorsPanel, factors_html
from reporting.pages.client.gauge import GAUGE_CSS, gauge_html
from reporting.pages.client.state import ClientLoaded, ClientPageState, ScoreDiscarded, ScoreDisplayed, ScorePending
from reporting.problems import ScoreFailure
from reporting.widgets.components import (
    SKELETON_CSS,
    STATE_CSS,
    card,
    column,
    empty_state_html,
    html,
    problem_html,
    skeleton_html,
)
from reporting.widgets.theme import CSS, DisplayPreferences

_HERE = Path(__file__).parent


class ScoreTool(Protocol):
    """One tool of one session. Lives in the session's thread, from the page's first visit to the session's end."""

    panel: Any
    """What Panel shows while a score is on the screen; the page hides it at all other times."""

    def show(self, client: Client, scored: Scored, look: DisplayPreferences) -> None:
        """Start with the displayed score. Called again, with the same score, when the preferences change."""

    def clear(self) -> None:
        """The score is discarded: clear every number, on screen too, and stop what is running.

        Called at every end of a score: deleted, requested again, another client, page closed. May be called twice.
        """


class Countdown(JSComponent):
    """Counts `seconds` down; clears the page if the server does not respond after the end."""

    seconds = param.Number(default=0)
    text = param.String()

    _esm = _HERE / "countdown.js"
    _stylesheets = [CSS, ":host { font-size: 13px; white-space: nowrap; }"]  # noqa: RUF012


def make_countdown(seconds: float, locale: Locale) -> Any:
    """Return a countdown in the language."""
    return Countdown(
        seconds=seconds,
        text=locale.text("result.deleted_in", time="{time}"),
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


def reasons_html(client: Client, scored: Scored, bundle: Bundle, locale: Locale) -> str:
    """Return both lists under their heading."""
    found = reasons(scored, client.attributes, bundle.schema, bundle.baseline, locale)
    return (
        f"<h2>{escape(locale.text('reasons.title'))}</h2><div class='reasons'>"
        f"{_reasons_list('raises', '▲', found.raises, locale)}"
        f"{_reasons_list('lowers', '▼', found.lowers, locale)}</div>"
    )


def _reasons_list(direction: Direction, arrow: str, sentences: Sequence[str], locale: Locale) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    none = f"<li class='muted'>{escape(locale.text('reasons.none'))}</li>"
    title = escape(locale.text(f"reasons.{direction}"))
    return (
        f"<section class='{direction}'><h3><b aria-hidden='true'>{arrow}</b>{title}</h3>"
        f"<ul>{items or none}</ul></section>"
    )


BAND_LABEL_CSS = """
.band-label { text-align: center; margin-top: 2px; }
.band-label strong { font-size: 17px; font-weight: 650; }
.band-label i { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 8px; }
"""
FOOT_CSS = """
:host { border-top: 1px solid var(--line); padding-top: 12px; align-items: center;
  justify-content: space-between; flex-wrap: wrap; gap: 8px 16px; }
"""
META_CSS = "p { font-size: 12.5px; line-height: 18px; }"


class ScoreSummary:
    """Its widgets stay when the score changes; only their content is new."""

    def __init__(self, on_discard: Callable[[], None]) -> None:
        self._gauge, self._band_label = html("", GAUGE_CSS), html("", BAND_LABEL_CSS)
        self._meta = html("", META_CSS, margin=(16, 0, 0, 0))
        self._discard = pmui.Button(variant="outlined", size="small", margin=0, color="primary")
        self._discard.on_click(lambda _: on_discard())
        self._countdown = column(width=1, sizing_mode="fixed", styles={"flex": "0 0 auto", "width": "auto"})
        foot = pn.Row(
            self._countdown, self._discard, sizing_mode="stretch_width", margin=(12, 0, 0, 0), stylesheets=[FOOT_CSS]
        )
        self.panel = card(self._gauge, self._band_label, self._meta, foot)

    def show(self, scored: Scored, locale: Locale, seconds_left: float) -> None:
        """Show this score, which expires in so many seconds."""
        self._gauge.object, self._band_label.object = gauge_html(scored, locale), _band_label(scored, locale)
        self._meta.object = _meta(scored, locale)
        self._discard.label = locale.text("result.delete")
        self._countdown.objects = [make_countdown(seconds_left, locale)]

    def clear(self) -> None:
        """Clear every number."""
        self._gauge.object = self._band_label.object = self._meta.object = ""
        self._countdown.objects = []


def _meta(scored: Scored, locale: Locale) -> str:
    at = locale.text("result.scored_at", at=locale.moment(scored.scored_at))
    model = locale.text("result.model", version=scored.model.version)
    return f"<p class='muted'>{escape(at)}<br>{escape(model)}</p>"


def _band_label(scored: Scored, locale: Locale) -> str:
    threshold = locale.percent(scored.threshold)
    dot = f"<i style='background:var(--{scored.band})'></i>"
    return (
        f"<div class='band-label'><strong>{dot}{escape(locale.text(f'band.{scored.band}'))}"
        f"</strong><p class='muted'>{escape(locale.text(f'band.{scored.band}_text', threshold=threshold))}</p></div>"
    )


STACK_CSS = ":host { gap: 20px; }"
"""The room between cards."""


class ScoreView:
    """The cards about the score. They are created once and refilled: creating widgets takes the browser longer."""

    def __init__(
        self,
        bundle: Bundle,
        on_retry: Callable[[], None],
        on_discard: Callable[[], None],
        tools: Sequence[ScoreTool],
    ) -> None:
        self._bundle, self._tools = bundle, tools
        self._displayed: tuple[Client, Scored, DisplayPreferences] | None = None
        self._score = ScoreSummary(on_discard)
        self._reasons, self._factors = html("", _REASONS_CSS), FactorsPanel(sizing_mode="stretch_width", margin=0)
        self._explained = column(card(self._reasons), card(self._factors), css=STACK_CSS)
        self._result = column(
            self._score.panel, self._explained, *(tool.panel for tool in tools), css=STACK_CSS, visible=False
        )
        self._message = html("", SKELETON_CSS, STATE_CSS)
        self._retry = pmui.Button(variant="outlined", align="center", margin=(0, 0, 20, 0))
        self._retry.on_click(lambda _: on_retry())
        self._placeholder = column(card(self._message, self._retry))
        self.panel = column(self._placeholder, self._result, styles={"grid-area": "result"}, css_classes=["score-view"])

    def show(self, state: ClientPageState, seconds_left: float) -> None:
        """Replace what is there; nothing of an earlier result stays in the document."""
        result, client = state.result, state.client
        if isinstance(result, ScoreDisplayed) and isinstance(client, ClientLoaded):
            self._show_score(result.scored, client.client, state.look, seconds_left)
        else:
            self._wipe()
            self._message.object = _placeholder_html(state, self._bundle.schema)
            retry = state.look.locale.text("problem.retry")
            self._retry.param.update(visible=isinstance(result, ScoreFailure), label=retry)
        self._result.visible = self._displayed is not None
        self._placeholder.visible = not self._result.visible

    def _show_score(self, scored: Scored, client: Client, look: DisplayPreferences, seconds_left: float) -> None:
        if self._displayed is None or self._displayed[1] is not scored:
            self._wipe()
        self._displayed, locale = (client, scored, look), look.locale
        self._score.show(scored, locale, seconds_left)
        self._explained.visible = bool(scored.contributions)
        self._reasons.object = reasons_html(client, scored, self._bundle, locale)
        self._factors.content = factors_html(scored, client, self._bundle.schema, self._bundle.baseline, locale)

    def show_tools(self) -> None:
        """Update the tools if there is a score."""
        if self._displayed is not None:
            for tool in self._tools:
                tool.show(*self._displayed)

    def _wipe(self) -> None:
        """Empty every part: the browser keeps what is hidden."""
        if self._displayed is None:
            return
        self._displayed = None
        self._score.clear()
        self._reasons.object = self._factors.content = ""
        for tool in self._tools:
            tool.clear()

    def close(self) -> None:
        """The session has ended: clear everything, and stop the tools."""
        self._displayed = None
        for tool in self._tools:
            with suppress(Exception):  # the connection is closed already: clearing may fail, in many ways
                tool.clear()


def _placeholder_html(state: ClientPageState, schema: FeatureSchema) -> str:
    """Return what is shown while there is no score."""
    result, locale = state.result, state.look.locale
    match result:
        case ScorePending():
            return skeleton_html(locale)
        case ScoreFailure(problem, field_errors):
            items = tuple(feature_error_text(error, schema, locale) for error in field_errors)
            return problem_html(problem, locale, items)
        case ScoreDiscarded(why):
            return empty_state_html("gone", locale.text("score.deleted_title"), locale.text(f"score.deleted_{why}"))
        case _:
            return empty_state_html("gauge", locale.text("score.none_title"), locale.text("score.none_text"))


def feature_error_text(error: FieldError, schema: FeatureSchema, locale: Locale) -> str:
    """Return the feature's label and what is wrong with its value, never the value itself."""
    feature = schema.by_name.get(error.name)
    if feature is None:
        return f"{error.name} – {field_error_text(error.code, locale.language)}"
    label = locale.label(feature)
    if error.code is ErrorCode.OUT_OF_BOUNDS and feature.type is not FeatureType.CATEGORICAL:
        low, high = (locale.quantity(feature, bound or 0, schema) for bound in (feature.minimum, feature.maximum))
        return f"{label} – {field_error_text(error.code, locale.language, low, high)}"
    return f"{label} – {field_error_text(error.code, locale.language)}"
