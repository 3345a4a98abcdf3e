"""The right side: the totals of a portfolio, or a message if there are none."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui

from contract.bundle import Bundle
from contract.codes import Status
from presentation.locale import Locale
from reporting.pages.portfolio.analysis import (
    band_rows,
    expected_cost,
    lowest_cost_threshold,
    main_reasons,
    segment_rows,
)
from reporting.pages.portfolio.result_tables import bands_table, cost_table, reasons_table, segments_table
from reporting.pages.portfolio.run import PortfolioResult
from reporting.pages.portfolio.segmentation import Segmentation, build_segmentations
from reporting.pages.portfolio.threshold_card import SLIDER_SX, ThresholdCard
from reporting.widgets.components import STATE_CSS, card, column, empty_state_html, html, native_select
from reporting.widgets.filters import features_by_prominence
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


def portfolio_summary_html(outcome: PortfolioResult, selection: str, locale: Locale) -> str:
    """Return the head of the result."""
    rate = locale.number(outcome.answered / outcome.seconds if outcome.seconds else 0)
    scored, requested = (locale.number(n) for n in (outcome.aggregate.scored, outcome.requested))
    lines = [
        locale.text(
            "portfolio.scored", scored=scored, requested=requested, rate=rate,
            time=locale.duration(outcome.seconds),
        ),
        *(
            locale.text(key, count=locale.number(outcome.statuses[status]))
            for status, key in _LEFT_OUT
            if outcome.statuses[status]
        ),
    ]  # fmt: skip
    if outcome.model:
        lines.append(locale.text("portfolio.model", version=outcome.model))
    chosen = locale.text("portfolio.selection", criteria=selection)
    warnings = "".join(f"<p class='warning' role='note'>{escape(words)}</p>" for words in _warnings(outcome, locale))
    return (
        f"<h2>{escape(locale.text('portfolio.result'))}</h2><p>{escape(chosen)}</p>"
        f"<p class='muted'>{escape(' '.join(lines))}</p>{warnings}"
    )


def _warnings(outcome: PortfolioResult, locale: Locale) -> list[str]:
    """Return why the totals do not cover every client."""
    words = []
    if outcome.cancelled:
        words.append(locale.text("portfolio.was_cancelled"))
    elif outcome.lost:
        words.append(locale.text("portfolio.partly", count=locale.number(outcome.lost)))
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
        self._outcome: PortfolioResult | None = None
        self._look = DisplayPreferences()
        known = build_segmentations(bundle.schema, bundle.baseline)
        self._segmentations = {f.name: known[f.name] for f in features_by_prominence(bundle.schema) if f.name in known}
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
        self._by = native_select(margin=(8, 0, 0, 0))
        self._by.param.watch(lambda _: self._show_segments(), "value")
        self._reasons = html("", TABLE_CSS)
        self._placeholder = column()
        # A grid ignores Panel's way of hiding; the column around it does not.
        self._totals = column(
            card(self._summary, self._discard),
            self._threshold.panel,
            column(card(self._bands), card(self._cost_title, self._ratio, self._cost), css=_TWO_COLUMNS_CSS),
            column(card(self._segments_title, self._by, self._segments), card(self._reasons), css=_TWO_COLUMNS_CSS),
            visible=False,
        )
        self.panel = column(self._placeholder, self._totals, css=_STACKED_CSS)

    def show_message(self, icon: str, title: str, text: str, button: Any = None, *, alert: bool = False) -> None:
        """Show a message instead of totals."""
        self._placeholder.objects = [
            card(html(empty_state_html(icon, title, text, alert=alert), STATE_CSS), *filter(None, [button]))
        ]
        self._placeholder.visible, self._totals.visible = True, False

    def show(self, outcome: PortfolioResult, selection: str, look: DisplayPreferences) -> None:
        """Show a portfolio; at its first showing the threshold is the model's."""
        locale = look.locale
        first, self._outcome, self._look = self._outcome is not outcome, outcome, look
        if first:
            self._threshold.move_to(self._bundle.metrics.threshold)
        self._summary.object = portfolio_summary_html(outcome, selection, locale)
        self._discard.label = locale.text("portfolio.delete")
        self._cost_title.object = f"<h2>{escape(locale.text('portfolio.cost'))}</h2>"
        self._segments_title.object = f"<h2>{escape(locale.text('portfolio.segments'))}</h2>"
        self._by.param.update(
            name=locale.text("portfolio.segment_by"), options=_options(self._segmentations, locale),
            value=self._by.value or next(iter(self._segmentations), None),
        )  # fmt: skip
        self._reasons.object = reasons_table(main_reasons(outcome.aggregate), self._bundle.schema, look)
        self._threshold.show_distribution(outcome.aggregate, look)
        self._show_threshold()
        self._placeholder.param.update(objects=[], visible=False)
        self._totals.visible = True

    def clear(self) -> None:
        """Clear the portfolio."""
        self._outcome = None
        self._threshold.clear()
        for pane in (self._summary, self._bands, self._cost, self._segments, self._reasons):
            pane.object = ""

    def _show_threshold(self) -> None:
        """Update everything that depends on the threshold and the cost ratio; no client is scored again."""
        if self._outcome is None:
            return
        aggregate, locale, threshold = self._outcome.aggregate, self._look.locale, self._threshold.threshold
        ratio = float(self._ratio.value)
        self._ratio.label = locale.text("portfolio.cost_ratio", ratio=locale.number(ratio, int(ratio % 1 > 0)))
        self._threshold.update(aggregate, ratio, self._look)
        self._bands.object = bands_table(band_rows(aggregate, threshold), aggregate.scored, aggregate.mean, locale)
        model = self._bundle.metrics.threshold
        self._cost.object = cost_table(
            [
                ("portfolio.cost_now", threshold, expected_cost(aggregate, threshold, ratio)),
                ("portfolio.cost_model", model, expected_cost(aggregate, model, ratio)),
                ("portfolio.cost_lowest", *lowest_cost_threshold(aggregate, ratio)),
            ],
            locale,
        )
        self._show_segments()

    def _show_segments(self) -> None:
        if self._outcome is None or not self._by.value:
            return
        rows = segment_rows(self._outcome.aggregate, self._by.value, self._threshold.threshold)
        segmentation = self._segmentations[self._by.value]
        self._segments.object = segments_table(rows, segmentation, self._bundle.schema, self._look)


def _options(known: Mapping[str, Segmentation], locale: Locale) -> dict[str, str]:
    """Return the features to segment by; those outside the model are marked."""
    sensitive = locale.text("client.sensitive")
    return {
        locale.label(segmentation.feature) + (f" ({sensitive})" if segmentation.feature.sensitive else ""): name
        for name, segmentation in known.items()
    }


def retry_button(label: str, call: Callable[[], None]) -> pn.viewable.Viewable:
    """Return the way out of a state that went wrong."""
    button = pmui.Button(label=label, variant="outlined", align="center", margin=(0, 0, 16, 0))
    button.on_click(lambda _: call())
    return button
