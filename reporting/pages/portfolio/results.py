"""The right side: the totals of a portfolio, or a message if there are none."""

from collections.abc import Callable
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui

from contract.bundle import Bundle
from contract.codes import Status
from presentation.locale import Locale
from producers.portfolio.totals import (
    PortfolioTotals,
    band_rows,
    expected_cost,
    lowest_cost_threshold,
    segment_rows,
)
from reporting.pages.portfolio.result_tables import (
    bands_table,
    cost_table,
    count_text,
    reasons_table,
    segments_table,
)
from reporting.pages.portfolio.run import PortfolioResult
from reporting.pages.portfolio.threshold_card import SLIDER_SX, ThresholdCard
from reporting.widgets.components import STATE_CSS, card, column, empty_state_html, html
from reporting.widgets.tables import TABLE_CSS
from reporting.widgets.theme import DisplayPreferences

_SUMMARY_CSS = """
.warning { background: var(--warn-ground); border: 1px solid var(--warn-line); color: var(--warn-ink);
  border-radius: 8px; padding: 8px 12px; margin-top: 8px; font-size: 13.5px; }
p + p { margin-top: 4px; }
"""

_LEFT_OUT = (
    (Status.REJECTED, "portfolio.rejected"),
    (Status.EXPIRED, "portfolio.expired"),
    (Status.FAILED, "portfolio.failed"),
)


def portfolio_summary_html(outcome: PortfolioResult, totals: PortfolioTotals, selection: str, locale: Locale) -> str:
    """Return the head of the result."""
    summary = outcome.summary
    rate = locale.number(summary.answered / summary.seconds if summary.seconds else 0)
    lines = [
        locale.text(
            "portfolio.scored", scored=count_text(summary.scored, locale), rate=rate,
            requested=count_text(summary.requested, locale), time=locale.duration(summary.seconds),
        ),
        *(
            locale.text(key, count=count_text(summary.statuses[status], locale))
            for status, key in _LEFT_OUT
            if summary.statuses[status]
        ),
    ]  # fmt: skip
    if summary.model:
        lines.append(locale.text("portfolio.model", version=summary.model.version))
    chosen = locale.text("portfolio.selection", criteria=selection)
    points = totals.margin / totals.scored
    about = locale.text(
        "portfolio.about", margin=locale.number(totals.margin), points=locale.number(100 * points, int(points < 0.01))
    )
    warned = _warnings(outcome, totals, locale)
    warnings = "".join(f"<p class='warning' role='note'>{escape(words)}</p>" for words in warned)
    return (
        f"<h2>{escape(locale.text('portfolio.result'))}</h2><p>{escape(chosen)}</p>"
        f"<p class='muted'>{escape(' '.join(lines))}</p><p class='muted'>{escape(about)}</p>{warnings}"
    )


def _warnings(outcome: PortfolioResult, totals: PortfolioTotals, locale: Locale) -> list[str]:
    """Return why the totals do not cover every client, or say little."""
    words = [] if totals.useful else [locale.text("portfolio.rough", enough=locale.number(totals.useful_from))]
    if outcome.cancelled:
        words.append(locale.text("portfolio.was_cancelled"))
    elif outcome.summary.lost:
        words.append(locale.text("portfolio.partly", count=count_text(outcome.summary.lost, locale)))
    elif outcome.problem:
        words.append(locale.text("portfolio.cut_short"))
    if outcome.problem and not outcome.cancelled:
        words[-1] += " " + locale.text(f"problem.{outcome.problem}_title") + "."
    return words


_STACKED_CSS = "@media (max-width: 1080px) { :host { margin-top: 16px !important; } }"
"""Below each other, where there is no room beside."""


_TWO_COLUMNS_CSS = """
:host { display: grid; gap: 20px; align-items: start; margin: 20px 0 0 !important;
  grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
@media (max-width: 1280px) { :host { grid-template-columns: minmax(0, 1fr); gap: 16px; margin-top: 16px !important; } }
"""


MIN_RATIO, MAX_RATIO, RATIO_STEP = 0.5, 50.0, 0.5
"""Of the cost of a default over that of a refusal; the scale grows when the model's own lies beyond."""


