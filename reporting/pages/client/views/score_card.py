"""The score: gauge, band in words, which model and when, how long it stays."""

from collections.abc import Callable
from html import escape

import panel as pn
import panel_material_ui as pmui

from contract.messages import Scored
from contract.schema import Language
from presentation import formats
from presentation.wording import say
from reporting.pages.client.countdown import countdown
from reporting.pages.client.gauge import CSS as GAUGE_CSS
from reporting.pages.client.gauge import gauge
from reporting.widgets.components import card, column, html

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
