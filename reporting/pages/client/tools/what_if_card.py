"""The what-if card: the advisor moves a control, the worker scores, and both results are compared."""

from collections.abc import Mapping
from functools import partial
from html import escape

import panel as pn
import panel_material_ui as pmui

from contract.access import Purpose
from contract.messages import Scored
from db.clients import Client
from presentation.locale import Locale, round_tenths
from reporting.backend.scheduling import Debounce
from reporting.pages.base import PageContext
from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureValue, change_text
from reporting.pages.client.tools.recourse_card import RECOURSE_CSS, RecourseCard, score_failure_html
from reporting.pages.client.tools.what_if_controls import WhatIfControls
from reporting.pages.client.tools.what_if_state import WhatIfState, build_controls
from reporting.problems import Problem, ScoreFailure
from reporting.widgets.components import card, column, html
from reporting.widgets.theme import DisplayPreferences

_COMPARISON_CSS = """
.figures { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: end; }
.figures dl { display: flex; gap: 24px; }
.figures dt { font-size: 12.5px; color: var(--muted); }
.figures dd { font-size: 28px; line-height: 36px; font-weight: 650; letter-spacing: -.01em; }
.figures .comparison-summary { flex: 1 1 260px; min-height: 44px; display: flex; flex-direction: column;
  justify-content: flex-end; }
.figures .comparison-summary strong { font-size: 17px; font-weight: 650; }
.scale { position: relative; height: 32px; margin: 16px 0 4px; }
.scale .band { position: absolute; top: 10px; height: 12px; }
.scale .band:first-child { border-radius: 6px 0 0 6px; } .scale .band:nth-child(3) { border-radius: 0 6px 6px 0; }
.scale .tick { position: absolute; top: 4px; height: 24px; width: 2.5px; margin-left: -1.25px; background: var(--ink);
  border-radius: 2px; }
.scale .marker { position: absolute; top: 16px; width: 22px; height: 22px; margin: -11px; border-radius: 50%;
  background: var(--panel); border: 2.5px solid var(--ink); }
.scale .marker.before { border-color: var(--muted); width: 16px; height: 16px; margin: -8px; }
.scale .marker.before i { display: none; }
.scale .marker i { position: absolute; inset: 3px; border-radius: 50%; }
.ends { display: flex; justify-content: space-between; font-size: 12px; color: var(--muted); }
@media (max-width: 480px) { .figures dd { font-size: 24px; } .figures .comparison-summary { min-height: 66px; } }
"""


def comparison_html(before: Scored, after: Scored | None, locale: Locale) -> str:
    """Return both scores; without a second one, the first and a place for the other."""
    shown = locale.distinct_percentages(after.probability, after.threshold)[0] if after else "–"
    return (
        "<div class='figures'><dl>"
        f"<div><dt>{escape(locale.text('what_if.before'))}</dt>"
        f"<dd data-part='pd-before'>{escape(locale.percent(before.probability))}</dd></div>"
        f"<div><dt>{escape(locale.text('what_if.after'))}</dt>"
        f"<dd data-part='pd-after'>{escape(shown)}</dd></div></dl>"
        f"<div class='comparison-summary'>{_summary_html(before, after, locale)}</div></div>"
        f"{_scale_html(before, after, locale)}"
    )


def pd_difference_text(before: Scored, after: Scored, locale: Locale) -> str:
    """Return the difference in points, of the two probabilities as they are shown."""
    return locale.points(round_tenths(after.probability) - round_tenths(before.probability))


_CROSSING = {
    (True, False): "what_if.crosses_down",
    (False, True): "what_if.crosses_up",
    (True, True): "what_if.stays_high",
    (False, False): "what_if.stays_low",
}
"""By whether the threshold was reached before, and is after."""


def _summary_html(before: Scored, after: Scored | None, locale: Locale) -> str:
    if after is None:
        return f"<span class='muted'>{escape(locale.text('what_if.untouched'))}</span>"
    delta = locale.text("what_if.delta", points=pd_difference_text(before, after, locale))
    names = {"before": locale.text(f"band.{before.band}"), "after": locale.text(f"band.{after.band}")}
    band = (
        locale.text("what_if.same_band", band=names["after"])
        if before.band == after.band
        else locale.text("what_if.other_band", **names)
    )
    threshold = locale.distinct_percentages(after.probability, after.threshold)[1]
    was, is_ = before.probability >= before.threshold, after.probability >= after.threshold
    crossing = locale.text(_CROSSING[was, is_], threshold=threshold)
    return (
        f"<strong data-part='delta'>{escape(delta)}</strong>"
        f"<span>{escape(band)}<span class='muted'> – {escape(crossing)}</span></span>"
    )


