"""The factors of a score: the sum in words, and the waterfall whose rows expand.

Every row says in words and arrows what its bar shows, so the bars are hidden from screen readers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import param
from panel.custom import JSComponent

from contract.baseline import Baseline
from contract.messages import Scored
from contract.reason_rule import Direction
from contract.schema import FeatureSchema
from db.clients import Client
from presentation.factors import Breakdown, Step, break_down, waterfall
from presentation.locale import MINUS, Locale, round_tenths
from reporting.pages.client.distribution import DISTRIBUTION_CSS, distribution_html
from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent

SCALE_PADDING = 0.03
"""Of the scale, left free at both ends."""


@dataclass(frozen=True)
class Scale:
    """From tenths of a percentage point to percent of the width."""

    low: float
    high: float

    def percent(self, units: float) -> float:
        """Return the place of a value, 0 to 100."""
        return 100 * (units - self.low) / (self.high - self.low)


def scale_of(breakdown: Breakdown, threshold: int) -> Scale:
    """Return the scale on which every bar and the threshold have room."""
    ends = [breakdown.start, breakdown.probability, threshold]
    for step in breakdown.steps:
        ends += [part.end for part in waterfall(step.start, step.factor.parts)] or [step.end]
    air = max(max(ends) - min(ends), 10) * SCALE_PADDING
    return Scale(min(ends) - air, max(ends) + air)


class Waterfall:
    """One breakdown as HTML, in one language."""

    def __init__(
        self,
        breakdown: Breakdown,
        threshold: int,
        client: Client,
        schema: FeatureSchema,
        baseline: Baseline,
        locale: Locale,
    ) -> None:
        self._breakdown, self._threshold, self._locale = breakdown, threshold, locale
        self._client, self._schema, self._baseline = client, schema, baseline
        self._scale = scale_of(breakdown, threshold)

    def html(self) -> str:
        """Return the whole list."""
        locale, breakdown = self._locale, self._breakdown
        first = self._end_row("start", breakdown.start, locale.text("factors.start"))
        last = self._end_row("probability", breakdown.probability, locale.text("factors.client"))
        label = escape(locale.text("factors.list"))
        note = escape(locale.text("place.note", rows=locale.number(self._baseline.rows)))
        return (
            f"{self._axis()}<ol class='waterfall' aria-label='{label}'>{first}{self._rows(breakdown.steps)}{last}</ol>"
            f"<p class='muted note'>{note}</p>"
        )

    def _rows(self, steps: Sequence[Step]) -> str:
        return "".join(self._row(step) for step in steps)

    def _row(self, step: Step) -> str:
        factor, locale = step.factor, self._locale
        if factor.feature is None:
            key, value = "others", ""
            label = locale.text("factors.others", count=factor.count)
            more = f"<ol>{self._rows(waterfall(step.start, factor.parts))}</ol>"
        else:
            key, feature = factor.feature, self._schema.by_name.get(factor.feature)
            label = locale.label(feature) if feature else factor.feature
            value, more = self._value(factor.feature), self._explanation(step)
        small = f"<small>{escape(value)}</small>" if value else ""
        return (
            f"<li data-feature='{escape(key)}'><button type='button' class='row' aria-expanded='false' "
            f"aria-controls='details-{escape(key)}'><span class='name'><b>{escape(label)}</b>{small}</span>"
            f"{self._track(self._bar(step))}{self._points(factor.units)}<i class='chevron' aria-hidden='true'></i>"
            f"</button><div class='factor-details {'group' if factor.feature is None else ''}' "
            f"id='details-{escape(key)}' hidden>"
            f"{more}</div></li>"
        )

    def _value(self, name: str) -> str:
        feature, raw = self._schema.by_name.get(name), self._client.attributes.get(name)
        if feature is None:
            return ""
        locale = self._locale
        return locale.value(feature, raw, self._schema)

    def _explanation(self, step: Step) -> str:
        name, locale = str(step.factor.feature), self._locale
        feature, histogram = self._schema.by_name.get(name), self._baseline.features.get(name)
        units = step.factor.units
        if feature is None or not units:
            sentence = locale.text("factors.no_effect")
        else:
            direction: Direction = "raises" if units > 0 else "lowers"
            sentence = f"{locale.reason(feature, direction, self._schema, self._client.attributes, histogram)}."
        raw = self._client.attributes.get(name)
        figure = distribution_html(feature, histogram, raw, locale) if feature else ""
        return f"<p>{escape(sentence)}</p>{figure}"

    def _points(self, units: int) -> str:
        locale, direction = self._locale, _direction(units)
        arrow = {"raises": "▲", "lowers": "▼", "neutral": ""}[direction]
        words = escape(locale.text(f"factors.{direction}"))
        return (
            f"<span class='points {direction}'><i aria-hidden='true'>{arrow}</i>"
            f"<span data-testid='points'>{locale.points(units)}</span>"
            f"<span class='unseen'> {escape(locale.text('factors.axis'))}, {words}</span></span>"
        )

    def _end_row(self, key: str, units: int, label: str) -> str:
        text = self._locale.tenths(units)
        at = self._scale.percent(units)
        connector = f"<i class='connector' style='left:{at:.2f}%'></i>" if key == "start" else ""
        dot = f"{connector}<i class='dot' style='left:{at:.2f}%'></i>"
        return (
            f"<li class='row total-row{' client' if key == 'probability' else ''}'>"
            f"<span class='name'><b>{escape(label)}</b></span>"
            f"{self._track(dot)}"
            f"<span class='points' data-testid='{key}-pd'>{escape(text)}</span></li>"
        )

    def _track(self, inside: str) -> str:
        line = f"<i class='threshold' style='left:{self._scale.percent(self._threshold):.2f}%'></i>"
        return f"<span class='track' aria-hidden='true'>{line}{inside}</span>"

    def _bar(self, step: Step) -> str:
        left, right = sorted((self._scale.percent(step.start), self._scale.percent(step.end)))
        connector = f"<i class='connector' style='left:{self._scale.percent(step.end):.2f}%'></i>"
        return (
            f"{connector}<i class='bar {_direction(step.factor.units)}' style='left:{left:.2f}%;"
            f"width:{right - left:.2f}%'></i>"
        )

    def _axis(self) -> str:
        """The threshold's name above its line, kept within the scale."""
        at = self._scale.percent(self._threshold)
        shift = "0" if at < 25 else "-100%" if at > 75 else "-50%"
        text = self._locale.text("gauge.threshold", threshold=self._locale.tenths(self._threshold))
        return (
            "<div class='row axis'><span class='name'></span><span class='track'>"
            f"<span style='left:{at:.2f}%;transform:translateX({shift})'>{escape(text)}</span></span>"
            "<span class='points'></span></div>"
        )


