"""Small charts as SVG: they scale, follow the theme, and need no script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from presentation.locale import Locale

Tick = tuple[float, str]
Point = tuple[float, float]

CHART_CSS = """
figure { margin: 0; min-width: 0; }
svg.chart { display: block; width: 100%; max-width: 520px; height: auto; overflow: visible; }
.chart text { font-family: inherit; font-size: 12px; fill: var(--muted); }
.chart text.strong { fill: var(--ink); font-weight: 600; }
.chart .grid { stroke: var(--line); }  .chart .axis { stroke: var(--axis); }
.chart .guide { stroke: var(--muted); stroke-dasharray: 4 4; fill: none; }
.chart .curve { stroke: var(--accent); stroke-width: 2.25; fill: none; stroke-linejoin: round; }
.chart .threshold { stroke: var(--ink); stroke-width: 1.75; }
"""


@dataclass(frozen=True)
class SvgChart:
    """The axes of a chart: the values they span, and their place in the picture."""

    x_span: tuple[float, float]
    y_span: tuple[float, float]
    width: float = 360
    height: float = 250
    left: float = 46
    right: float = 14
    top: float = 26
    bottom: float = 40

    def x(self, value: float) -> float:
        """Return a value's distance from the left."""
        return self.left + _share(value, self.x_span) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Return a value's distance from the top."""
        return self.height - self.bottom - _share(value, self.y_span) * (self.height - self.top - self.bottom)

    def path(self, points: Sequence[Point]) -> str:
        """Return a line through the points, as path data."""
        return "M" + "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)

    def line(self, start: Point, end: Point, style: str) -> str:
        """Return a straight line of one of the styles."""
        (x1, y1), (x2, y2) = ((self.x(x), self.y(y)) for x, y in (start, end))
        return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>'

    def axes_svg(self, x_ticks: Sequence[Tick], y_ticks: Sequence[Tick], x_title: str, y_title: str) -> str:
        """Return grid lines with their labels, the x title below and the y title above."""
        floor, start = self.height - self.bottom, self.left
        rows = "".join(
            f'<line x1="{start}" x2="{self.width - self.right}" y1="{self.y(at):.1f}" y2="{self.y(at):.1f}" '
            f'class="grid"/><text x="{start - 7}" y="{self.y(at) + 4:.1f}" text-anchor="end">{escape(label)}</text>'
            for at, label in y_ticks
        )
        columns = "".join(
            f'<line x1="{self.x(at):.1f}" x2="{self.x(at):.1f}" y1="{floor}" y2="{floor + 4}" class="axis"/>'
            f'<text x="{self.x(at):.1f}" y="{floor + 17}" text-anchor="middle">{escape(label)}</text>'
            for at, label in x_ticks
        )
        base = f'<line x1="{start}" x2="{self.width - self.right}" y1="{floor}" y2="{floor}" class="axis"/>'
        titles = (
            f'<text x="{self.width - self.right}" y="{self.height - 5}" text-anchor="end">{escape(x_title)}</text>'
            f'<text x="0" y="12">{escape(y_title)}</text>'
        )
        return rows + base + columns + titles

    def svg(self, content: str, alt: str, style: str = "") -> str:
        """Return the picture; `alt` is its text alternative."""
        return (
            f'<svg class="chart {style}" viewBox="0 0 {self.width:g} {self.height:g}" role="img" '
            f'aria-label="{escape(alt)}">{content}</svg>'
        )


def nice_axis_end(share: float) -> float:
    """Return the next round share of 1 that is no smaller: a good end for an axis."""
    return next((step for step in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8) if step >= share), 1.0)


def even_ticks(end: float, parts: int = 4) -> list[float]:
    """Return evenly spaced places from 0 to the end."""
    return [end * i / parts for i in range(parts + 1)]


def logit(probability: float) -> float:
    """Return the log-odds of a probability."""
    return math.log(probability / (1 - probability))


def sigmoid(log_odds: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-log_odds))


ROUND_PDS = (0.1, 0.01, 0.5, 0.9, 0.2, 0.05, 0.3, 0.02, 0.7, 0.8, 0.95, 0.99, 0.001, 0.005, 0.002, 0.4, 0.6, 0.15, 0.25)
"""The roundest first."""

WHOLE_PDS = tuple(percent / 100 for percent in range(1, 100))


def pd_ticks(
    base: float, low: float, high: float, apart: float, wanted: Sequence[float] = ROUND_PDS
) -> list[tuple[float, float]]:
    """Return (contribution, PD reached from the base) of the wanted PDs between two contributions, in log-odds.

    They lie at least `apart` from each other and from the base, which has its own label; the first ones win.
    """
    found: list[tuple[float, float]] = []
    for pd in wanted:
        at = logit(pd) - base
        if low <= at <= high and all(abs(at - other) >= apart for other, _ in [(0.0, 0.0), *found]):
            found.append((at, pd))
    return found


def pd_label(pd: float, locale: Locale) -> str:
    """Return a round PD without needless decimals."""
    return locale.percent(pd, 0 if pd >= 0.01 else 1)


def _share(value: float, span: tuple[float, float]) -> float:
    return (value - span[0]) / ((span[1] - span[0]) or 1.0)