def _scale_html(before: Scored, after: Scored | None, locale: Locale) -> str:
    """Return the scale; the figures above give the same in words, so screen readers skip it."""
    threshold = before.threshold
    edges = (("low", 0.0, threshold / 2), ("medium", threshold / 2, threshold), ("high", threshold, 1.0))
    bands = "".join(
        f"<div class='band' style='left:{start:.2%};width:calc({end - start:.2%} - 1px);"
        f"background:var(--{name})'></div>"
        for name, start, end in edges
    )
    marks = _marker_html("before", before)
    marks += _marker_html("after", after) if after else ""
    ends = "".join(f"<span>{escape(locale.percent(share, 0))}</span>" for share in (0, 1))
    return (
        f"<div aria-hidden='true'><div class='scale'>{bands}<div class='tick' style='left:{threshold:.2%}'></div>"
        f"{marks}</div><div class='ends'>{ends}</div></div>"
    )


def _marker_html(name: str, scored: Scored) -> str:
    dot = f"<i style='background:var(--{scored.band})'></i>"
    return f"<div class='marker {name}' style='left:{scored.probability:.2%}'>{dot}</div>"


THROTTLE_MS = 60
"""From the first change to the request: later changes are sent along; too short to notice."""

ANNOUNCE_DELAY_MS = 700
"""After so long without a change the result is announced to screen readers."""

_NO_WRAP_SX = {"whiteSpace": "nowrap"}

CHANGES_CSS = """
ul { list-style: none; display: flex; flex-wrap: wrap; gap: 8px; }
li { background: var(--accent-soft); border-radius: 8px; padding: 2px 10px; font-size: 13px; }
"""