def _direction(units: int) -> str:
    return "raises" if units > 0 else "lowers" if units < 0 else "neutral"


class FactorsPanel(JSComponent):
    """Shows `content`; if it is empty, nothing, and all rows are collapsed again."""

    content = param.String()

    _esm = _HERE / "factors.js"
    _stylesheets = [  # noqa: RUF012 - Panel reads it from the class
        CSS, ":host { container-type: inline-size; width: 100%; }", DISTRIBUTION_CSS,
        (_HERE / "factors.css").read_text(),
    ]  # fmt: skip


def factors_html(scored: Scored, client: Client, schema: FeatureSchema, baseline: Baseline, locale: Locale) -> str:
    """Return the whole card's content."""
    breakdown = break_down(scored)
    threshold = round_tenths(scored.threshold)
    fall = Waterfall(breakdown, threshold, client, schema, baseline, locale).html()
    return _heading(breakdown, locale) + fall


def _heading(breakdown: Breakdown, locale: Locale) -> str:
    line = locale.text(
        "factors.sum",
        start=locale.tenths(breakdown.start),
        sign="+" if breakdown.total >= 0 else MINUS,
        factors=locale.number(abs(breakdown.total) / 10, 1),
        pd=locale.tenths(breakdown.probability),
    )
    keys = "".join(
        f"<span><b class='{name}' aria-hidden='true'>{arrow}</b>{escape(locale.text(f'factors.{name}'))}</span>"
        for name, arrow in (("raises", "▲"), ("lowers", "▼"))
    )
    return (
        f"<h2>{escape(locale.text('factors.title'))}</h2><p data-testid='sum'>{escape(line)}</p>"
        f"<div class='legend'>{keys}<span>{escape(locale.text('factors.axis'))}</span></div>"
    )