class PortfolioResultsView:
    """The totals of one scored portfolio."""

    def __init__(self, bundle: Bundle, on_discard: Callable[[], None]) -> None:
        self._bundle = bundle
        self._totals: PortfolioTotals | None = None
        self._look = DisplayPreferences()
        self._summary = html("", _SUMMARY_CSS)
        self._discard = pmui.Button(variant="outlined", size="small", margin=(12, 0, 0, 0))
        self._discard.on_click(lambda _: on_discard())
        self._threshold = ThresholdCard(bundle.metrics.threshold, self._show_threshold)
        self._bands = html("", TABLE_CSS)
        self._cost = html("", TABLE_CSS)
        self._cost_title = html()
        self._ratio = pmui.FloatSlider(
            value=bundle.metrics.cost_ratio, start=MIN_RATIO, end=max(MAX_RATIO, 2 * bundle.metrics.cost_ratio),
            step=RATIO_STEP, show_value=False, tooltips=False, size="small", sizing_mode="stretch_width",
            margin=(8, 8, 0, 8), sx=SLIDER_SX,
        )  # fmt: skip
        self._ratio.param.watch(lambda _: self._show_threshold(), "value")
        self._segments_title, self._segments = html(), html("", TABLE_CSS)
        self._reasons = html("", TABLE_CSS)
        self._placeholder = column()
        # A grid ignores Panel's way of hiding; the column around it does not.
        self._cards = column(
            card(self._summary, self._discard),
            self._threshold.panel,
            column(card(self._bands), card(self._cost_title, self._ratio, self._cost), css=_TWO_COLUMNS_CSS),
            column(card(self._segments_title, self._segments), card(self._reasons), css=_TWO_COLUMNS_CSS),
            visible=False,
        )
        self.panel = column(self._placeholder, self._cards, css=_STACKED_CSS)

    def show_message(self, icon: str, title: str, text: str, button: Any = None, *, alert: bool = False) -> None:
        """Show a message instead of totals."""
        self._placeholder.objects = [
            card(html(empty_state_html(icon, title, text, alert=alert), STATE_CSS), *filter(None, [button]))
        ]
        self._placeholder.visible, self._cards.visible = True, False

    def show(self, outcome: PortfolioResult, totals: PortfolioTotals, selection: str, look: DisplayPreferences) -> None:
        """Show a portfolio; at its first showing the threshold is the model's."""
        locale = look.locale
        first, self._totals, self._look = self._totals is not totals, totals, look
        if first:
            self._threshold.move_to(totals.threshold)
        self._summary.object = portfolio_summary_html(outcome, totals, selection, locale)
        self._discard.label = locale.text("portfolio.delete")
        self._cost_title.object = f"<h2>{escape(locale.text('portfolio.cost'))}</h2>"
        self._segments_title.object = _segments_title(totals, locale)
        self._reasons.object = reasons_table(totals.reasons[:REASONS_SHOWN], self._bundle.schema, look)
        self._threshold.show_distribution(totals, look)
        self._show_threshold()
        self._placeholder.param.update(objects=[], visible=False)
        self._cards.visible = True

    def clear(self) -> None:
        """Clear the portfolio."""
        self._totals = None
        self._threshold.clear()
        for pane in (self._summary, self._bands, self._cost, self._segments, self._reasons):
            pane.object = ""

    def _show_threshold(self) -> None:
        """Update everything that depends on the threshold and the cost ratio; no client is scored again."""
        if self._totals is None:
            return
        totals, locale, threshold = self._totals, self._look.locale, self._threshold.threshold
        ratio = float(self._ratio.value)
        self._ratio.label = locale.text("portfolio.cost_ratio", ratio=locale.number(ratio, int(ratio % 1 > 0)))
        self._threshold.update(totals, ratio, self._look)
        self._bands.object = bands_table(band_rows(totals, threshold), totals.scored, totals.mean, locale)
        model = totals.threshold
        self._cost.object = cost_table(
            [
                ("portfolio.cost_now", threshold, expected_cost(totals, threshold, ratio)),
                ("portfolio.cost_model", model, expected_cost(totals, model, ratio)),
                ("portfolio.cost_lowest", *lowest_cost_threshold(totals, ratio)),
            ],
            locale,
        )
        if totals.segments is not None:
            rows, segmentation = segment_rows(totals, threshold), totals.segments.segmentation
            self._segments.object = segments_table(rows, segmentation, totals.margin, self._bundle.schema, locale)


REASONS_SHOWN = 8


def _segments_title(totals: PortfolioTotals, locale: Locale) -> str:
    title = f"<h2>{escape(locale.text('portfolio.segments'))}</h2>"
    if totals.segments is None:
        return f"{title}<p class='muted'>{escape(locale.text('portfolio.not_divided'))}</p>"
    return f"{title}<p>{escape(locale.label(totals.segments.segmentation.feature))}</p>"


def retry_button(label: str, call: Callable[[], None]) -> pn.viewable.Viewable:
    """Return the way out of a state that went wrong."""
    button = pmui.Button(label=label, variant="outlined", align="center", margin=(0, 0, 16, 0))
    button.on_click(lambda _: call())
    return button
