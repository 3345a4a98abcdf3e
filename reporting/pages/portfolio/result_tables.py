"""Bands, cost, segments, reasons and the distribution of a portfolio as tables. No I/O."""

from collections.abc import Sequence
from html import escape

from contract.schema import FeatureSchema
from presentation.locale import Locale
from reporting.pages.portfolio.analysis import BandRow, Cost, HistogramBar, SegmentRow
from reporting.pages.portfolio.segmentation import Segmentation, segment_label
from reporting.population import MIN_GROUP_SIZE
from reporting.widgets.tables import chart_data_html, inline_bar_html, table_html
from reporting.widgets.theme import DisplayPreferences


def segments_table(
    rows: Sequence[SegmentRow], segmentation: Segmentation, schema: FeatureSchema, look: DisplayPreferences
) -> str:
    """Return a feature's segments."""
    locale = look.locale
    heads = [locale.text(f"portfolio.{name}") for name in ("segment", "count", "mean", "high")]
    body = [
        [
            escape(segment_label(segmentation, row.positions, schema, locale)),
            locale.number(row.count),
            locale.percent(row.mean_pd),
            locale.percent(row.share_above) + inline_bar_html(row.share_above, "high"),
        ]
        for row in rows
    ]
    notes = [locale.text("portfolio.segments_hint", minimum=MIN_GROUP_SIZE)]
    if segmentation.feature.sensitive:
        notes.insert(0, locale.text("portfolio.sensitive_hint"))
    return table_html(heads, body) + "".join(f"<p class='note'>{escape(note)}</p>" for note in notes)


def reasons_table(reasons: Sequence[tuple[str, float]], schema: FeatureSchema, look: DisplayPreferences) -> str:
    """Return the main reasons under their heading."""
    locale = look.locale
    head = f"<h2>{escape(locale.text('portfolio.reasons'))}</h2>"
    if not reasons:
        return f"{head}<p class='muted'>{escape(locale.text('portfolio.reasons_none'))}</p>"
    heads = [locale.text("portfolio.factor"), locale.text("portfolio.share")]
    rows = [
        [escape(_label(feature, schema, look)), locale.percent(share) + inline_bar_html(share, "raises")]
        for feature, share in reasons
    ]
    text = f"<p class='muted'>{escape(locale.text('portfolio.reasons_text'))}</p>"
    return head + text + table_html(heads, rows, wide=True)


def _label(feature: str, schema: FeatureSchema, look: DisplayPreferences) -> str:
    known = schema.by_name.get(feature)
    return look.locale.label(known) if known else feature


NONE = "–"
"""Shown for a group too small for an average."""


def bands_table(rows: Sequence[BandRow], scored: int, mean: float, locale: Locale) -> str:
    """Return the bands, with all clients as the last line. `mean` is the mean PD of all."""
    heads = [locale.text(f"portfolio.{name}") for name in ("band", "count", "share", "mean", "defaults")]
    body = [_band_cells(row, locale) for row in rows]
    total = [
        escape(locale.text("portfolio.total")), locale.number(scored), locale.percent(1),
        locale.percent(mean), locale.number(mean * scored),
    ]  # fmt: skip
    title = f"<h2>{escape(locale.text('portfolio.bands'))}</h2>"
    hidden = any(row.mean_pd is None and row.count for row in rows)
    return title + table_html(heads, body, total=total) + (_note_html(locale, "portfolio.hidden") if hidden else "")


def cost_table(lines: Sequence[tuple[str, float, Cost]], locale: Locale) -> str:
    """Return the expected cost at several thresholds: (message key, threshold, cost)."""
    heads = [locale.text(f"portfolio.{name}") for name in ("cost_where", "cost_total", "cost_each")]
    rows = [
        [
            escape(locale.text(key, threshold=locale.percent(threshold))),
            locale.number(cost.total),
            locale.number(cost.per_client, 3),
        ]
        for key, threshold, cost in lines
    ]
    return table_html(heads, rows, caption=locale.text("portfolio.cost_unit"))


def distribution_table(bars: Sequence[HistogramBar], scored: int, locale: Locale) -> str:
    """Return the distribution's text equivalent, folded."""
    heads = [locale.text(f"portfolio.{name}") for name in ("x_axis", "count", "share")]
    rows = []
    for bar in bars:
        low, high = (locale.percent(end, 0) for end in (bar.low, bar.high))
        span = locale.text("portfolio.from_to", low=low, high=high)
        share = locale.percent(bar.count / scored)
        rows.append([escape(span), locale.number(bar.count), share])
    return chart_data_html(heads, rows, locale.text("portfolio.distribution"), locale)


def _band_cells(row: BandRow, locale: Locale) -> list[str]:
    dot = f'<span class="dot" style="background:var(--{row.band})" aria-hidden="true"></span>'
    return [
        dot + escape(locale.text(f"band.{row.band}")),
        locale.number(row.count),
        locale.percent(row.share) + inline_bar_html(row.share, str(row.band)),
        NONE if row.mean_pd is None else locale.percent(row.mean_pd),
        NONE if row.expected_defaults is None else locale.number(row.expected_defaults),
    ]


def _note_html(locale: Locale, key: str) -> str:
    return f"<p class='note'>{escape(locale.text(key, minimum=MIN_GROUP_SIZE))}</p>"
