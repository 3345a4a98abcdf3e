"""One score as text for a terminal: 80 columns, and complete without colour."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from contract.bundle import Bundle
from contract.codes import Band
from contract.messages import Scored
from contract.schema import FeatureSchema, Language, Text
from presentation.factors import Factor, break_down
from presentation.formats import number, percent, points, value

BAR_WIDTH = 60
"""Leaves room for the margins on 80 columns."""

STYLES = {Band.LOW: "green", Band.MEDIUM: "yellow", Band.HIGH: "red"}
RAISES, LOWERS = "red", "green"

BANDS = {
    Band.LOW: Text(fr="risque faible", en="low risk"),
    Band.MEDIUM: Text(fr="risque moyen", en="medium risk"),
    Band.HIGH: Text(fr="risque élevé", en="high risk"),
}
BAND_RULES = {
    Band.LOW: Text(fr="inférieure à la moitié du seuil de {threshold}", en="below half the threshold of {threshold}"),
    Band.MEDIUM: Text(
        fr="entre la moitié du seuil et le seuil de {threshold}",
        en="between half the threshold and the threshold of {threshold}",
    ),
    Band.HIGH: Text(fr="égale ou supérieure au seuil de {threshold}", en="at or above the threshold of {threshold}"),
}
PROBABILITY = Text(fr="Probabilité de défaut", en="Probability of default")
THRESHOLD = Text(fr="seuil", en="threshold")
AVERAGE = Text(fr="Client moyen", en="Average client")
OTHERS = Text(fr="Autres facteurs ({count})", en="Other factors ({count})")
POINTS = Text(fr="Points de pourcentage", en="Percentage points")
UNKNOWN = Text(fr="non renseigné", en="not known")
CACHED = Text(fr="réponse du cache", en="answered from the cache")
MODEL = Text(fr="Modèle", en="Model")
NOT_KEPT = Text(
    fr="Ni ce score ni son explication ne sont conservés.", en="Neither this score nor its explanation is kept."
)
OTHER_MODEL = Text(
    fr="Attention : les libellés viennent d'un autre modèle ({version}).",
    en="Mind: the labels come from another model ({version}).",
)


def render(scored: Scored, features: Mapping[str, Any], bundle: Bundle, language: Language) -> RenderableType:
    """Return a score for a rich console. `features`: the values that were sent; `bundle` gives labels and sentences."""
    parts: list[RenderableType] = [_headline(scored, language), _bar(scored, language), Line()]
    if scored.contributions:
        parts += [_factor_table(scored, features, bundle.schema, language), Line()]
    parts += _footer(scored, bundle, language)
    return Group(*parts)


def _headline(scored: Scored, language: Language) -> Line:
    threshold = percent(scored.threshold, language)
    style = f"bold {STYLES[scored.band]}"
    line = Line.assemble(
        (f"{PROBABILITY[language]}  ", "bold"),
        (f"{percent(scored.probability, language)}  {BANDS[scored.band][language]}", style),
    )
    rule = BAND_RULES[scored.band][language].format(threshold=threshold)
    return line.append(f"\n{rule[0].upper()}{rule[1:]}", "dim")


def _bar(scored: Scored, language: Language) -> Line:
    """Return a bar from 0 to 100 %, with the threshold marked below it."""
    filled = round(scored.probability * BAR_WIDTH)
    mark = min(round(scored.threshold * BAR_WIDTH), BAR_WIDTH - 1)
    return Line.assemble(
        ("█" * filled, STYLES[scored.band]),
        ("░" * (BAR_WIDTH - filled), "dim"),
        f" 100{percent(1, language, 0)[3:]}\n",
        (f"{' ' * mark}▲ {THRESHOLD[language]} {percent(scored.threshold, language)}", "dim"),
    )


def _factor_table(scored: Scored, features: Mapping[str, Any], schema: FeatureSchema, language: Language) -> Table:
    breakdown = break_down(scored)
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_row("", "", Line(POINTS[language], "dim"))
    table.add_row(number(breakdown.average / 10, language, 1), "", AVERAGE[language])
    for factor in breakdown.factors:
        table.add_row(*_factor_row(factor, features, schema, language))
    total = Line(number(breakdown.probability / 10, language, 1), "bold")
    table.add_row(total, "=", Line(PROBABILITY[language], "bold"))
    return table


def _factor_row(
    factor: Factor, features: Mapping[str, Any], schema: FeatureSchema, language: Language
) -> tuple[Line, Line, Line]:
    raises = factor.units > 0
    style = RAISES if raises else LOWERS if factor.units < 0 else ""
    mark = "▲" if raises else "▼" if factor.units < 0 else ""
    amount = Line(points(factor.units, language), style)
    if factor.feature is None:
        return amount, Line(mark, style), Line(OTHERS[language].format(count=factor.count))
    return amount, Line(mark, style), _factor_text(factor, features, schema, language)


def _factor_text(factor: Factor, features: Mapping[str, Any], schema: FeatureSchema, language: Language) -> Line:
    feature = schema.by_name.get(str(factor.feature))
    if feature is None:  # the worker serves another model than the one whose labels are at hand
        return Line(str(factor.feature))
    raw = features.get(feature.name)
    shown = UNKNOWN[language] if raw is None else value(feature, raw, schema, language)
    separator = " : " if language == "fr" else ": "
    text = Line(f"{feature.label[language]}{separator}{shown}")
    if factor.units:
        text.append("\n" + feature.reason("raises" if factor.units > 0 else "lowers", language), "dim")
    return text


def _footer(scored: Scored, bundle: Bundle, language: Language) -> Iterator[Line]:
    cached = f" · {CACHED[language]}" if scored.cached else ""
    yield Line(f"{MODEL[language]} {scored.model.version}{cached}", "dim")
    if scored.model.digest != bundle.ref.digest:
        yield Line(OTHER_MODEL[language].format(version=bundle.ref.version), "yellow")
    yield Line(NOT_KEPT[language], "dim")