class WhatIfCard:
    """The simulation for one client. Lives in the session's thread."""

    def __init__(self, context: PageContext) -> None:
        self._services, self._bundle = context.services, context.bundle
        self._scheduler, self._announce = context.scheduler, context.announce
        self._locale = DisplayPreferences().locale
        self._shown: tuple[Client, Scored] | None = None
        self._state = WhatIfState({})
        self._request_scheduled = False
        self._cancel_request = _nothing
        self._announce_soon = Debounce(context.scheduler, ANNOUNCE_DELAY_MS, self._announce_result)
        self._intro, self._comparison = html("", RECOURSE_CSS), html("", _COMPARISON_CSS, margin=(16, 0))
        self._controls = WhatIfControls(context.bundle.schema, self._on_move)
        self._changes, self._error = html("", CHANGES_CSS, margin=(16, 0, 0, 0)), html("", RECOURSE_CSS, visible=False)
        self._reset = pmui.Button(variant="text", size="small", margin=(12, 0, 0, -5), disabled=True, sx=_NO_WRAP_SX)
        self._retry = pmui.Button(variant="outlined", size="small", margin=(12, 0, 0, 8), visible=False, sx=_NO_WRAP_SX)
        self._reset.on_click(lambda _: self.set_values({}))
        self._retry.on_click(lambda _: self._on_retry())
        buttons = pn.Row(self._reset, self._retry, margin=0)
        self._parts = (self._comparison, self._controls.panel, self._changes, self._error, buttons)
        self.panel = card(self._intro, *self._parts, css_classes=["what-if"])

    def show(self, client: Client, scored: Scored, look: DisplayPreferences) -> None:
        """Start with a new score; with the same one, only change the language."""
        self._locale = look.locale
        if self._shown is None or self._shown[1] is not scored:
            self._begin(client, scored)
        self._update_labels()

    def clear(self) -> None:
        """Clear everything; the result of a request in flight is ignored."""
        self._cancel_request()
        self._announce_soon.cancel()
        self._shown, self._request_scheduled = None, False
        self._state = WhatIfState({}, request_seq=self._state.request_seq + 1)
        self._controls.clear()
        for pane in (self._intro, self._comparison, self._changes, self._error):
            pane.object = ""
        self._announce("")

    def set_values(self, changed: Mapping[str, FeatureValue]) -> None:
        """Set these values at once, and the client's own for all others."""
        self._controls.set_values(changed)
        self._state = self._state.set_values(changed)
        self._announce("")
        self._update_result()
        self._request_if_needed()

    def _begin(self, client: Client, scored: Scored) -> None:
        own = build_controls(self._bundle.schema, self._bundle.baseline, client.attributes)
        self._shown = (client, scored)
        before = {control.feature.name: control.client_value for control in own}
        self._state = WhatIfState(before, request_seq=self._state.request_seq + 1)
        self._controls.build(own, self._locale)
        for part in self._parts:
            part.visible = bool(own)

    def _on_move(self, feature: str, value: FeatureValue) -> None:
        self._state = self._state.set_value(feature, value)
        self._reset.disabled = not self._state.changed_values
        if not self._state.changed_values:
            self._update_result()
        elif not self._request_scheduled:
            self._request_scheduled = True
            self._cancel_request = self._scheduler.call_later(THROTTLE_MS, self._request_if_needed)

    def _on_retry(self) -> None:
        self._state = self._state.retry()
        self._request_if_needed()

    def _request_if_needed(self) -> None:
        self._request_scheduled = False
        if self._shown is None or not self._state.needs_request:
            return
        client, _ = self._shown
        self._state = self._state.start_request()
        purpose = None if self._state.access_recorded else Purpose.WHAT_IF
        answer = self._services.score(self._bundle, client, self._state.in_flight, purpose=purpose, explain=False)
        self._scheduler.when_done(answer, partial(self._on_answer, self._state.request_seq))

    def _on_answer(self, request_seq: int, outcome: Scored | ScoreFailure | Problem) -> None:
        before = self._state
        self._state = before.answer_received(
            request_seq, ScoreFailure(outcome) if isinstance(outcome, Problem) else outcome
        )
        if self._state is before:
            return
        self._request_if_needed()
        self._update_result()
        self._announce_soon()

    def _announce_result(self) -> None:
        outcome = self._state.answer.outcome if self._state.answer else None
        if self._shown is None or not isinstance(outcome, Scored):
            return
        self._announce(
            "what_if.announce",
            pd=self._locale.distinct_percentages(outcome.probability, outcome.threshold)[0],
            points=pd_difference_text(self._shown[1], outcome, self._locale),
            band=self._locale.text(f"band.{outcome.band}"),
        )

    def _update_labels(self) -> None:
        locale = self._locale
        words = locale.text("what_if.intro" if self._state.before else "what_if.nothing")
        self._intro.object = f"<h2>{escape(locale.text('what_if.title'))}</h2><p class='muted'>{escape(words)}</p>"
        self._reset.label, self._retry.label = locale.text("what_if.reset"), locale.text("problem.retry")
        self._controls.set_language(locale)
        self._update_result()

    def _update_result(self) -> None:
        if self._shown is None or not self._state.before:
            return
        locale, outcome = self._locale, self._state.answer.outcome if self._state.answer else None
        after = outcome if isinstance(outcome, Scored) else None
        self._comparison.object = comparison_html(self._shown[1], after, locale)
        items = "".join(f"<li>{escape(change_text(c, self._bundle.schema, locale))}</li>" for c in self._state.changes)
        label = escape(locale.text("what_if.changes"))
        self._changes.object = f"<ul aria-label='{label}'>{items}</ul>" if items else ""
        self._error.object = score_failure_html(outcome, locale) if isinstance(outcome, ScoreFailure) else ""
        self._error.visible = self._retry.visible = isinstance(outcome, ScoreFailure)
        self._reset.disabled = not self._state.changed_values


def _nothing() -> None:
    """Nothing is scheduled."""


class WhatIfTool:
    """The simulation and the smallest change, two cards as one tool."""

    def __init__(self, context: PageContext) -> None:
        self._what_if = WhatIfCard(context)
        self._recourse = RecourseCard(context, self._what_if.set_values)
        changeable = any(feature.actionable for feature in context.bundle.schema.model_features)
        self._recourse.panel.visible = changeable  # otherwise the card above says that nothing can be changed
        self.panel = column(self._what_if.panel, self._recourse.panel, css=":host { gap: 20px; }")

    @property
    def counterfactual(self) -> Counterfactual | None:
        """The smallest change that would change the result; None if none was searched for or found."""
        return self._recourse.best

    def show(self, client: Client, scored: Scored, look: DisplayPreferences) -> None:
        """Start with a new score; with the same one, only change the language."""
        self._what_if.show(client, scored, look)
        self._recourse.show(client, scored, look)

    def clear(self) -> None:
        """Clear everything."""
        self._what_if.clear()
        self._recourse.clear()
