"""The PD histogram and the decision threshold, which a slider moves."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import holoviews as hv
import hvplot.pandas  # noqa: F401 - gives data frames their `hvplot`
import pandas as pd
import panel as pn
import panel_material_ui as pmui
from bokeh.core.enums import NumeralLanguage
from bokeh.models import Label, NumeralTickFormatter, PrintfTickFormatter, Span

from contract.bundle import risk_band
from presentation.locale import Locale
from producers.portfolio.totals import (
    THRESHOLD_STEPS,
    HistogramBar,
    PortfolioTotals,
    band_rows,
    lowest_cost_threshold,
    pd_bins,
    pd_histogram,
)
from reporting.pages.portfolio.result_tables import NONE, count_text, distribution_table
from reporting.widgets.components import card, column, html
from reporting.widgets.tables import TABLE_CSS
from reporting.widgets.theme import FONTS, DisplayPreferences, Palette, palette

HEIGHT = 260

BAR_SHARE = 0.86
"""Of the space for a bar, so that bars stand apart."""

LABEL_FLIP_THRESHOLD = 0.62
"""From this threshold on, its label is left of the line, so that it stays inside the chart."""


class PdHistogram:
    """Rendered once for a portfolio and its preferences; a moved threshold only changes colours and the line."""

    def __init__(self, bars: Sequence[HistogramBar], threshold: float, look: DisplayPreferences) -> None:
        self._bars, self._look, self._colours = bars, look, palette(look.dark)
        colours = self._colours
        self._top = max(max(bar.count for bar in bars) * 1.18, 1)
        self._line = Span(dimension="height", line_color=colours.ink, line_width=2)
        self._label = Label(
            x=0, y=self._top, text_baseline="top", text_color=colours.ink, text_font=FONTS, text_font_size="13px",
            text_font_style="bold",
        )  # fmt: skip
        figure = hv.render(self._draw(), backend="bokeh")
        renderer = figure.renderers[0]
        self._source = renderer.data_source  # at a session's end, the renderer has lost it already
        self._source.data["colour"] = [""] * len(bars)
        renderer.glyph.fill_color = "colour"
        renderer.glyph.width = (bars[0].high - bars[0].low) * 100 * BAR_SHARE  # HoloViews makes wide bars thin
        figure.add_layout(self._line)
        figure.add_layout(self._label)
        self.set_threshold(threshold)
        self.panel = pn.pane.Bokeh(figure, sizing_mode="stretch_width", margin=(8, 0, 0, 0))

    def set_threshold(self, threshold: float) -> None:
        """Mark another threshold."""
        locale = self._look.locale
        left = threshold < LABEL_FLIP_THRESHOLD
        self._line.location = threshold * 100
        self._label.update(
            x=threshold * 100, x_offset=8 if left else -8, text_align="left" if left else "right",
            text=locale.text("gauge.threshold", threshold=locale.percent(threshold)),
        )  # fmt: skip
        middles = ((bar.low + bar.high) / 2 for bar in self._bars)
        colours = [self._colours.bands[risk_band(middle, threshold)] for middle in middles]
        self._source.data = {**self._source.data, "colour": colours}

    def clear(self) -> None:
        """Take the numbers out of the chart."""
        self._source.data = {name: [] for name in self._source.data}

    def _draw(self) -> Any:
        locale = self._look.locale
        frame = pd.DataFrame(
            {"pd": [(bar.low + bar.high) * 50 for bar in self._bars], "clients": [bar.count for bar in self._bars]}
        )
        bars = frame.hvplot.bar(
            x="pd", y="clients", line_alpha=0, hover=False, legend=False, responsive=True,
            height=HEIGHT, xlim=(0, 100), ylim=(0, self._top), xlabel=locale.text("portfolio.x_axis"),
            ylabel=locale.text("portfolio.y_axis"),
        )  # fmt: skip
        return bars.opts(hooks=[self._style_figure], toolbar=None, default_tools=[], active_tools=[])

    def _style_figure(self, plot: Any, _: Any) -> None:
        """Remove decoration; use the colours of the theme and the number format of the language."""
        figure, locale = plot.state, self._look.locale
        figure.outline_line_color = figure.background_fill_color = figure.border_fill_color = None
        figure.min_border_left = figure.min_border_bottom = 0
        figure.xgrid.visible = False
        figure.ygrid.grid_line_color = self._colours.line
        for axis in (figure.xaxis[0], figure.yaxis[0]):
            axis.update(**_axis(self._colours))
        figure.xaxis[0].formatter = PrintfTickFormatter(
            format=locale.percent(0, 0).replace("%", "%%").replace("0", "%d")
        )
        figure.yaxis[0].formatter = NumeralTickFormatter(format="0,0", language=_numerals(locale))


def _numerals(locale: Locale) -> str:
    """Return the language in which the chart groups digits; English for one that it does not know."""
    return locale.language if locale.language in NumeralLanguage else "en"


def _axis(colours: Palette) -> dict[str, Any]:
    return {
        "axis_line_color": colours.axis,
        "major_tick_line_color": None,
        "minor_tick_line_color": None,
        "major_label_text_color": colours.muted,
        "major_label_text_font": FONTS,
        "major_label_text_font_size": "12px",
        "axis_label_text_color": colours.muted,
        "axis_label_text_font": FONTS,
        "axis_label_text_font_size": "12px",
        "axis_label_text_font_style": "normal",
    }


_BUTTON_ROW_CSS = ":host { flex-flow: row wrap; }"
"""As long as they fit. Panel's own FlexBox compiles a template in the browser, which the page's policy forbids."""

SLIDER_SX = {"& .MuiSlider-root": {"padding": "12px 0"}, "& .MuiFormLabel-root": {"fontSize": 14, "fontWeight": 600}}


class ThresholdCard:
    """Histogram, slider, and buttons for notable thresholds."""

    def __init__(self, model_threshold: float, on_move: Callable[[], None]) -> None:
        self._model, self._on_move = model_threshold, on_move
        self._cheapest = model_threshold
        self._histogram: PdHistogram | None = None
        self._title, self._alt = html(), html()
        self._chart = column()
        self._slider = pmui.FloatSlider(
            start=0, end=100, step=100 / THRESHOLD_STEPS, value=model_threshold * 100, show_value=False, tooltips=False,
            size="small", sizing_mode="stretch_width", margin=(8, 8, 0, 8), sx=SLIDER_SX,
        )  # fmt: skip
        self._slider.param.watch(lambda _: self._on_move(), "value")
        self._to_model = _button(lambda: self.move_to(self._model))
        self._to_cheapest = _button(lambda: self.move_to(self._cheapest))
        self._hint, self._table = html(), html("", TABLE_CSS)
        self.panel = card(
            self._title, self._chart, self._alt, self._slider,
            column(self._to_model, self._to_cheapest, css=_BUTTON_ROW_CSS, margin=(4, 0)), self._hint,
            self._table, margin=(20, 0, 0, 0),
        )  # fmt: skip

    @property
    def threshold(self) -> float:
        """The threshold that is set."""
        return float(self._slider.value) / 100

    def move_to(self, threshold: float) -> None:
        """Set another threshold."""
        self._slider.value = threshold * 100

    def show_distribution(self, totals: PortfolioTotals, look: DisplayPreferences) -> None:
        """Show a portfolio's PD distribution."""
        locale = look.locale
        self._title.object = f"<h2>{escape(locale.text('portfolio.distribution'))}</h2>"
        self._histogram = PdHistogram(pd_histogram(totals, totals.bars), self.threshold, look)
        self._chart.objects = [self._histogram.panel]
        self._to_model.label = _threshold_text(look, "portfolio.threshold_model", self._model)
        self._hint.object = f"<p class='muted'>{escape(locale.text('portfolio.threshold_hint'))}</p>"
        self._table.object = distribution_table(pd_bins(totals), totals.scored, locale)

    def update(self, totals: PortfolioTotals, ratio: float, look: DisplayPreferences) -> None:
        """Show what depends on the threshold or the cost ratio."""
        if self._histogram is not None:
            self._histogram.set_threshold(self.threshold)
        self._slider.label = _threshold_text(look, "portfolio.threshold", self.threshold)
        self._cheapest = lowest_cost_threshold(totals, ratio)[0]
        self._to_cheapest.label = _threshold_text(look, "portfolio.threshold_lowest_cost", self._cheapest)
        self._alt.object = _alt_html(totals, self.threshold, look)

    def clear(self) -> None:
        """Clear the portfolio."""
        if self._histogram is not None:
            self._histogram.clear()
        self._histogram, self._chart.objects = None, []
        self._table.object = self._alt.object = ""
        self._cheapest = self._model
        self._to_cheapest.label = ""


def _alt_html(totals: PortfolioTotals, threshold: float, look: DisplayPreferences) -> str:
    locale = look.locale
    high = band_rows(totals, threshold)[-1].share
    words = locale.text(
        "portfolio.distribution_alt",
        count=count_text(totals.scored, locale),
        mean=locale.percent(totals.mean),
        high=NONE if high is None else locale.percent(high),
        threshold=locale.percent(threshold),
    )
    return f'<p class="unseen" role="img" aria-label="{escape(words)}"></p>'


def _threshold_text(look: DisplayPreferences, key: str, threshold: float) -> str:
    return look.locale.text(key, threshold=look.locale.percent(threshold))


def _button(call: Callable[[], None]) -> Any:
    button = pmui.Button(variant="outlined", size="small", margin=(4, 8, 4, 0))
    button.on_click(lambda _: call())
    return button
