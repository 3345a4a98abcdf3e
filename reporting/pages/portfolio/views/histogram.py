"""The distribution of the PDs as a histogram in the bands' colours, with the threshold marked."""

from collections.abc import Sequence
from typing import Any

import holoviews as hv
import hvplot.pandas  # noqa: F401 - gives data frames their `hvplot`
import pandas as pd
import panel as pn
from bokeh.models import Label, NumeralTickFormatter, PrintfTickFormatter, Span

from contract.bundle import band_of
from presentation import formats
from presentation.wording import say
from reporting.pages.portfolio.reading import Bar
from reporting.widgets.theme import FONTS, Look, Palette, palette

HEIGHT = 260

ALMOST_THERE = 0.62
"""From this threshold on, its label stands on the left of the line, so that it stays inside the chart."""


class Histogram:
    """Drawn once for a portfolio and a look; a move of the threshold only changes colours and the line."""

    def __init__(self, bars: Sequence[Bar], threshold: float, look: Look) -> None:
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
        figure.add_layout(self._line)
        figure.add_layout(self._label)
        self.move(threshold)
        self.panel = pn.pane.Bokeh(figure, sizing_mode="stretch_width", margin=(8, 0, 0, 0))

    def move(self, threshold: float) -> None:
        """Mark another threshold."""
        language = self._look.language
        left = threshold < ALMOST_THERE
        self._line.location = threshold * 100
        self._label.update(
            x=threshold * 100, x_offset=8 if left else -8, text_align="left" if left else "right",
            text=say(language, "gauge.threshold", threshold=formats.percent(threshold, language)),
        )  # fmt: skip
        middles = ((bar.low + bar.high) / 2 for bar in self._bars)
        colours = [self._colours.bands[band_of(middle, threshold)] for middle in middles]
        self._source.data = {**self._source.data, "colour": colours}

    def wipe(self) -> None:
        """Take the numbers out of the chart."""
        self._source.data = {name: [] for name in self._source.data}

    def _draw(self) -> Any:
        language = self._look.language
        width = (self._bars[0].high - self._bars[0].low) * 100
        frame = pd.DataFrame(
            {"pd": [(bar.low + bar.high) * 50 for bar in self._bars], "clients": [bar.count for bar in self._bars]}
        )
        bars = frame.hvplot.bar(
            x="pd", y="clients", bar_width=width * 0.86, line_alpha=0, hover=False, legend=False, responsive=True,
            height=HEIGHT, xlim=(0, 100), ylim=(0, self._top), xlabel=say(language, "portfolio.x_axis"),
            ylabel=say(language, "portfolio.y_axis"),
        )  # fmt: skip
        return bars.opts(hooks=[self._quiet], toolbar=None, default_tools=[], active_tools=[])

    def _quiet(self, plot: Any, _: Any) -> None:
        """Leave only what informs, in the colours of the theme and the numbers of the language."""
        figure, language = plot.state, self._look.language
        figure.outline_line_color = figure.background_fill_color = figure.border_fill_color = None
        figure.min_border_left = figure.min_border_bottom = 0
        figure.xgrid.visible = False
        figure.ygrid.grid_line_color = self._colours.line
        for axis in (figure.xaxis[0], figure.yaxis[0]):
            axis.update(**_axis(self._colours))
        gap = formats.NARROW_SPACE if language == "fr" else ""
        figure.xaxis[0].formatter = PrintfTickFormatter(format=f"%d{gap}%%")
        figure.yaxis[0].formatter = NumeralTickFormatter(format="0,0", language=language)


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
