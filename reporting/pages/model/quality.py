"""Quality: metrics, calibration, and the separation of defaulting and non-defaulting clients."""

from collections.abc import Sequence
from html import escape
from itertools import accumulate

from contract.bundle import Bundle, ModelMetrics
from contract.report import Rate, ReliabilityBin, ScoreDistribution
from presentation.locale import Locale
from reporting.pages.model.svg_chart import SvgChart, even_ticks, nice_axis_end
from reporting.widgets.tables import chart_data_html

QUALITY_CSS = """
.metrics { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 12px 24px; margin-top: 16px; }
@media (max-width: 1180px) { .metrics { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
@media (max-width: 640px) { .metrics { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
.metrics div { border-top: 2px solid var(--line); padding-top: 8px; }
.metrics dt { font-weight: 600; } .metrics dd.figure { font-size: 24px; line-height: 32px; font-weight: 650; }
.metrics dd.figure span { font-size: 14px; font-weight: 400; color: var(--muted); }
.metrics dd.meaning { color: var(--muted); font-size: 13px; }
.chart .interval { stroke: var(--accent); stroke-width: 1.5; }  .chart .dot { fill: var(--accent); }
.chart .curve.lowers { stroke: var(--lowers); }  .chart .curve.raises { stroke: var(--raises); }
.chart .good { fill: var(--lowers); opacity: .55; }
.chart .bad { fill: none; stroke: var(--raises); stroke-width: 2.25; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; color: var(--muted); margin: 4px 0 8px; }
.legend span::before { content: ""; display: inline-block; width: 14px; height: 3px; margin-right: 6px;
  vertical-align: middle; background: var(--accent); }
.legend .raises::before { background: var(--raises); }  .legend .lowers::before { background: var(--lowers); }
.legend .block::before { height: 10px; opacity: .55; }
"""

METRICS = ("roc_auc", "ks", "pr_auc", "brier", "log_loss", "calibration_error")

AXIS_COVERAGE = 0.995
"""Share of the clients that the PD axis covers: a few extremes would compress all others."""


def metrics_html(bundle: Bundle, locale: Locale) -> str:
    """Return every measure with its spread over the folds, or parts of the sample, and what it means."""
    cells = "".join(_metric_html(name, bundle.metrics, locale) for name in METRICS)
    imported = bundle.source is not None
    title = escape(locale.text("model.quality"))
    text = escape(locale.text("model.quality_of_imported" if imported else "model.quality_text"))
    return f'<h2>{title}</h2><p class="muted">{text}</p><dl class="metrics">{cells}</dl>'


def _metric_html(name: str, metrics: ModelMetrics, locale: Locale) -> str:
    spread = getattr(metrics, name)
    mean, std = (locale.number(value, 3) for value in (spread.mean, spread.std))
    label, meaning = (escape(locale.text(f"model.measure.{name}{part}")) for part in ("", "_text"))
    figure = f'<dd class="figure">{mean} <span>± {std}</span></dd>'
    return f'<div><dt>{label}</dt>{figure}<dd class="meaning">{meaning}</dd></div>'


def reliability_diagram_html(bins: Sequence[ReliabilityBin], locale: Locale) -> str:
    """Return the reliability diagram: predicted PD against observed default rate."""
    end = nice_axis_end(max([0.0, *(bin_.default_rate.high for bin_ in bins), *(bin_.mean_pd for bin_ in bins)]))
    chart = SvgChart((0, end), (0, end))
    ticks = [(at, locale.percent(at, 0 if end > 0.1 else 1)) for at in even_ticks(end)]
    titles = locale.text("model.mean_pd"), locale.text("model.default_rate")
    dots = "".join(
        chart.line((b.mean_pd, b.default_rate.low), (b.mean_pd, b.default_rate.high), "interval")
        + f'<circle class="dot" cx="{chart.x(b.mean_pd):.1f}" cy="{chart.y(b.default_rate.value):.1f}" r="4"/>'
        for b in bins
    )
    content = chart.axes_svg(ticks, ticks, *titles) + chart.line((0, 0), (end, end), "guide") + dots
    held = sum(bin_.default_rate.low <= bin_.mean_pd <= bin_.default_rate.high for bin_ in bins)
    alt = locale.text("model.reliability_alt", held=held, bins=len(bins))
    title = locale.text("model.reliability")
    rows = (
        (
            locale.percent(b.mean_pd), locale.percent(b.default_rate.value),
            interval_text(b.default_rate, locale), locale.number(b.count),
        )
        for b in bins
    )  # fmt: skip
    head = (*titles, locale.text("model.interval"), locale.text("model.clients"))
    return _figure_html(title, alt, chart.svg(content, alt), chart_data_html(head, rows, title, locale))


def gain_chart_html(bundle: Bundle, locale: Locale) -> str:
    """Return the gain curve: the share of the defaulting clients among the riskiest clients."""
    curve, chart = bundle.report.gains_curve, SvgChart((0, 1), (0, 1))
    points = list(zip(curve.clients, curve.defaults, strict=True))
    ticks = [(at, locale.percent(at, 0)) for at in even_ticks(1)]
    content = (
        chart.axes_svg(ticks, ticks, locale.text("model.riskiest"), locale.text("model.found"))
        + chart.line((0, 0), (1, 1), "guide")
        + f'<path class="guide" d="{chart.path([(0, 0), (bundle.metrics.default_rate, 1), (1, 1)])}"/>'
        + f'<path class="curve" d="{chart.path(points)}"/>'
    )
    fifth = next((found for share, found in points if share >= 0.2), 1.0)
    alt = locale.text("model.gain_alt", found=locale.percent(fifth, 0))
    tenths = [next((found for share, found in points if share >= k / 10 - 1e-9), 1.0) for k in range(1, 11)]
    rows = ((locale.percent((k + 1) / 10, 0), locale.percent(found)) for k, found in enumerate(tenths))
    head = (locale.text("model.riskiest"), locale.text("model.found"))
    title = locale.text("model.gain")
    return _figure_html(title, alt, chart.svg(content, alt), chart_data_html(head, rows, title, locale))


