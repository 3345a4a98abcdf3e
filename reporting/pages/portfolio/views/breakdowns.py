"""Segments and main reasons as tables with small bars."""

from collections.abc import Sequence
from html import escape

from contract.schema import FeatureSchema
from presentation import formats
from presentation.wording import say
from reporting.pages.portfolio.divisions import Division
from reporting.pages.portfolio.labels import segment_label
from reporting.pages.portfolio.reading import SegmentRow
from reporting.pages.portfolio.views.tables import table, track
from reporting.population import MIN_GROUP_SIZE
from reporting.widgets.theme import Look


def segments_table(rows: Sequence[SegmentRow], division: Division, schema: FeatureSchema, look: Look) -> str:
    """Return a feature's segments."""
    language = look.language
    heads = [say(language, f"portfolio.{name}") for name in ("segment", "count", "mean", "high")]
    body = [
        [
            escape(segment_label(division, row.positions, schema, language)),
            formats.number(row.count, language),
            formats.percent(row.mean, language),
            formats.percent(row.high, language) + track(row.high, "high"),
        ]
        for row in rows
    ]
    notes = [say(language, "portfolio.segments_hint", minimum=MIN_GROUP_SIZE)]
    if division.feature.sensitive:
        notes.insert(0, say(language, "portfolio.sensitive_hint"))
    return table(heads, body) + "".join(f"<p class='note'>{escape(note)}</p>" for note in notes)


def reasons_table(reasons: Sequence[tuple[str, float]], schema: FeatureSchema, look: Look) -> str:
    """Return the main reasons under their heading."""
    language = look.language
    head = f"<h2>{escape(say(language, 'portfolio.reasons'))}</h2>"
    if not reasons:
        return f"{head}<p class='muted'>{escape(say(language, 'portfolio.reasons_none'))}</p>"
    heads = [say(language, "portfolio.factor"), say(language, "portfolio.share")]
    rows = [
        [escape(_label(feature, schema, look)), formats.percent(share, language) + track(share, "raises")]
        for feature, share in reasons
    ]
    text = f"<p class='muted'>{escape(say(language, 'portfolio.reasons_text'))}</p>"
    return head + text + table(heads, rows, wide=True)


def _label(feature: str, schema: FeatureSchema, look: Look) -> str:
    known = schema.by_name.get(feature)
    return known.label[look.language] if known else feature
