"""Fairness: approval rates and calibration by group, at the decision threshold."""

from html import escape

from contract.bundle import Bundle
from contract.disclosure import MIN_GROUP_SIZE
from contract.report import FOUR_FIFTHS, FairnessGroup, GroupRates, Rate
from contract.schema import Feature, FeatureSchema
from presentation.locale import Locale
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
.proxies { list-style: none; }
.fairness-summary { margin-top: 8px; font-weight: 550; }
@media (max-width: 640px) { .bar { width: 84px; } }
"""


def fairness_html(bundle: Bundle, locale: Locale) -> str:
    """Return the card: a table for each sensitive feature, groups below four fifths marked."""
    title = f"<h2>{escape(locale.text('model.fairness'))}</h2>"
    if not bundle.report.fairness:
        return f"{title}<p>{escape(locale.text('model.fairness_none'))}</p>"
    text = escape(locale.text("model.fairness_text", minimum=MIN_GROUP_SIZE))
    tables = "".join(
        _table(bundle.schema[name], groups, bundle, locale) for name, groups in bundle.report.fairness.items()
    )
    summary = escape(_summary_text(bundle, locale))
    proxies = _proxies(bundle, locale)
    return f'{title}<p class="muted">{text}</p><p class="fairness-summary">{summary}</p>{tables}{proxies}'


def _proxies(bundle: Bundle, locale: Locale) -> str:
    """Return the features of the model that stand for a sensitive one."""
    found = [
        locale.text(
            "model.proxy",
            feature=locale.label(bundle.schema[proxy.feature]),
            sensitive=locale.label(bundle.schema[proxy.sensitive]),
            auc=locale.number(proxy.auc, 2),
        )
        for proxy in bundle.report.proxies
    ]
    items = "".join(f"<li>{escape(text)}</li>" for text in found or [locale.text("model.proxies_none")])
    title = escape(locale.text("model.proxies"))
    return f'<h3 class="sensitive">{title}</h3><ul class="proxies">{items}</ul>'


def _summary_text(bundle: Bundle, locale: Locale) -> str:
    marked = [
        f"{locale.label(bundle.schema[name])} – {group_label(bundle.schema[name], group, bundle.schema, locale)}"
        for name, groups in bundle.report.fairness.items()
        for group in groups
        if group.rates is not None and _is_marked(group.rates)
    ]
    if not marked:
        return locale.text("model.fairness_fine")
    return locale.text("model.fairness_marked", groups=", ".join(marked))


def _is_marked(rates: GroupRates) -> bool:
    return rates.adverse_impact_ratio is not None and rates.adverse_impact_ratio < FOUR_FIFTHS


def _table(feature: Feature, groups: list[FairnessGroup], bundle: Bundle, locale: Locale) -> str:
    assessed = [g.rates.approval_rate.value for g in groups if g.rates and g.rates.adverse_impact_ratio is not None]
    limit = FOUR_FIFTHS * max(assessed, default=0.0)
    head = tuple(
        locale.text(f"model.{key}") for key in ("group", "clients", "approved", "ratio", "good_approved", "calibration")
    )
    rows = (_row(feature, group, limit, bundle, locale) for group in groups)
    label = locale.label(feature)
    return f'<h3 class="sensitive">{escape(label)}</h3>{table_html(head, rows, label=label)}'


def _row(feature: Feature, group: FairnessGroup, limit: float, bundle: Bundle, locale: Locale) -> tuple[str, ...]:
    label = escape(group_label(feature, group, bundle.schema, locale))
    count = locale.number(group.count)
    small = f'<span class="note">{escape(locale.text("model.too_small"))}</span>'
    if group.rates is None:
        return (label, count, small, "", "", "")
    rates = group.rates
    good = _rate(rates.good_approval_rate, locale) if rates.good_approval_rate else "–"
    ratio = small if rates.adverse_impact_ratio is None else _ratio(rates, locale)
    return (label, count, _rate(rates.approval_rate, locale) + _bar(rates.approval_rate, limit), ratio, good,
            _calibration(rates, locale))  # fmt: skip


def _rate(rate: Rate, locale: Locale) -> str:
    return f'{locale.percent(rate.value)}<span class="note">{interval_text(rate, locale)}</span>'


def _ratio(rates: GroupRates, locale: Locale) -> str:
    ratio = locale.number(rates.adverse_impact_ratio or 0, 2)
    if not _is_marked(rates):
        return ratio
    return f'{ratio}<br><span class="badge">▼ {escape(locale.text("model.below_four_fifths"))}</span>'


def _bar(rate: Rate, limit: float) -> str:
    cut = f'<line class="limit" x1="{limit * 120:.1f}" x2="{limit * 120:.1f}" y1="-2" y2="14"/>' if limit else ""
    return (
        '<svg class="bar" viewBox="0 0 120 12" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="120" height="12"/><rect class="fill" width="{rate.value * 120:.1f}" height="12"/>'
        f'<line class="spread" x1="{rate.low * 120:.1f}" x2="{rate.high * 120:.1f}" y1="6" y2="6"/>{cut}</svg>'
    )


def _calibration(rates: GroupRates, locale: Locale) -> str:
    happened = rates.default_rate
    key = "model.calibrated"
    if rates.mean_pd < happened.low:
        key = "model.pd_too_low"
    elif rates.mean_pd > happened.high:
        key = "model.pd_too_high"
    word = escape(locale.text(key))
    word = word if key == "model.calibrated" else f'<span class="badge">{word}</span>'
    both = f"{locale.percent(rates.mean_pd)} / {locale.percent(happened.value)}"
    return f'{both}<span class="note">{interval_text(happened, locale)}</span>{word}'


def group_label(feature: Feature, group: FairnessGroup, schema: FeatureSchema, locale: Locale) -> str:
    """Return a group's name: a level's label, a range of a number, or "not provided"."""
    if group.level is not None:
        return locale.value(feature, group.level, schema)
    low, high = (None if end is None else locale.quantity(feature, end, schema) for end in (group.low, group.high))
    if low is None:
        return locale.text("model.group_missing") if high is None else locale.text("model.below", high=high)
    if high is None:
        return locale.text("model.from", low=low)
    return locale.text("model.from_to", low=low, high=high)