def pd_by_outcome_html(outcomes: ScoreDistribution, threshold: float, locale: Locale) -> str:
    """Return the PD distributions of defaulting and non-defaulting clients, and the threshold."""
    good, defaults = (_shares(counts) for counts in (outcomes.good, outcomes.defaults))
    last = _last(outcomes)
    highest = max([*good, *defaults]) or 1.0
    chart = SvgChart((0, outcomes.edges[last]), (0, highest * 1.05))
    ticks = [(at, locale.percent(at, 0)) for at in even_ticks(outcomes.edges[last])]
    content = (
        chart.axes_svg(ticks, [], locale.text("model.pd"), locale.text("model.share"))
        + f'<path class="good" d="{chart.path(_outline(outcomes.edges, good, last))}Z"/>'
        + f'<path class="bad" d="{chart.path(_outline(outcomes.edges, defaults, last))}"/>'
        + chart.line((threshold, 0), (threshold, highest), "threshold")
    )
    cut = locale.percent(threshold)
    refused = [_from(outcomes.edges, counts, threshold) for counts in (good, defaults)]
    alt = locale.text(
        "model.separation_alt", threshold=cut, good=locale.percent(refused[0], 0),
        defaults=locale.percent(refused[1], 0),
    )  # fmt: skip
    return _figure_html(locale.text("model.separation"), alt, chart.svg(content, alt), "", _legend_html(locale, True))


def ks_chart_html(outcomes: ScoreDistribution, locale: Locale) -> str:
    """Return both cumulative distributions of PD and the greatest distance between them."""
    good, defaults = ([0.0, *accumulate(_shares(counts))] for counts in (outcomes.good, outcomes.defaults))
    last, edges = _last(outcomes), outcomes.edges
    widest = max(range(len(edges)), key=lambda i: good[i] - defaults[i])
    chart = SvgChart((0, edges[last]), (0, 1))
    x_ticks, y_ticks = ([(at, locale.percent(at, 0)) for at in even_ticks(end)] for end in (edges[last], 1.0))
    lines = "".join(
        f'<path class="curve {colour}" d="{chart.path(list(zip(edges[: last + 1], shares, strict=False)))}"/>'
        for colour, shares in (("lowers", good), ("raises", defaults))
    )
    content = (
        chart.axes_svg(x_ticks, y_ticks, locale.text("model.pd"), locale.text("model.share_below"))
        + lines
        + chart.line((edges[widest], defaults[widest]), (edges[widest], good[widest]), "threshold")
    )
    distance = locale.number(good[widest] - defaults[widest], 2)
    alt = locale.text("model.ks_alt", distance=distance, pd=locale.percent(edges[widest], 0))
    rows = (
        tuple(locale.percent(value, 0 if i == 0 else 1) for i, value in enumerate(row))
        for row in list(zip(edges, good, defaults, strict=True))[: last + 1 : max(1, last // 10)]
    )
    head = (locale.text("model.pd_below"), locale.text("model.good"), locale.text("model.defaults"))
    title = locale.text("model.ks")
    more = chart_data_html(head, rows, title, locale)
    return _figure_html(title, alt, chart.svg(content, alt), more, _legend_html(locale, False))


def interval_text(rate: Rate, locale: Locale) -> str:
    """Return the two ends of a share's interval."""
    return f"{locale.percent(rate.low)} – {locale.percent(rate.high)}"


def _figure_html(title: str, text: str, picture: str, more: str, legend: str = "") -> str:
    parts = f'<p class="muted">{escape(text)}</p><div>{legend}</div><div>{picture}</div><div>{more}</div>'
    return f"<figure><h3>{escape(title)}</h3>{parts}</figure>"


def _legend_html(locale: Locale, block: bool) -> str:
    good, defaults = (escape(locale.text(f"model.{name}")) for name in ("good", "defaults"))
    shape = " block" if block else ""
    return f'<p class="legend"><span class="lowers{shape}">{good}</span><span class="raises">{defaults}</span></p>'


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) or 1
    return [count / total for count in counts]


def _last(outcomes: ScoreDistribution) -> int:
    """Return the edge that ends the axis, at a multiple of twenty bins so that its quarters are round."""
    both = [good + bad for good, bad in zip(outcomes.good, outcomes.defaults, strict=True)]
    below = list(accumulate(both, initial=0))
    last = next((i for i, count in enumerate(below) if count >= AXIS_COVERAGE * below[-1]), len(both))
    return min(len(both), -(-last // 20) * 20)


def _outline(edges: Sequence[float], shares: Sequence[float], last: int) -> list[tuple[float, float]]:
    corners = [(edges[0], 0.0)]
    for i in range(last):
        corners += [(edges[i], shares[i]), (edges[i + 1], shares[i])]
    return [*corners, (edges[last], 0.0)]


def _from(edges: Sequence[float], shares: Sequence[float], threshold: float) -> float:
    """Return the share from a threshold on, as if the bin that it cuts were filled evenly."""
    total = 0.0
    for low, high, share in zip(edges, edges[1:], shares, strict=False):
        total += share * min(1.0, max(0.0, (high - threshold) / (high - low)))
    return total
