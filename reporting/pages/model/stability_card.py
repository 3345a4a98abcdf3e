"""Whether requests still come from the population that the model was trained on."""

from collections.abc import Sequence
from html import escape

from contract.bundle import Bundle
from presentation.locale import Locale
from reporting.backend.request_monitor import RequestStats
from reporting.pages.model.stability import (
    MIN_REQUESTS,
    PSI_MODERATE,
    PSI_SIGNIFICANT,
    Drift,
    DriftLevel,
    feature_drifts,
)
from reporting.widgets.tables import table_html

STABILITY_CSS = """
table { max-width: 960px; }
.progress { height: 8px; border-radius: 4px; background: var(--bone); margin-top: 12px; max-width: 420px; }
.progress i { display: block; height: 8px; border-radius: 4px; background: var(--accent); }
.psi { display: inline-flex; align-items: center; gap: 8px; } .psi svg { width: 120px; height: 12px; }
.psi .track { fill: var(--bone); } .psi .fill { fill: var(--accent); } .psi line { stroke: var(--muted); }
.bins { width: 110px; height: 28px; display: block; margin-left: auto; }
.bins .training { fill: var(--axis); } .bins .current { fill: var(--accent); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; color: var(--muted); margin-top: 8px; }
.legend i { display: inline-block; width: 9px; height: 9px; border-radius: 2px; margin-right: 6px; }
.badge { background: var(--warn-ground); border: 1px solid var(--warn-line); color: var(--warn-ink); border-radius: 4px;
  padding: 0 6px; font-size: 12px; font-weight: 600; white-space: nowrap; }
.count { margin-top: 8px; font-weight: 550; }
@media (max-width: 640px) { .psi svg { display: none; } }
"""


def stability_html(bundle: Bundle, seen: RequestStats, locale: Locale) -> str:
    """Return the card: what was counted so far, and the index of every feature once that is enough."""
    title, text = (escape(locale.text(f"model.stability{part}")) for part in ("", "_text"))
    return f'<h2>{title}</h2><p class="muted">{text}</p>{_content_html(bundle, seen, locale)}'


def _content_html(bundle: Bundle, seen: RequestStats, locale: Locale) -> str:
    count = locale.number(seen.requests)
    if seen.requests >= MIN_REQUESTS:
        said = escape(locale.text("model.stability_seen", seen=count))
        drifts = feature_drifts(bundle.baseline, seen.features)
        return f'<p class="count">{said}</p>{_table_html(bundle, drifts, locale)}'
    if seen.sealed:
        return f'<p class="count">{escape(locale.text("model.stability_sealed"))}</p>'
    if not seen.connected:
        return f'<p class="count">{escape(locale.text("model.stability_connecting"))}</p>'
    said = escape(locale.text("model.stability_waiting", seen=count, least=locale.number(MIN_REQUESTS)))
    label = escape(locale.text("model.stability_progress"))
    return (
        f'<p class="count">{said}</p><div class="progress" role="progressbar" aria-label="{label}" aria-valuemin="0" '
        f'aria-valuemax="{MIN_REQUESTS}" aria-valuenow="{seen.requests}">'
        f'<i style="width:{seen.requests / MIN_REQUESTS:.1%}"></i></div>'
    )


def _table_html(bundle: Bundle, found: Sequence[Drift], locale: Locale) -> str:
    head = tuple(locale.text(key) for key in ("model.feature", "model.psi", "model.drift_level", "model.shift"))
    rows = (
        (escape(locale.label(bundle.schema[drift.feature])), _index_html(drift, locale),
         _level_html(drift, locale),
         _bins_svg(drift))
        for drift in found
    )  # fmt: skip
    then, now = (escape(locale.text(key)) for key in ("model.training", "model.requests"))
    key = (
        f'<p class="legend"><span><i style="background:var(--axis)"></i>{then}</span>'
        f'<span><i style="background:var(--accent)"></i>{now}</span></p>'
    )
    return key + table_html(head, rows, label=locale.text("model.stability"))


def _index_html(drift: Drift, locale: Locale) -> str:
    """Return the digits, and a bar that ends at twice the upper limit, with both limits marked."""
    end = 2 * PSI_SIGNIFICANT
    marks = "".join(
        f'<line x1="{at / end * 120}" x2="{at / end * 120}" y1="0" y2="12"/>' for at in (PSI_MODERATE, PSI_SIGNIFICANT)
    )
    return (
        f'<span class="psi"><svg viewBox="0 0 120 12" aria-hidden="true"><rect class="track" width="120" height="12"/>'
        f'<rect class="fill" width="{min(drift.psi / end, 1) * 120:.1f}" height="12"/>{marks}</svg>'
        f"{locale.number(drift.psi, 3)}</span>"
    )


def _level_html(drift: Drift, locale: Locale) -> str:
    word = escape(locale.text(f"model.drift_level.{drift.level}"))
    return word if drift.level is DriftLevel.STABLE else f'<span class="badge">▲ {word}</span>'


def _bins_svg(drift: Drift) -> str:
    """Return the shares of the bins, training beside requests. The index gives the same in digits."""
    highest = max([*drift.expected, *drift.actual]) or 1.0
    width = 110 / len(drift.expected)
    bars = "".join(
        f'<rect class="{name}" x="{i * width + offset * width:.1f}" y="{28 - share / highest * 28:.1f}" '
        f'width="{width * 0.38:.1f}" height="{share / highest * 28:.1f}"/>'
        for name, offset, shares in (("training", 0.05, drift.expected), ("current", 0.47, drift.actual))
        for i, share in enumerate(shares)
    )
    return f'<svg class="bins" viewBox="0 0 110 28" preserveAspectRatio="none" aria-hidden="true">{bars}</svg>'
