"""Bands, cost, segments, reasons and the distribution of a portfolio as tables. No I/O."""

from collections.abc import Sequence
from html import escape

from contract.disclosure import MIN_GROUP_SIZE, rounded_count, rounded_sum
from contract.schema import FeatureSchema
from presentation.locale import Locale
from producers.portfolio.segmentation import Segmentation
from producers.portfolio.totals import BandRow, Cost, HistogramBar, SegmentRow
from reporting.pages.portfolio.segment_labels import segment_label
from reporting.widgets.tables import chart_data_html, inline_bar_html, table_html
from reporting.widgets.theme import DisplayPreferences


def count_text(count: float | None, locale: Locale) -> str:
    """Return a number of clients in steps, or that they are too few to say."""
    rounded = None if count is None else rounded_count(count)
    if rounded is None:
        return locale.text("portfolio.under_minimum", minimum=MIN_GROUP_SIZE)
    return locale.number(rounded)


def segments_table(
    rows: Sequence[SegmentRow], segmentation: Segmentation, margin: int, schema: FeatureSchema, locale: Locale
) -> str:
    """Return a feature's segments, whose counts at a threshold are right within `margin` clients."""
    heads = [locale.text(f"portfolio.{name}") for name in ("segment", "count", "mean", "high")]
    body = [
        [
            escape(segment_label(segmentation, row.positions, schema, locale)),
            count_text(row.count, locale),
            locale.percent(row.mean_pd),
            locale.percent(row.share_above) + inline_bar_html(row.share_above, "high"),
        ]
        for row in rows
    ]
    notes = [locale.text("portfolio.segments_hint", minimum=MIN_GROUP_SIZE, margin=locale.number(margin))]
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
        escape(locale.text("portfolio.total")), count_text(scored, locale), locale.percent(1),
        locale.percent(mean), locale.number(rounded_sum(mean * scored)),
    ]  # fmt: skip
    title = f"<h2>{escape(locale.text('portfolio.bands'))}</h2>"
    hidden = any(row.count is None for row in rows)
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


def distribution_table(bins: Sequence[HistogramBar], scored: int, locale: Locale) -> str:
    """Return the distribution's text equivalent, folded."""
    heads = [locale.text(f"portfolio.{name}") for name in ("x_axis", "count", "share")]
    rows = []
    for found in bins:
        low, high = (locale.percent(end, int(round(end * 100, 6) % 1 > 0)) for end in (found.low, found.high))
        span = locale.text("portfolio.from_to", low=low, high=high)
        share = locale.percent(found.count / scored) if rounded_count(found.count) is not None else NONE
        rows.append([escape(span), count_text(found.count, locale), share])
    return chart_data_html(heads, rows, locale.text("portfolio.distribution"), locale)


def _band_cells(row: BandRow, locale: Locale) -> list[str]:
    dot = f'<span class="dot" style="background:var(--{row.band})" aria-hidden="true"></span>'
    name = dot + escape(locale.text(f"band.{row.band}"))
    if row.count is None or row.share is None or row.mean_pd is None or row.expected_defaults is None:
        return [name, count_text(row.count, locale), NONE, NONE, NONE]
    return [
        name,
        locale.number(row.count),
        locale.percent(row.share) + inline_bar_html(row.share, str(row.band)),
        locale.percent(row.mean_pd),
        locale.number(row.expected_defaults),
    ]


def _note_html(locale: Locale, key: str) -> str:
    return f"<p class='note'>{escape(locale.text(key, minimum=MIN_GROUP_SIZE))}</p>"
