"""How groups of people fare under the decision threshold."""

from html import escape

from contract.bundle import Bundle
from contract.report import FOUR_FIFTHS, FairnessGroup, GroupRates, Rate
from contract.schema import Feature, FeatureSchema, Language
from presentation import formats
from presentation.wording import say
from reporting.pages.model.quality import interval_text
from reporting.widgets.tables import table_html

FAIRNESS_CSS = """
table { table-layout: fixed; min-width: 760px; max-width: 1100px; }
th:nth-child(1) { width: 20%; } th:nth-child(2) { width: 9%; } th:nth-child(4) { width: 14%; }
h3.sensitive { margin-top: 20px; }
.note { color: var(--muted); font-size: 12px; display: block; white-space: nowrap; }
.badge { display: inline-block; background: var(--warn-ground); border: 1px solid var(--warn-line);
  color: var(--warn-ink); border-radius: 4px; padding: 0 6px; font-size: 12px; font-weight: 600; white-space: nowrap; }
.bar { display: block; width: 120px; height: 12px; margin: 3px 0 0 auto; overflow: visible; }
.bar .track { fill: var(--bone); } .bar .fill { fill: var(--accent); opacity: .55; }
.bar .spread { stroke: var(--ink); stroke-width: 1.5; } .bar .limit { stroke: var(--raises); stroke-width: 2; }
.fairness-summary { margin-top: 8px; font-weight: 550; }
@media (max-width: 640px) { .bar { width: 84px; } }
"""


def fairness_html(bundle: Bundle, language: Language) -> str:
    """Return the card: a table for each sensitive feature, groups below four fifths marked."""
    title = f"<h2>{escape(say(language, 'model.fairness'))}</h2>"
    if not bundle.report.fairness:
        return f"{title}<p>{escape(say(language, 'model.fairness_none'))}</p>"
    text = escape(say(language, "model.fairness_text"))
    tables = "".join(
        _table(bundle.schema[name], groups, bundle, language) for name, groups in bundle.report.fairness.items()
    )
    summary = escape(_summary_text(bundle, language))
    return f'{title}<p class="muted">{text}</p><p class="fairness-summary">{summary}</p>{tables}'


def _summary_text(bundle: Bundle, language: Language) -> str:
    marked = [
        f"{bundle.schema[name].label[language]} – {group_label(bundle.schema[name], group, bundle.schema, language)}"
        for name, groups in bundle.report.fairness.items()
        for group in groups
        if group.rates is not None and _is_marked(group.rates)
    ]
    if not marked:
        return say(language, "model.fairness_fine")
    return say(language, "model.fairness_marked", groups="; ".join(marked) if language == "en" else ", ".join(marked))


def _is_marked(rates: GroupRates) -> bool:
    return rates.adverse_impact_ratio is not None and rates.adverse_impact_ratio < FOUR_FIFTHS


def _table(feature: Feature, groups: list[FairnessGroup], bundle: Bundle, language: Language) -> str:
    assessed = [g.rates.approval_rate.value for g in groups if g.rates and g.rates.adverse_impact_ratio is not None]
    limit = FOUR_FIFTHS * max(assessed, default=0.0)
    head = tuple(
        say(language, f"model.{key}")
        for key in ("group", "clients", "approved", "ratio", "good_approved", "calibration")
    )
    rows = (_row(feature, group, limit, bundle, language) for group in groups)
    label = feature.label[language]
    return f'<h3 class="sensitive">{escape(label)}</h3>{table_html(head, rows, label=label)}'


def _row(feature: Feature, group: FairnessGroup, limit: float, bundle: Bundle, language: Language) -> tuple[str, ...]:
    label = escape(group_label(feature, group, bundle.schema, language))
    count = formats.number(group.count, language)
    small = f'<span class="note">{escape(say(language, "model.too_small"))}</span>'
    if group.rates is None:
        return (label, count, small, "", "", "")
    rates = group.rates
    good = _rate(rates.good_approval_rate, language) if rates.good_approval_rate else "–"
    ratio = small if rates.adverse_impact_ratio is None else _ratio(rates, language)
    return (label, count, _rate(rates.approval_rate, language) + _bar(rates.approval_rate, limit), ratio, good,
            _calibration(rates, language))  # fmt: skip


def _rate(rate: Rate, language: Language) -> str:
    return f'{formats.percent(rate.value, language)}<span class="note">{interval_text(rate, language)}</span>'


def _ratio(rates: GroupRates, language: Language) -> str:
    ratio = formats.number(rates.adverse_impact_ratio or 0, language, 2)
    if not _is_marked(rates):
        return ratio
    return f'{ratio}<br><span class="badge">▼ {escape(say(language, "model.below_four_fifths"))}</span>'


def _bar(rate: Rate, limit: float) -> str:
    cut = f'<line class="limit" x1="{limit * 120:.1f}" x2="{limit * 120:.1f}" y1="-2" y2="14"/>' if limit else ""
    return (
        '<svg class="bar" viewBox="0 0 120 12" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="120" height="12"/><rect class="fill" width="{rate.value * 120:.1f}" height="12"/>'
        f'<line class="spread" x1="{rate.low * 120:.1f}" x2="{rate.high * 120:.1f}" y1="6" y2="6"/>{cut}</svg>'
    )


def _calibration(rates: GroupRates, language: Language) -> str:
    happened = rates.default_rate
    key = "model.calibrated"
    if rates.mean_pd < happened.low:
        key = "model.pd_too_low"
    elif rates.mean_pd > happened.high:
        key = "model.pd_too_high"
    word = escape(say(language, key))
    word = word if key == "model.calibrated" else f'<span class="badge">{word}</span>'
    both = f"{formats.percent(rates.mean_pd, language)} / {formats.percent(happened.value, language)}"
    return f'{both}<span class="note">{interval_text(happened, language)}</span>{word}'


def group_label(feature: Feature, group: FairnessGroup, schema: FeatureSchema, language: Language) -> str:
    """Return who belongs to a group: a level's label, a band of a number, or those without a value."""
    if group.level is not None:
        return formats.value(feature, group.level, schema, language)
    low, high = (
        None if end is None else formats.quantity(feature, end, schema, language) for end in (group.low, group.high)
    )
    if low is None:
        return say(language, "model.group_missing") if high is None else say(language, "model.below", high=high)
    if high is None:
        return say(language, "model.from", low=low)
    return say(language, "model.from_to", low=low, high=high)
