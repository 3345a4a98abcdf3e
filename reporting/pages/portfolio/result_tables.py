"""Bands, cost, segments, reasons and the distribution of a portfolio as tables. No I/O."""

from collections.abc import Sequence
from html import escape

from contract.schema import FeatureSchema, Language
from presentation import formats
from presentation.wording import say
from reporting.pages.portfolio.analysis import BandRow, Cost, HistogramBar, SegmentRow
from reporting.pages.portfolio.segmentation import Segmentation, segment_label
from reporting.population import MIN_GROUP_SIZE
from reporting.widgets.tables import chart_data_html, inline_bar_html, table_html
from reporting.widgets.theme import Look


def segments_table(rows: Sequence[SegmentRow], segmentation: Segmentation, schema: FeatureSchema, look: Look) -> str:
    """Return a feature's segments."""
    language = look.language
    heads = [say(language, f"portfolio.{name}") for name in ("segment", "count", "mean", "high")]
    body = [
        [
            escape(segment_label(segmentation, row.positions, schema, language)),
            formats.number(row.count, language),
            formats.percent(row.mean_pd, language),
            formats.percent(row.share_above, language) + inline_bar_html(row.share_above, "high"),
        ]
        for row in rows
    ]
    notes = [say(language, "portfolio.segments_hint", minimum=MIN_GROUP_SIZE)]
    if segmentation.feature.sensitive:
        notes.insert(0, say(language, "portfolio.sensitive_hint"))
    return table_html(heads, body) + "".join(f"<p class='note'>{escape(note)}</p>" for note in notes)


def reasons_table(reasons: Sequence[tuple[str, float]], schema: FeatureSchema, look: Look) -> str:
    """Return the main reasons under their heading."""
    language = look.language
    head = f"<h2>{escape(say(language, 'portfolio.reasons'))}</h2>"
    if not reasons:
        return f"{head}<p class='muted'>{escape(say(language, 'portfolio.reasons_none'))}</p>"
    heads = [say(language, "portfolio.factor"), say(language, "portfolio.share")]
    rows = [
        [escape(_label(feature, schema, look)), formats.percent(share, language) + inline_bar_html(share, "raises")]
        for feature, share in reasons
    ]
    text = f"<p class='muted'>{escape(say(language, 'portfolio.reasons_text'))}</p>"
    return head + text + table_html(heads, rows, wide=True)


def _label(feature: str, schema: FeatureSchema, look: Look) -> str:
    known = schema.by_name.get(feature)
    return known.label[look.language] if known else feature


NONE = "–"
"""Stands where a group is too small for an average."""


def bands_table(rows: Sequence[BandRow], scored: int, mean: float, language: Language) -> str:
    """Return the bands, with all clients as the last line. `mean` is the mean PD of all."""
    heads = [say(language, f"portfolio.{name}") for name in ("band", "count", "share", "mean", "defaults")]
    body = [_band_cells(row, language) for row in rows]
    total = [
        escape(say(language, "portfolio.total")), formats.number(scored, language), formats.percent(1, language),
        formats.percent(mean, language), formats.number(mean * scored, language),
    ]  # fmt: skip
    title = f"<h2>{escape(say(language, 'portfolio.bands'))}</h2>"
    hidden = any(row.mean_pd is None and row.count for row in rows)
    return title + table_html(heads, body, total=total) + (_note_html(language, "portfolio.hidden") if hidden else "")


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
    return table_html(heads, rows, caption=say(language, "portfolio.cost_unit"))


def distribution_table(bars: Sequence[HistogramBar], scored: int, language: Language) -> str:
    """Return the distribution's text equivalent, folded."""
    heads = [say(language, f"portfolio.{name}") for name in ("x_axis", "count", "share")]
    rows = []
    for bar in bars:
        low, high = (formats.percent(end, language, 0) for end in (bar.low, bar.high))
        span = say(language, "portfolio.from_to", low=low, high=high)
        share = formats.percent(bar.count / scored, language)
        rows.append([escape(span), formats.number(bar.count, language), share])
    return chart_data_html(heads, rows, say(language, "portfolio.distribution"), language)


def _band_cells(row: BandRow, language: Language) -> list[str]:
    dot = f'<span class="dot" style="background:var(--{row.band})" aria-hidden="true"></span>'
    return [
        dot + escape(say(language, f"band.{row.band}")),
        formats.number(row.count, language),
        formats.percent(row.share, language) + inline_bar_html(row.share, str(row.band)),
        NONE if row.mean_pd is None else formats.percent(row.mean_pd, language),
        NONE if row.expected_defaults is None else formats.number(row.expected_defaults, language),
    ]


def _note_html(language: Language, key: str) -> str:
    return f"<p class='note'>{escape(say(language, key, minimum=MIN_GROUP_SIZE))}</p>"
