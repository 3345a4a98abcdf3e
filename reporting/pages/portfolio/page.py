"""The portfolio page of one session: choose clients, have them scored as a whole, read what they add up to.

Nobody's score is kept, not even while the run goes on: each answered block is added to totals and dropped. The totals,
with noise, live in this object only, until the advisor deletes them or the session ends.
"""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from contract.disclosure import MIN_GROUP_SIZE
from db.clients import ClientQuery
from producers.portfolio.segmentation import build_segmentations
from reporting.backend.scheduling import Debounce
from reporting.pages.base import PageContext
from reporting.pages.portfolio.results import PortfolioResultsView, retry_button
from reporting.pages.portfolio.run import PortfolioResult, PortfolioRun, ThroughputMeter
from reporting.pages.portfolio.selection_panel import SelectionPanel, count_selected, selection_text
from reporting.problems import Problem
from reporting.widgets.components import column, problem_text
from reporting.widgets.filter_panel import FilterPanel
from reporting.widgets.filters import build_criteria, features_by_prominence, filter_specs
from reporting.widgets.theme import PAGE, DisplayPreferences

_PORTFOLIO_PAGE_CSS = (
    PAGE
    + """
:host { display: grid; gap: 20px; align-items: start; grid-template-columns: minmax(280px, 3fr) minmax(0, 8fr); }
@media (max-width: 1080px) { :host { display: block; } }
"""
)


DEBOUNCE_MS = 250
"""A pause while filters are set: counting a million clients takes the database a second."""

TICK_MS = 250
"""Four updates of the progress a second: fluent to the eye, cheap for the server."""


class PortfolioPage:
    """Filters on the left, totals on the right. Runs in the session's thread; the run has its own."""

    def __init__(self, context: PageContext, look: DisplayPreferences) -> None:
        self._services, self._bundle = context.services, context.bundle
        self._scheduler, self._announce = context.scheduler, context.announce
        bundle = context.bundle
        self._look, self._specs = look, filter_specs(bundle.schema, bundle.baseline)
        self._count: int | Problem | None = None
        self._request_seq = 0
        self._run: PortfolioRun | None = None
        self._throughput, self._halfway_announced = ThroughputMeter(), False
        self._chosen: Mapping[str, Any] = {}
        self._outcome: PortfolioResult | Problem | None = None
        self._discarded = False
        self._filters = FilterPanel(
            bundle.schema, self._specs, Debounce(self._scheduler, DEBOUNCE_MS, self._update_count)
        )
        divisible = build_segmentations(bundle.schema, bundle.baseline)
        self._selection = SelectionPanel(
            self._filters, [feature for feature in features_by_prominence(bundle.schema) if feature.name in divisible],
            on_run=self._on_run, on_cancel=self._on_cancel, on_retry=self._update_count,
        )  # fmt: skip
        self._results = PortfolioResultsView(bundle, self._on_discard)
        # A grid ignores Panel's way of hiding; the column around it does not.
        self.panel = column(column(self._selection.panel, self._results.panel, css=_PORTFOLIO_PAGE_CSS))
        self.apply_preferences(look)
        self._update_count()

    def apply_preferences(self, look: DisplayPreferences) -> None:
        """Show everything in this language and theme."""
        self._look = look
        self._selection.set_language(look.locale)
        self._selection.show_count(self._count, False, look.locale)
        self._show_run()
        self._show_results()

    def close(self) -> None:
        """Stop the run and clear the totals."""
        if self._run is not None:
            self._run.cancel()
        self._run = self._outcome = None
        self._results.clear()

    # Choosing

    @property
    def _query(self) -> ClientQuery:
        return ClientQuery(criteria=build_criteria(self._specs, self._filters.values))

    def _update_count(self) -> None:
        self._request_seq += 1
        self._selection.show_count(self._count, True, self._look.locale)
        work = partial(count_selected, self._services.engine, self._bundle.schema, self._query)
        self._scheduler.when_done(self._services.submit(work), partial(self._on_counted, self._request_seq))

    def _on_counted(self, request_seq: int, count: int | Problem) -> None:
        if request_seq == self._request_seq:
            self._count = count
            self._selection.show_count(count, False, self._look.locale)

    # The run

    def _on_run(self) -> None:
        if self._run is not None:
            return
        self._chosen = dict(self._filters.values)
        self._clear()
        self._run = run = PortfolioRun(self._services, self._bundle, self._query, self._selection.divide_by)
        self._throughput, self._halfway_announced, self._discarded = ThroughputMeter(), False, False
        self._announce("portfolio.started")
        self._show_run()
        self._show_results()
        self._scheduler.when_done(run.outcome, partial(self._on_ended, run))
        self._scheduler.call_later(TICK_MS, self._on_tick)

    def _on_tick(self) -> None:
        if self._run is None:
            return
        progress = self._run.progress
        if progress.total:
            self._throughput.record(time.monotonic(), progress.done)
            if not self._halfway_announced and progress.done * 2 >= progress.total:
                self._halfway_announced = True
                self._announce("portfolio.half")
        self._show_run()
        self._scheduler.call_later(TICK_MS, self._on_tick)

    def _on_cancel(self) -> None:
        if self._run is not None:
            self._run.cancel()
            self._show_run()

    def _on_ended(self, run: PortfolioRun, outcome: PortfolioResult | Problem) -> None:
        if run is not self._run:
            return
        self._run, self._outcome = None, outcome
        shown = isinstance(outcome, PortfolioResult) and outcome.totals is not None
        self._announce("portfolio.ready" if shown else "portfolio.ended")
        self._show_run()
        self._show_results()

    def _on_discard(self) -> None:
        self._clear()
        self._discarded = True
        self._announce("")
        self._show_results()

    def _clear(self) -> None:
        self._outcome = None
        self._results.clear()

    # Showing

    def _show_run(self) -> None:
        run = self._run
        progress = run.progress if run else None
        self._selection.show_run(progress, self._throughput, run is not None and run.cancelling, self._look.locale)

    def _show_results(self) -> None:
        outcome, locale = self._outcome, self._look.locale
        if isinstance(outcome, PortfolioResult) and outcome.totals is not None:
            chosen = selection_text(self._specs, self._chosen, self._bundle.schema, locale)
            self._results.show(outcome, outcome.totals, chosen, self._look)
        elif outcome is not None:
            self._show_failure(outcome)
        else:
            key = "waiting" if self._run else "deleted" if self._discarded else "nothing"
            title, text = (locale.text(f"portfolio.{key}_{part}") for part in ("title", "text"))
            self._results.show_message("gone" if key == "deleted" else "gauge", title, text)

    def _show_failure(self, outcome: PortfolioResult | Problem) -> None:
        """Show why a run has no totals."""
        locale = self._look.locale
        problem = outcome if isinstance(outcome, Problem) else outcome.problem
        if problem is not None:
            title, text = problem_text(problem, locale)
            retry = retry_button(locale.text("problem.retry"), self._on_run)
            self._results.show_message("warning", title, text, retry, alert=True)
        elif isinstance(outcome, PortfolioResult):
            key = "stopped" if outcome.cancelled else "unscored"
            text = locale.text(f"portfolio.{key}_text", minimum=MIN_GROUP_SIZE)
            self._results.show_message("gone", locale.text(f"portfolio.{key}_title"), text)
