"""The model page of one session. Everything but the stability of live requests comes from the bundle."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from contract.bundle import Bundle
from contract.schema import Feature, Language
from presentation import formats
from presentation.wording import say
from reporting.backend.scheduling import Later
from reporting.backend.services import Services
from reporting.pages.base import Announce
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
from reporting.widgets.theme import PAGE, Look

_SUMMARY_CSS = """
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 12px 24px;
  margin-top: 16px; }
.facts dt { color: var(--muted); font-size: 13px; } .facts dd { font-weight: 550; overflow-wrap: anywhere; }
"""


def model_summary_html(bundle: Bundle, language: Language) -> str:
    """Return the first card of the page."""
    title, intro = (escape(say(language, key)) for key in ("model.title", "model.intro"))
    facts = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{escape(fact)}</dd></div>" for term, fact in _facts(bundle, language)
    )
    return f'<h2>{title}</h2><p class="muted">{intro}</p><dl class="facts">{facts}</dl>'


def _facts(bundle: Bundle, language: Language) -> list[tuple[str, str]]:
    metrics = bundle.metrics
    sensitive = [feature for feature in bundle.schema if feature.sensitive]
    rows, rate = formats.number(metrics.rows, language), formats.percent(metrics.default_rate, language)
    threshold = formats.percent(metrics.threshold, language)
    ratio = formats.number(metrics.cost_ratio, language, 0 if metrics.cost_ratio == int(metrics.cost_ratio) else 1)
    facts = [
        (say(language, "model.version"), bundle.ref.version),
        (say(language, "model.rows"), say(language, "model.rows_value", rows=rows, rate=rate)),
        (say(language, "model.threshold"), say(language, "model.threshold_value", threshold=threshold, ratio=ratio)),
        (say(language, "model.features"), formats.number(len(bundle.schema.model_features), language)),
        (say(language, "model.left_out"), _listed([f for f in sensitive if not f.in_model], language)),
    ]
    if read := [feature for feature in sensitive if feature.in_model]:
        facts.append((say(language, "model.reads_sensitive"), _listed(read, language)))
    return facts


def _listed(features: Sequence[Feature], language: Language) -> str:
    return ", ".join(feature.label[language] for feature in features) or say(language, "model.none")


REFRESH_MS = 2_000
"""How often the counts of live requests are shown anew: they change slowly, and a table should be readable."""

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

    def __init__(self, services: Services, bundle: Bundle, look: Look, later: Later, announce: Announce) -> None:
        self._bundle, self._look, self._later = bundle, look, later
        self._watch = services.live.watch(bundle)
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
        self.show(look)
        self._follow()

    def show(self, look: Look) -> None:
        """Show everything anew in this language; colours follow the theme by themselves."""
        self._look = look
        bundle, language = self._bundle, look.language
        report = bundle.report
        figures = (
            reliability_diagram_html(report.reliability, language),
            gain_chart_html(bundle, language),
            pd_by_outcome_html(report.score_distribution, bundle.metrics.threshold, language),
            ks_chart_html(report.score_distribution, language),
        )
        self._summary.object = model_summary_html(bundle, language)
        self._quality.object = metrics_html(bundle.metrics, language) + f'<div class="figures">{"".join(figures)}</div>'
        self._importance.object = importance_html(bundle, language)
        self._dependence.object = dependence_html(bundle, language)
        self._fairness.object = fairness_html(bundle, language)
        self._show_stability()

    def close(self) -> None:
        """Look at the requests no more; without another page the counts are gone."""
        self._cancel()
        self._watch.close()

    def _follow(self) -> None:
        if self.panel.visible:
            self._show_stability()
        self._cancel = self._later.after(REFRESH_MS, self._follow)

    def _show_stability(self) -> None:
        content = stability_html(self._bundle, self._watch.seen(), self._look.language)
        if content != self._shown:
            self._shown = self._stability.object = content
