"""The totals that depend on the threshold, as HTML: bands and cost."""

from collections.abc import Sequence
from html import escape

from contract.schema import Language
from presentation import formats
from presentation.wording import say
from reporting.pages.portfolio.reading import BandRow, Bar, Cost
from reporting.pages.portfolio.views.tables import table, track
from reporting.population import MIN_GROUP_SIZE

NONE = "–"
"""Stands where a group is too small for an average."""


def bands_table(rows: Sequence[BandRow], scored: int, mean: float, language: Language) -> str:
    """Return the bands, with all clients as the last line. `mean` is the mean PD of all."""
    heads = [say(language, f"portfolio.{name}") for name in ("band", "count", "share", "mean", "defaults")]
    body = [_band(row, language) for row in rows]
    total = [
        escape(say(language, "portfolio.total")), formats.number(scored, language), formats.percent(1, language),
        formats.percent(mean, language), formats.number(mean * scored, language),
    ]  # fmt: skip
    title = f"<h2>{escape(say(language, 'portfolio.bands'))}</h2>"
    hidden = any(row.mean is None and row.count for row in rows)
    return title + table(heads, body, total=total) + (_note(language, "portfolio.hidden") if hidden else "")


def cost_table(lines: Sequence[tuple[str, float, Cost]], language: Language) -> str:
    """Return the expected cost at several thresholds: (wording, threshold, cost)."""
    heads = [say(language, f"portfolio.{name}") for name in ("cost_where", "cost_total", "cost_each")]
    rows = [
        [
            escape(say(language, key, threshold=formats.percent(threshold, language))),
            formats.number(cost.total, language),
            formats.number(cost.per_client, language, 3),
        ]
        for key, threshold, cost in lines
    ]
    return table(heads, rows, caption=say(language, "portfolio.cost_unit"))


def distribution_table(bars: Sequence[Bar], scored: int, language: Language) -> str:
    """Return the distribution's text equivalent, folded."""
    heads = [say(language, f"portfolio.{name}") for name in ("x_axis", "count", "share")]
    rows = []
    for bar in bars:
        low, high = (formats.percent(end, language, 0) for end in (bar.low, bar.high))
        span = say(language, "portfolio.from_to", low=low, high=high)
        share = formats.percent(bar.count / scored, language)
        rows.append([escape(span), formats.number(bar.count, language), share])
    return f"<details><summary>{escape(say(language, 'portfolio.as_table'))}</summary>{table(heads, rows)}</details>"


def _band(row: BandRow, language: Language) -> list[str]:
    dot = f'<span class="dot" style="background:var(--{row.band})" aria-hidden="true"></span>'
    return [
        dot + escape(say(language, f"band.{row.band}")),
        formats.number(row.count, language),
        formats.percent(row.share, language) + track(row.share, str(row.band)),
        NONE if row.mean is None else formats.percent(row.mean, language),
        NONE if row.defaults is None else formats.number(row.defaults, language),
    ]


def _note(language: Language, key: str) -> str:
    return f"<p class='note'>{escape(say(language, key, minimum=MIN_GROUP_SIZE))}</p>"
