"""The factors as bars around zero, in percentage points, coloured by direction of risk."""

import textwrap
from html import escape
from typing import Any

import holoviews as hv
import hvplot.pandas  # noqa: F401 - gives data frames their `hvplot`
import pandas as pd
import panel as pn
from bokeh.models import CategoricalAxis, ColumnDataSource, FactorRange, Span

from contract.schema import FeatureSchema, Language
from producers import formats
from producers.factors import Breakdown, Factor
from reporting.theme import FONTS, Look, Palette, palette
from reporting.views.markup import column, html
from reporting.wording import say

ROW_HEIGHT = 42
FIGURE_SPACE = "\u2007"
"""As wide as a digit: aligns numbers where nothing can align text."""

LABEL_CHARACTERS = 22
"""Longer labels break into two lines, so that the bars keep most of the width."""

AXIS: dict[str, Any] = {
    "axis_line_color": None,
    "major_tick_line_color": None,
    "major_label_text_font": FONTS,
    "major_label_text_font_size": "13px",
    "major_label_text_line_height": 1.1,
    "major_label_standoff": 8,
}

CSS = """
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--muted); margin-top: 4px; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
"""


def factors_chart(breakdown: Breakdown, schema: FeatureSchema, look: Look) -> pn.Column:
    """Return the chart under its heading, with its text equivalent for screen readers."""
    language, colours = look.language, palette(look.dark)
    labels = [_label(factor, schema, language) for factor in breakdown.factors]
    frame = pd.DataFrame(
        {
            "label": [_in_two_lines(label) for label in labels],
            "points": [factor.units / 10 for factor in breakdown.factors],
            "colour": [_colour(factor.units, colours) for factor in breakdown.factors],
            "text": [formats.points(factor.units, language) for factor in breakdown.factors],
        }
    )[::-1]
    words = [_words(factor, label, language) for factor, label in zip(breakdown.factors, labels, strict=True)]
    alt = say(language, "factors.alt", factors="; ".join(words))
    return column(
        html(_heading(breakdown, language), CSS),
        pn.pane.Bokeh(hv.render(_bars(frame, colours), backend="bokeh"), sizing_mode="stretch_width", margin=0),
        html(f'<p class="unseen" role="img" aria-label="{escape(alt)}"></p>'),
    )


def wipe_chart(pane: pn.pane.Bokeh) -> None:
    """Take the numbers out of a chart."""
    for model in pane.object.references():
        if isinstance(model, ColumnDataSource):
            model.data = {name: [] for name in model.data}
        elif isinstance(model, FactorRange):
            model.factors = []


def _bars(frame: pd.DataFrame, colours: Palette) -> Any:
    bars = frame.hvplot.barh(
        x="label", y="points", color="colour", bar_width=0.56, line_alpha=0, hover=False, legend=False, xlabel="",
        ylabel="", ylim=_limits(frame["points"]), responsive=True, height=ROW_HEIGHT * len(frame) + 8,
    )  # fmt: skip
    return bars.opts(hooks=[_quiet(colours), _numbers(frame, colours)], toolbar=None, default_tools=[], active_tools=[])


def _limits(points: pd.Series) -> tuple[float, float]:
    """Return the span of the bars with a little air, zero included."""
    low, high = min(points.min(), 0.0), max(points.max(), 0.0)
    air = max(high - low, 0.1) * 0.02
    return low - air, high + air


def _in_two_lines(label: str) -> str:
    if len(label) <= LABEL_CHARACTERS:
        return label
    fits = (textwrap.wrap(label, width, break_long_words=False) for width in range(len(label) // 2, len(label)))
    return "\n".join(next((lines for lines in fits if len(lines) <= 2), [label]))


def _quiet(colours: Palette) -> Any:
    """Leave only what informs: bars, labels and the line of zero."""

    def hook(plot: Any, _: Any) -> None:
        figure = plot.state
        figure.outline_line_color = figure.background_fill_color = figure.border_fill_color = None
        figure.grid.visible = figure.xaxis.visible = False
        figure.min_border = 0
        figure.yaxis[0].update(major_label_text_color=colours.ink, **AXIS)
        figure.add_layout(Span(location=0, dimension="height", line_color=colours.axis, line_width=1))

    return hook


def _numbers(frame: pd.DataFrame, colours: Palette) -> Any:
    """Write the numbers below each other on the right, where they fit at every width and can be compared."""

    def hook(plot: Any, _: Any) -> None:
        # Equal numbers are told apart by characters without width: the names along an axis must differ.
        width = frame["text"].str.len().max()
        texts = [text.rjust(width, FIGURE_SPACE) + "\u200b" * i for i, text in enumerate(frame["text"])]
        plot.state.extra_y_ranges = {"numbers": FactorRange(factors=texts)}
        plot.state.add_layout(
            CategoricalAxis(y_range_name="numbers", major_label_text_color=colours.ink, **AXIS), "right"
        )

    return hook


def _heading(breakdown: Breakdown, language: Language) -> str:
    total = formats.number(abs(breakdown.total) / 10, language, 1)
    line = say(
        language,
        "factors.sum",
        average=formats.tenths(breakdown.average, language),
        sign="+" if breakdown.total >= 0 else formats.MINUS,
        factors=total,
        pd=formats.tenths(breakdown.probability, language),
    )
    keys = "".join(
        f'<span><i style="background:var(--{name})"></i>{escape(say(language, key))}</span>'
        for name, key in (("raises", "factors.raises"), ("lowers", "factors.lowers"))
    )
    return (
        f'<h2>{escape(say(language, "factors.title"))}</h2><p data-part="sum">{escape(line)}</p>'
        f'<div class="legend">{keys}<span>{escape(say(language, "factors.axis"))}</span></div>'
    )


def _label(factor: Factor, schema: FeatureSchema, language: Language) -> str:
    if factor.feature is None:
        return say(language, "factors.others", count=factor.count)
    known = schema.by_name.get(factor.feature)
    return known.label[language] if known else factor.feature


def _words(factor: Factor, label: str, language: Language) -> str:
    direction = "raises" if factor.units > 0 else "lowers" if factor.units < 0 else "neutral"
    return say(
        language,
        "factors.one",
        label=label,
        points=formats.points(factor.units, language),
        direction=say(language, f"factors.{direction}"),
    )


def _colour(units: int, colours: Palette) -> str:
    return colours.raises if units > 0 else colours.lowers if units < 0 else colours.line
