"""Feature importance (SHAP): the share of each feature, and a beeswarm of its contributions."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from contract.bundle import Bundle
from contract.report import FeatureEffect, ShapSummary
from contract.schema import Feature, FeatureSchema, FeatureType
from presentation.locale import Locale
from reporting.pages.model.svg_chart import pd_label, pd_ticks, sigmoid
from reporting.widgets.tables import chart_data_html

MAX_STACK = 7
"""Dots in the highest stack: as many as fit into a row."""


@dataclass(frozen=True)
class Dot:
    """One dot: a share of the clients in one contribution bin."""

    bin: int
    offset: float
    """Above (positive) or below the row's middle, in dots."""
    value_bucket: int
    """Part of the values, from low to high; the last is missing."""


def beeswarm_dots(swarm: Sequence[Sequence[int]]) -> list[Dot]:
    """Return the dots of one feature; the highest stack has MAX_STACK dots, and each bin with clients has one."""
    most = max((sum(parts) for parts in swarm), default=0) or 1
    found = []
    for bin_, parts in enumerate(swarm):
        height = -(-sum(parts) * MAX_STACK // most)
        found += [Dot(bin_, i - (height - 1) / 2, _part(parts, (i + 0.5) / height)) for i in range(height)]
    return found


def _part(parts: Sequence[int], share: float) -> int:
    """Return the part in which a share of the people, from low values to high ones, is reached."""
    wanted, seen = share * sum(parts), 0
    for part, count in enumerate(parts):
        seen += count
        if seen > wanted:
            return part
    return len(parts) - 1


def high_value_effect(effect: FeatureEffect, edges: Sequence[float]) -> int:
    """Return what high values do against low ones: 1 raise the risk, -1 lower it, 0 neither clearly.

    Clear is a difference of the mean contributions of more than half of the mean absolute contribution.
    """
    low, high = (_mean(effect.beeswarm, edges, part) for part in (0, -2))
    if low is None or high is None or abs(high - low) <= effect.importance / 2:
        return 0
    return 1 if high > low else -1


def _mean(swarm: Sequence[Sequence[int]], edges: Sequence[float], part: int) -> float | None:
    counts = [parts[part] for parts in swarm]
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    total = sum(counts)
    return sum(c * m for c, m in zip(counts, middles, strict=True)) / total if total else None


FEATURES_SHOWN = 12
"""Features before the rest is folded away: they hold nearly all of the weight."""

HEIGHT = 36.0
DOT_SPACING = HEIGHT / (MAX_STACK + 1)
"""Of a row, and of its dots from middle to middle, in pixels."""

IMPORTANCE_CSS = """
.beeswarm { margin-top: 12px; max-width: 960px; }
.beeswarm .row { display: grid; grid-template-columns: minmax(0, 260px) minmax(0, 1fr); column-gap: 16px;
  align-items: center; border-top: 1px solid var(--line); }
.beeswarm .row:first-child { border-top: 0; }
.beeswarm .name { font-size: 13px; line-height: 18px; padding: 4px 0; }
.beeswarm .name b { display: block; font-weight: 550; }
.beeswarm .weight { display: flex; align-items: center; gap: 8px; color: var(--muted); font-size: 12px; }
.beeswarm .weight i { height: 6px; border-radius: 3px; background: var(--accent); flex: 0 0 auto; }
.beeswarm svg { display: block; width: 100%; height: 36px; overflow: visible; }
.beeswarm svg path { fill: none; stroke-width: 5px; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.beeswarm svg line { stroke: var(--line); vector-effect: non-scaling-stroke; }
.beeswarm svg line.zero { stroke: var(--muted); }
.beeswarm .scale { position: relative; height: 34px; font-size: 12px; color: var(--muted); }
.beeswarm .scale span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.beeswarm .scale span.zero { top: 16px; color: var(--ink); font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px; font-size: 13px; color: var(--muted);
  margin-top: 12px; }
.legend span { display: inline-flex; align-items: center; gap: 5px; }
.legend i { width: 9px; height: 9px; border-radius: 50%; }
@media (max-width: 640px) {
  .beeswarm .row { display: block; padding: 6px 0; } .beeswarm .row.axis .name { display: none; }
  .beeswarm svg path { stroke-width: 4px; }
}
"""

VALUE_COLOURS = tuple(f"color-mix(in oklab, var(--accent) {share}%, var(--medium))" for share in (0, 25, 50, 75, 100))
CHOICE_COLOUR = "var(--muted)"
MISSING_COLOUR = "var(--axis)"


def importance_html(bundle: Bundle, locale: Locale) -> str:
    """Return the card: every feature by weight, the light ones folded away."""
    effects = bundle.report.effects
    title = locale.text("model.effects")
    text = locale.text("model.effects_text", rows=locale.number(effects.rows))
    total = sum(effect.importance for effect in effects.features.values()) or 1.0
    heaviest = max((effect.importance for effect in effects.features.values()), default=1.0) or 1.0
    rows = [
        _row_html(bundle.schema[name], effect, effects, effect.importance / total, effect.importance / heaviest, locale)
        for name, effect in effects.features.items()
    ]
    more = ""
    if rest := rows[FEATURES_SHOWN:]:
        summary = escape(locale.text("model.more_features", count=len(rest)))
        inside = f'<div class="beeswarm">{"".join(rest)}{_scale_html(effects, locale)}</div>'
        more = f"<details><summary>{summary}</summary>{inside}</details>"
    return (
        f'<h2>{escape(title)}</h2><p class="muted">{escape(text)}</p>{_legend_html(bundle.schema, locale)}'
        f'<div class="beeswarm">{"".join(rows[:FEATURES_SHOWN])}{_scale_html(effects, locale)}</div>{more}'
        f"{_data_html(bundle, total, title, locale)}"
    )


def _row_html(
    feature: Feature, effect: FeatureEffect, effects: ShapSummary, share: float, relative: float, locale: Locale
) -> str:
    weight = locale.text("model.weight_of", share=locale.percent(share, 0))
    name = (
        f'<div class="name"><b>{escape(locale.label(feature))}</b>'
        f'<span class="weight"><i style="width:{relative * 96:.0f}px"></i>{escape(weight)}</span></div>'
    )
    return f'<div class="row">{name}{_dots_svg(feature, effect, effects.edges)}</div>'


def _dots_svg(feature: Feature, effect: FeatureEffect, edges: Sequence[float]) -> str:
    """Return one row of dots: each colour is one path of points, so that thousands stay light."""
    places: dict[int, list[str]] = {}
    for dot in beeswarm_dots(effect.beeswarm):
        y = HEIGHT / 2 - dot.offset * DOT_SPACING
        places.setdefault(dot.value_bucket, []).append(f"M{dot.bin + 0.5:g} {y:.1f}h0")
    paths = "".join(
        f'<path style="stroke:{_colour(feature, part, len(effect.beeswarm[0]))}" d="{"".join(points)}"/>'
        for part, points in sorted(places.items())
    )
    zero = -edges[0] / (edges[1] - edges[0])
    return (
        f'<svg viewBox="0 0 {len(edges) - 1} {HEIGHT:g}" preserveAspectRatio="none" aria-hidden="true">'
        f'<line class="zero" x1="{zero:.2f}" x2="{zero:.2f}" y1="0" y2="{HEIGHT:g}"/>{paths}</svg>'
    )


def _colour(feature: Feature, part: int, parts: int) -> str:
    if part == parts - 1:
        return MISSING_COLOUR
    return CHOICE_COLOUR if feature.type is FeatureType.CATEGORICAL else VALUE_COLOURS[part]


def _scale_html(effects: ShapSummary, locale: Locale) -> str:
    low, high = effects.edges[0], effects.edges[-1]
    base = sigmoid(effects.base_log_odds)
    ticks = pd_ticks(effects.base_log_odds, low, high, (high - low) / 9)
    labels = "".join(
        f'<span style="left:{(at - low) / (high - low) * 100:.1f}%">{escape(pd_label(pd, locale))}</span>'
        for at, pd in ticks
    )
    zero = escape(locale.text("model.average", pd=locale.percent(base)))
    labels += f'<span class="zero" style="left:{-low / (high - low):.1%}">{zero}</span>'
    return f'<div class="row axis" aria-hidden="true"><div class="name"></div><div class="scale">{labels}</div></div>'


def _legend_html(schema: FeatureSchema, locale: Locale) -> str:
    missing_key = "model.no_amount" if any(feature.codes for feature in schema.model_features) else "model.missing"
    ramp = "".join(f'<i style="background:{colour}"></i>' for colour in VALUE_COLOURS)
    low, high, choices, missing = (
        escape(locale.text(key))
        for key in ("model.low_values", "model.high_value_effect", "model.choices", missing_key)
    )
    others = "".join(
        f'<span><i style="background:{colour}"></i>{label}</span>'
        for colour, label in ((CHOICE_COLOUR, choices), (MISSING_COLOUR, missing))
    )
    return f'<p class="legend"><span>{low} {ramp} {high}</span>{others}</p>'


def _data_html(bundle: Bundle, total: float, title: str, locale: Locale) -> str:
    effects = bundle.report.effects
    rows = (
        (
            escape(locale.label(bundle.schema[name])), locale.percent(effect.importance / total),
            escape(_high_value_text(bundle.schema[name], effect, effects, locale)),
        )
        for name, effect in effects.features.items()
    )  # fmt: skip
    head = tuple(locale.text(key) for key in ("model.feature", "model.weight", "model.high_value_effect"))
    return chart_data_html(head, rows, title, locale)


def _high_value_text(feature: Feature, effect: FeatureEffect, effects: ShapSummary, locale: Locale) -> str:
    if feature.type is FeatureType.CATEGORICAL:
        return locale.text("model.high_choice")
    words = {1: "model.high_raise", -1: "model.high_lower", 0: "model.high_mixed"}
    return locale.text(words[high_value_effect(effect, effects.edges)])
