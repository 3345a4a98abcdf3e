"""Feature importance (SHAP): the share of each feature, and a beeswarm of its contributions."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from contract.bundle import Bundle
from contract.report import Effect, Effects
from contract.schema import Feature, FeatureType, Language
from presentation import formats
from presentation.wording import say
from reporting.pages.model.svg_chart import pd_label, pd_ticks, sigmoid
from reporting.widgets.tables import chart_data_html

MOST_DOTS = 7
"""Dots above each other where most people are: as many as a row is high."""


@dataclass(frozen=True)
class Dot:
    """One dot: a share of the people in one contribution bin."""

    bin: int
    level: float
    """Above (positive) or below the row's middle, in dots."""
    part: int
    """Part of the values, from low to high; the last is missing."""


def dots(swarm: Sequence[Sequence[int]]) -> list[Dot]:
    """Return the dots of one feature; the highest stack is MOST_DOTS high, and nobody's bin is empty."""
    most = max((sum(parts) for parts in swarm), default=0) or 1
    found = []
    for bin_, parts in enumerate(swarm):
        height = -(-sum(parts) * MOST_DOTS // most)
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


def high_values(effect: Effect, edges: Sequence[float]) -> int:
    """Return what high values do against low ones: 1 raise the risk, -1 lower it, 0 neither clearly.

    Clear is a difference of the mean contributions of more than half of the mean absolute contribution.
    """
    low, high = (_mean(effect.swarm, edges, part) for part in (0, -2))
    if low is None or high is None or abs(high - low) <= effect.importance / 2:
        return 0
    return 1 if high > low else -1


def _mean(swarm: Sequence[Sequence[int]], edges: Sequence[float], part: int) -> float | None:
    counts = [parts[part] for parts in swarm]
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    total = sum(counts)
    return sum(c * m for c, m in zip(counts, middles, strict=True)) / total if total else None


SHOWN = 12
"""Features before the rest is folded away: they hold nearly all of the weight."""

HEIGHT = 36.0
PITCH = HEIGHT / (MOST_DOTS + 1)
"""Of a row, and of its dots from middle to middle, in pixels."""

IMPORTANCE_CSS = """
.swarm { margin-top: 12px; max-width: 960px; }
.swarm .row { display: grid; grid-template-columns: minmax(0, 260px) minmax(0, 1fr); column-gap: 16px;
  align-items: center; border-top: 1px solid var(--line); }
.swarm .row:first-child { border-top: 0; }
.swarm .name { font-size: 13px; line-height: 18px; padding: 4px 0; }
.swarm .name b { display: block; font-weight: 550; }
.swarm .weight { display: flex; align-items: center; gap: 8px; color: var(--muted); font-size: 12px; }
.swarm .weight i { height: 6px; border-radius: 3px; background: var(--accent); flex: 0 0 auto; }
.swarm svg { display: block; width: 100%; height: 36px; overflow: visible; }
.swarm svg path { fill: none; stroke-width: 5px; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.swarm svg line { stroke: var(--line); vector-effect: non-scaling-stroke; }
.swarm svg line.zero { stroke: var(--muted); }
.swarm .scale { position: relative; height: 34px; font-size: 12px; color: var(--muted); }
.swarm .scale span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.swarm .scale span.zero { top: 16px; color: var(--ink); font-weight: 600; }
.ramp { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px; font-size: 13px; color: var(--muted);
  margin-top: 12px; }
.ramp span { display: inline-flex; align-items: center; gap: 5px; }
.ramp i { width: 9px; height: 9px; border-radius: 50%; }
@media (max-width: 640px) {
  .swarm .row { display: block; padding: 6px 0; } .swarm .row.axis .name { display: none; }
  .swarm svg path { stroke-width: 4px; }
}
"""

VALUE_COLOURS = tuple(f"color-mix(in oklab, var(--accent) {share}%, var(--medium))" for share in (0, 25, 50, 75, 100))
CHOICE_COLOUR = "var(--muted)"
MISSING_COLOUR = "var(--axis)"


def importance_html(bundle: Bundle, language: Language) -> str:
    """Return the card: every feature by weight, the light ones folded away."""
    told = bundle.report.effects
    title = say(language, "model.effects")
    text = say(language, "model.effects_text", rows=formats.number(told.rows, language))
    total = sum(effect.importance for effect in told.features.values()) or 1.0
    heaviest = max((effect.importance for effect in told.features.values()), default=1.0) or 1.0
    rows = [
        _row(bundle.schema[name], effect, told, effect.importance / total, effect.importance / heaviest, language)
        for name, effect in told.features.items()
    ]
    more = ""
    if rest := rows[SHOWN:]:
        summary = escape(say(language, "model.more_features", count=len(rest)))
        inside = f'<div class="swarm">{"".join(rest)}{_scale(told, language)}</div>'
        more = f"<details><summary>{summary}</summary>{inside}</details>"
    return (
        f'<h2>{escape(title)}</h2><p class="muted">{escape(text)}</p>{_ramp(language)}'
        f'<div class="swarm">{"".join(rows[:SHOWN])}{_scale(told, language)}</div>{more}'
        f"{_table(bundle, total, title, language)}"
    )


def _row(feature: Feature, effect: Effect, told: Effects, share: float, relative: float, language: Language) -> str:
    weight = say(language, "model.weight_of", share=formats.percent(share, language, 0))
    name = (
        f'<div class="name"><b>{escape(feature.label[language])}</b>'
        f'<span class="weight"><i style="width:{relative * 96:.0f}px"></i>{escape(weight)}</span></div>'
    )
    return f'<div class="row">{name}{_dots(feature, effect, told.edges)}</div>'


def _dots(feature: Feature, effect: Effect, edges: Sequence[float]) -> str:
    """Return one row of dots: each colour is one path of points, so that thousands stay light."""
    places: dict[int, list[str]] = {}
    for dot in dots(effect.swarm):
        y = HEIGHT / 2 - dot.level * PITCH
        places.setdefault(dot.part, []).append(f"M{dot.bin + 0.5:g} {y:.1f}h0")
    paths = "".join(
        f'<path style="stroke:{_colour(feature, part, len(effect.swarm[0]))}" d="{"".join(points)}"/>'
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
    return CHOICE_COLOUR if feature.type is FeatureType.CHOICE else VALUE_COLOURS[part]


def _scale(told: Effects, language: Language) -> str:
    low, high = told.edges[0], told.edges[-1]
    base = sigmoid(told.base_log_odds)
    ticks = pd_ticks(told.base_log_odds, low, high, (high - low) / 9)
    labels = "".join(
        f'<span style="left:{(at - low) / (high - low) * 100:.1f}%">{escape(pd_label(pd, language))}</span>'
        for at, pd in ticks
    )
    zero = escape(say(language, "model.average", pd=formats.percent(base, language)))
    labels += f'<span class="zero" style="left:{-low / (high - low):.1%}">{zero}</span>'
    return f'<div class="row axis" aria-hidden="true"><div class="name"></div><div class="scale">{labels}</div></div>'


def _ramp(language: Language) -> str:
    ramp = "".join(f'<i style="background:{colour}"></i>' for colour in VALUE_COLOURS)
    low, high, choices, missing = (
        escape(say(language, key))
        for key in ("model.low_values", "model.high_values", "model.choices", "model.missing")
    )
    others = "".join(
        f'<span><i style="background:{colour}"></i>{label}</span>'
        for colour, label in ((CHOICE_COLOUR, choices), (MISSING_COLOUR, missing))
    )
    return f'<p class="ramp"><span>{low} {ramp} {high}</span>{others}</p>'


def _table(bundle: Bundle, total: float, title: str, language: Language) -> str:
    told = bundle.report.effects
    rows = (
        (
            escape(bundle.schema[name].label[language]), formats.percent(effect.importance / total, language),
            escape(_high(bundle.schema[name], effect, told, language)),
        )
        for name, effect in told.features.items()
    )  # fmt: skip
    head = tuple(say(language, key) for key in ("model.feature", "model.weight", "model.high_value_effect"))
    return chart_data_html(head, rows, title, language)


def _high(feature: Feature, effect: Effect, told: Effects, language: Language) -> str:
    if feature.type is FeatureType.CHOICE:
        return say(language, "model.high_choice")
    words = {1: "model.high_raise", -1: "model.high_lower", 0: "model.high_mixed"}
    return say(language, words[high_values(effect, told.edges)])
