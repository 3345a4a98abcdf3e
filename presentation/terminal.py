"""One score as text for a terminal: 80 columns, and complete without colour."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from contract.bundle import Bundle
from contract.codes import Band
from contract.messages import Scored
from contract.reason_rule import Direction
from presentation.factors import Factor, break_down
from presentation.locale import Locale

BAR_WIDTH = 60
"""Leaves room for the margins on 80 columns."""

STYLES = {Band.LOW: "green", Band.MEDIUM: "yellow", Band.HIGH: "red"}
RAISES, LOWERS = "red", "green"


def render(scored: Scored, features: Mapping[str, Any], bundle: Bundle, locale: Locale) -> RenderableType:
    """Return a score for a rich console. `features`: the values that were sent; `bundle` gives labels and sentences."""
    parts: list[RenderableType] = [_headline(scored, locale), _bar(scored, locale), Text()]
    if scored.contributions:
        parts += [_factor_table(scored, features, bundle, locale), Text()]
    parts += _footer(scored, bundle, locale)
    return Group(*parts)


def _headline(scored: Scored, locale: Locale) -> Text:
    threshold = locale.percent(scored.threshold)
    style = f"bold {STYLES[scored.band]}"
    line = Text.assemble(
        (f"{locale.text('gauge.title')}  ", "bold"),
        (f"{locale.percent(scored.probability)}  {locale.text(f'band.{scored.band}')}", style),
    )
    return line.append(f"\n{locale.text(f'band.{scored.band}_text', threshold=threshold)}", "dim")


def _bar(scored: Scored, locale: Locale) -> Text:
    """Return a bar from 0 to 100 %, with the threshold marked below it."""
    filled = round(scored.probability * BAR_WIDTH)
    mark = min(round(scored.threshold * BAR_WIDTH), BAR_WIDTH - 1)
    return Text.assemble(
        ("█" * filled, STYLES[scored.band]),
        ("░" * (BAR_WIDTH - filled), "dim"),
        f" {locale.percent(1, 0)}\n",
        (f"{' ' * mark}▲ {locale.text('gauge.threshold', threshold=locale.percent(scored.threshold))}", "dim"),
    )


def _factor_table(scored: Scored, features: Mapping[str, Any], bundle: Bundle, locale: Locale) -> Table:
    breakdown = break_down(scored)
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_row("", "", Text(locale.text("factors.axis"), "dim"))
    table.add_row(locale.number(breakdown.start / 10, 1), "", locale.text("factors.start"))
    for factor in breakdown.factors:
        table.add_row(*_factor_row(factor, features, bundle, locale))
    total = Text(locale.number(breakdown.probability / 10, 1), "bold")
    table.add_row(total, "=", Text(locale.text("gauge.title"), "bold"))
    return table


def _factor_row(factor: Factor, features: Mapping[str, Any], bundle: Bundle, locale: Locale) -> tuple[Text, Text, Text]:
    raises = factor.units > 0
    style = RAISES if raises else LOWERS if factor.units < 0 else ""
    mark = "▲" if raises else "▼" if factor.units < 0 else ""
    amount = Text(locale.points(factor.units), style)
    if factor.feature is None:
        return amount, Text(mark, style), Text(locale.text("factors.others", count=factor.count))
    return amount, Text(mark, style), _factor_text(factor, features, bundle, locale)


def _factor_text(factor: Factor, features: Mapping[str, Any], bundle: Bundle, locale: Locale) -> Text:
    feature = bundle.schema.by_name.get(str(factor.feature))
    if feature is None:  # the worker serves another model than the one whose labels are at hand
        return Text(str(factor.feature))
    if not factor.units:
        value = locale.value(feature, features.get(feature.name), bundle.schema)
        return Text(locale.labelled(locale.label(feature), value))
    histogram = bundle.baseline.features.get(feature.name)
    direction: Direction = "raises" if factor.units > 0 else "lowers"
    return Text(locale.reason(feature, direction, bundle.schema, features, histogram))


def _footer(scored: Scored, bundle: Bundle, locale: Locale) -> Iterator[Text]:
    cached = f" · {locale.text('terminal.cached')}" if scored.cached else ""
    yield Text(f"{locale.text('result.model', version=scored.model.version)}{cached}", "dim")
    if scored.model.digest != bundle.ref.digest:
        yield Text(locale.text("terminal.other_model", version=bundle.ref.version), "yellow")
    yield Text(locale.text("terminal.not_kept"), "dim")
