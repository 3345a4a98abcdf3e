"""The model page of one session. Everything but the stability of live requests stands in the bundle."""

from collections.abc import Callable
from typing import Any

from contract.bundle import Bundle
from reporting.backend.scheduling import Later
from reporting.backend.services import Services
from reporting.pages.base import Announce
from reporting.pages.model.views import dependence, effects, fairness, plot, quality, stability, summary, table
from reporting.widgets.components import card, column, html
from reporting.widgets.theme import PAGE, Look

REFRESH_MS = 2_000
"""How often the counts of live requests are shown anew: they change slowly, and a table should be readable."""

STACK = ":host { display: grid; gap: 20px; grid-template-columns: minmax(0, 1fr); }" + PAGE

QUALITY = """
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
        styles = (plot.CSS, table.CSS)
        self._summary = html("", summary.CSS)
        self._quality = html("", *styles, quality.CSS, QUALITY)
        self._effects = html("", *styles, effects.CSS)
        self._dependence = html("", *styles, dependence.CSS)
        self._fairness = html("", *styles, fairness.CSS)
        self._stability = html("", *styles, stability.CSS)
        panes = (
            self._summary, self._quality, self._effects, self._dependence, self._fairness, self._stability,
        )  # fmt: skip
        # A grid ignores Panel's way of hiding; the column around it does not.
        self.panel: Any = column(column(*(card(pane) for pane in panes), css=STACK))
        self.show(look)
        self._follow()

    def show(self, look: Look) -> None:
        """Show everything anew in this language; colours follow the theme by themselves."""
        self._look = look
        bundle, language = self._bundle, look.language
        report = bundle.report
        figures = (
            quality.reliability(report.reliability, language),
            quality.gain(bundle, language),
            quality.separation(report.outcomes, bundle.metrics.threshold, language),
            quality.ks(report.outcomes, language),
        )
        self._summary.object = summary.summary(bundle, language)
        self._quality.object = (
            quality.measures(bundle.metrics, language) + f'<div class="figures">{"".join(figures)}</div>'
        )
        self._effects.object = effects.effects(bundle, language)
        self._dependence.object = dependence.dependence(bundle, language)
        self._fairness.object = fairness.fairness(bundle, language)
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
        content = stability.stability(self._bundle, self._watch.seen(), self._look.language)
        if content != self._shown:
            self._shown = self._stability.object = content
