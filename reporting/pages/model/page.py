"""The model page of one session. Everything but the stability of live requests comes from the bundle."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from contract.bundle import Bundle
from contract.schema import Feature
from presentation.locale import Locale
from reporting.pages.base import PageContext
from reporting.pages.model.dependence import DEPENDENCE_CSS, dependence_html
from reporting.pages.model.fairness import FAIRNESS_CSS, fairness_html
from reporting.pages.model.importance import IMPORTANCE_CSS, importance_html
from reporting.pages.model.quality import (
    QUALITY_CSS,
    gain_chart_html,
    ks_chart_html,
    metrics_html,
    pd_by_outcome_html,
    reliability_diagram_html,
)
from reporting.pages.model.stability_card import STABILITY_CSS, stability_html
from reporting.pages.model.svg_chart import CHART_CSS
from reporting.widgets.components import card, column, html
from reporting.widgets.tables import TABLE_CSS
from reporting.widgets.theme import PAGE, DisplayPreferences

_SUMMARY_CSS = """
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 12px 24px;
  margin-top: 16px; }
p.warning { margin-top: 12px; padding: 8px 12px; background: var(--warn-ground); border: 1px solid var(--warn-line);
  color: var(--warn-ink); border-radius: 8px; }
.facts dt { color: var(--muted); font-size: 13px; } .facts dd { font-weight: 550; overflow-wrap: anywhere; }
"""


def model_summary_html(bundle: Bundle, locale: Locale) -> str:
    """Return the first card of the page."""
    title, intro = (escape(locale.text(key)) for key in ("model.title", "model.intro"))
    facts = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{escape(fact)}</dd></div>" for term, fact in _facts(bundle, locale)
    )
    warnings = "".join(f'<p class="warning">{escape(text)}</p>' for text in _warnings(bundle, locale))
    return f'<h2>{title}</h2><p class="muted">{intro}</p>{warnings}<dl class="facts">{facts}</dl>'


def _warnings(bundle: Bundle, locale: Locale) -> list[str]:
    found = [
        locale.text("model.leak", feature=locale.label(bundle.schema[leak.feature]), auc=locale.number(leak.auc, 2))
        for leak in bundle.report.leaks
    ]
    if bundle.metrics.one_sided:
        found.append(locale.text(f"model.{bundle.metrics.one_sided}_all", ratio=_cost_ratio(bundle, locale)))
    return found


def _cost_ratio(bundle: Bundle, locale: Locale) -> str:
    ratio = bundle.metrics.cost_ratio
    return locale.number(ratio, 0 if ratio == int(ratio) else 1)


def _facts(bundle: Bundle, locale: Locale) -> list[tuple[str, str]]:
    metrics = bundle.metrics
    sensitive = [feature for feature in bundle.schema if feature.sensitive]
    rows, rate = locale.number(metrics.rows), locale.percent(metrics.default_rate)
    threshold = locale.percent(metrics.threshold)
    ratio = _cost_ratio(bundle, locale)
    facts = [
        (locale.text("model.version"), bundle.ref.version),
        (locale.text("model.rows"), locale.text("model.rows_value", rows=rows, rate=rate)),
        (locale.text("model.threshold"), locale.text("model.threshold_value", threshold=threshold, ratio=ratio)),
        (locale.text("model.features"), locale.number(len(bundle.schema.model_features))),
        (locale.text("model.left_out"), _listed([f for f in sensitive if not f.in_model], locale)),
    ]
    if read := [feature for feature in sensitive if feature.in_model]:
        facts.append((locale.text("model.reads_sensitive"), _listed(read, locale)))
    return facts


def _listed(features: Sequence[Feature], locale: Locale) -> str:
    return ", ".join(locale.label(feature) for feature in features) or locale.text("model.none")


REFRESH_MS = 2_000
"""Between two updates of the live counts: they change slowly, and a table should be readable."""

_CARD_STACK_CSS = ":host { display: grid; gap: 20px; grid-template-columns: minmax(0, 1fr); }" + PAGE

_QUALITY_GRID_CSS = """
.figures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0 24px; }
@media (max-width: 1280px) { .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 640px) { .figures { grid-template-columns: minmax(0, 1fr); } }
/* Titles, words, keys and pictures of one row stand at one height, however long each is. */
.figures > figure > p { margin-bottom: 8px; }
.figures > figure { display: grid; grid-row: span 5; grid-template-rows: subgrid;
  align-content: start; padding-top: 32px; }
"""


class ModelPage:
    """Cards from top to bottom. Runs in the session's thread; the requests are read by a thread that sessions share."""

    def __init__(self, context: PageContext, look: DisplayPreferences) -> None:
        self._bundle, self._look, self._scheduler = context.bundle, look, context.scheduler
        self._watch = context.services.request_monitors.subscribe(context.bundle)
        self._shown = ""
        self._cancel: Callable[[], None] = lambda: None
        styles = (CHART_CSS, TABLE_CSS)
        self._summary = html("", _SUMMARY_CSS)
        self._quality = html("", *styles, QUALITY_CSS, _QUALITY_GRID_CSS)
        self._importance = html("", *styles, IMPORTANCE_CSS)
        self._dependence = html("", *styles, DEPENDENCE_CSS)
        self._fairness = html("", *styles, FAIRNESS_CSS)
        self._stability = html("", *styles, STABILITY_CSS)
        panes = (
            self._summary, self._quality, self._importance, self._dependence, self._fairness, self._stability,
        )  # fmt: skip
        # A grid ignores Panel's way of hiding; the column around it does not.
        self.panel: Any = column(column(*(card(pane) for pane in panes), css=_CARD_STACK_CSS))
        self.apply_preferences(look)
        self._follow()

    def apply_preferences(self, look: DisplayPreferences) -> None:
        """Show everything in this language; colours follow the theme through CSS."""
        self._look = look
        bundle, locale = self._bundle, look.locale
        report = bundle.report
        figures = (
            reliability_diagram_html(report.reliability, locale),
            gain_chart_html(bundle, locale),
            pd_by_outcome_html(report.score_distribution, bundle.metrics.threshold, locale),
            ks_chart_html(report.score_distribution, locale),
        )
        self._summary.object = model_summary_html(bundle, locale)
        self._quality.object = metrics_html(bundle, locale) + f'<div class="figures">{"".join(figures)}</div>'
        self._importance.object = importance_html(bundle, locale)
        self._dependence.object = dependence_html(bundle, locale)
        self._fairness.object = fairness_html(bundle, locale)
        self._show_stability()

    def close(self) -> None:
        """Release the monitor of live requests; the last page to release it stops it."""
        self._cancel()
        self._watch.close()

    def _follow(self) -> None:
        if self.panel.visible:
            self._show_stability()
        self._cancel = self._scheduler.call_later(REFRESH_MS, self._follow)

    def _show_stability(self) -> None:
        content = stability_html(self._bundle, self._watch.snapshot(), self._look.locale)
        if content != self._shown:
            self._shown = self._stability.object = content
