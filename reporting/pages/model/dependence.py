"""The effect of each feature along its values, and the direction that training was held to."""

import math
from collections.abc import Callable
from html import escape

from contract.bundle import Bundle
from contract.disclosure import MIN_GROUP_SIZE
from contract.report import EffectBin, FeatureEffect
from contract.schema import Feature, FeatureSchema, FeatureType
from presentation.locale import Locale
from reporting.pages.model.svg_chart import ROUND_PDS, WHOLE_PDS, SvgChart, Tick, pd_label, pd_ticks, sigmoid
from reporting.widgets.tables import chart_data_html

DEPENDENCE_CSS = """
.effects { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 24px;
  margin-top: 16px; }
.effects .direction { font-size: 12.5px; color: var(--muted); }
.effects .direction.constrained { color: var(--accent); }
.chart .box { stroke: var(--accent); stroke-width: 7; stroke-linecap: round; opacity: .35; }
.chart .dot { fill: var(--accent); }  .chart .trend { stroke: var(--accent); fill: none; stroke-width: 1.25; }
.chart .zero { stroke: var(--muted); stroke-dasharray: 4 4; }
"""

AXIS_PADDING = 0.1
"""Of the axis beyond the effects, in log-odds: a feature without effect must not look as if it had one."""

MAX_TICK_LABELS = 4
LABEL_LENGTH = 11
"""Labels below a chart, and letters in each, for which there is room."""


def dependence_html(bundle: Bundle, locale: Locale) -> str:
    """Return the card: one small chart for each feature, the most important first."""
    title = escape(locale.text("model.dependence"))
    text = escape(locale.text("model.dependence_text", minimum=MIN_GROUP_SIZE))
    charts = "".join(
        _figure_html(bundle.schema[name], effect, bundle, locale)
        for name, effect in bundle.report.effects.features.items()
    )
    return f'<h2>{title}</h2><p class="muted">{text}</p><div class="effects">{charts}</div>'


def _figure_html(feature: Feature, effect: FeatureEffect, bundle: Bundle, locale: Locale) -> str:
    name, key = locale.label(feature), {1: "up", -1: "down", 0: "free"}[feature.monotone]
    constrained = " constrained" if feature.monotone else ""
    head = (
        f"<h3>{escape(name)}</h3><p class='direction{constrained}'>{escape(locale.text(f'model.monotone_{key}'))}</p>"
    )
    if not effect.dependence:
        return f"<figure>{head}<p class='muted'>{escape(locale.text('model.dependence_none'))}</p></figure>"
    labels = [bin_label(feature, effect.dependence, i, bundle.schema, locale) for i in range(len(effect.dependence))]
    short = [tick_label(feature, effect.dependence, i, bundle.schema, locale) for i in range(len(labels))]
    picture = _chart_svg(name, effect, labels, short, bundle.report.effects.base_log_odds, locale)
    return f"<figure>{head}{picture}{_data_html(name, effect, labels, bundle, locale)}</figure>"


def _chart_svg(
    name: str, effect: FeatureEffect, labels: list[str], short: list[str], base: float, locale: Locale
) -> str:
    bins = effect.dependence
    low = min([0.0, *(bin_.q1 for bin_ in bins)]) - AXIS_PADDING
    high = max([0.0, *(bin_.q3 for bin_ in bins)]) + AXIS_PADDING
    chart = SvgChart((-0.5, len(bins) - 0.5), (low, high), width=330, height=190, top=10, bottom=30, right=8)
    average = locale.percent(sigmoid(base))
    y_ticks = [
        (at, pd_label(pd, locale)) for at, pd in pd_ticks(base, low, high, (high - low) / 5, (*ROUND_PDS, *WHOLE_PDS))
    ]
    marks = "".join(
        chart.line((i, b.q1), (i, b.q3), "box")
        + f'<circle class="dot" cx="{chart.x(i):.1f}" cy="{chart.y(b.median):.1f}" r="3.5"/>'
        for i, b in enumerate(bins)
    )
    known = [(float(i), b.median) for i, b in enumerate(bins) if not b.missing and b.level is None]
    trend = f'<path class="trend" d="{chart.path(known)}"/>' if len(known) > 1 else ""
    content = (
        chart.axes_svg(_labels(short), [*y_ticks, (0.0, average)], "", "")
        + chart.line((-0.5, 0), (len(bins) - 0.5, 0), "zero") + trend + marks
    )  # fmt: skip
    first, last = (min(bins, key=lambda b: b.median), max(bins, key=lambda b: b.median))
    alt = locale.text(
        "model.dependence_alt", feature=name,
        low=locale.percent(sigmoid(base + first.median)), low_at=labels[bins.index(first)],
        high=locale.percent(sigmoid(base + last.median)), high_at=labels[bins.index(last)],
    )  # fmt: skip
    return chart.svg(content, alt)


def _labels(labels: list[str]) -> list[Tick]:
    """Return as many labels as there is room for, evenly spread."""
    stride = -(-len(labels) // MAX_TICK_LABELS)
    return [(float(i), _short(labels[i])) for i in range(0, len(labels), stride)]


def _short(label: str) -> str:
    return label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1].rstrip() + "…"


def _data_html(name: str, effect: FeatureEffect, labels: list[str], bundle: Bundle, locale: Locale) -> str:
    base = bundle.report.effects.base_log_odds
    rows = []
    for bin_, label in zip(effect.dependence, labels, strict=True):
        lower, median, upper = (locale.percent(sigmoid(base + each)) for each in (bin_.q1, bin_.median, bin_.q3))
        rows.append((escape(label), median, f"{lower} – {upper}", locale.number(bin_.count)))
    head = tuple(locale.text(key) for key in ("model.value", "model.median_pd", "model.middle_half", "model.clients"))
    return chart_data_html(head, rows, name, locale)


def bin_label(feature: Feature, bins: list[EffectBin], position: int, schema: FeatureSchema, locale: Locale) -> str:
    """Return which values a bin of a feature's dependence holds, in words."""
    return _label(feature, bins, position, schema, locale, lambda end: locale.quantity(feature, end, schema))


def tick_label(feature: Feature, bins: list[EffectBin], position: int, schema: FeatureSchema, locale: Locale) -> str:
    """Return the same for below a chart: large numbers in thousands or millions, without their unit."""
    return _label(feature, bins, position, schema, locale, lambda end: locale.compact_number(end), "model.short_range")


def _label(
    feature: Feature,
    bins: list[EffectBin],
    position: int,
    schema: FeatureSchema,
    locale: Locale,
    write: Callable[[float], str],
    range_key: str = "model.range",
) -> str:
    bin_ = bins[position]
    if bin_.level is not None:
        return locale.value(feature, bin_.level, schema)
    if bin_.low is None or bin_.high is None:
        return locale.text("model.missing")
    if bin_.low == bin_.high:
        return locale.value(feature, bin_.low, schema)
    whole = feature.type is FeatureType.INTEGER  # quantiles may lie between whole numbers
    low = write(math.ceil(bin_.low) if whole else bin_.low)
    high = write(math.floor(bin_.high) if whole else bin_.high)
    known = [found for found in bins if found.low is not None]
    # The outer ends are the schema's bounds, far beyond anyone: they would only mislead.
    if bin_ is known[0] and bin_.low == feature.minimum:
        return locale.text("model.at_most", value=high)
    if bin_ is known[-1] and bin_.high == feature.maximum:
        return locale.text("model.at_least", value=low)
    return locale.text(range_key, low=low, high=high)
