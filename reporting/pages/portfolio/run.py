"""One portfolio run: in a thread of its own, cancelled at any time; and its throughput."""

import logging
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field

from contract.access import Purpose
from contract.bundle import Bundle
from db.clients import ClientQuery
from producers.errors import TooFewClientsError
from producers.portfolio.run import PortfolioProgress, PortfolioRequest, run_portfolio
from producers.portfolio.summary import PortfolioSummary
from producers.portfolio.totals import PortfolioTotals
from reporting.backend.services import SessionServices
from reporting.problems import Problem, problem_of

log = logging.getLogger(__name__)

WINDOW_SECONDS = 5.0
"""Long enough that single blocks do not make the number dance, short enough to follow a worker that joins or leaves."""

WARM_UP_SECONDS = 1.0
"""No rate is shown before: the first block alone says little."""


@dataclass
class ThroughputMeter:
    """The last few moments of one run."""

    _marks: deque[tuple[float, int]] = field(default_factory=deque)

    def record(self, now: float, done: int) -> None:
        """Note how many are done at a moment, in seconds of a clock that does not go back."""
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] >= WINDOW_SECONDS:
            self._marks.popleft()

    @property
    def rate(self) -> float | None:
        """Clients per second; None while it is unknown."""
        if not self._marks:
            return None
        (start, before), (end, after) = self._marks[0], self._marks[-1]
        if end - start < WARM_UP_SECONDS:
            return None
        return (after - before) / (end - start)

    def seconds_left(self, total: int) -> float | None:
        """Return the seconds until `total` are done; None while they are unknown."""
        if not self.rate:
            return None
        return max(0, total - self._marks[-1][1]) / self.rate


MAX_CONCURRENT_RUNS = 4
"""Runs at a time: each keeps one of the database's 15 connections, and the other advisors need some as well."""

_run_slots = threading.BoundedSemaphore(MAX_CONCURRENT_RUNS)


@dataclass(frozen=True)
class PortfolioResult:
    """How a run ended."""

    totals: PortfolioTotals | None
    """None if fewer than MIN_GROUP_SIZE clients have a score."""
    summary: PortfolioSummary
    cancelled: bool
    problem: Problem | None
    """What ended the run early, or why blocks were lost."""


class PortfolioRun:
    """A run under way. `outcome` is resolved at its end, whatever happens; only cancelling ends it early."""

    def __init__(
        self, services: SessionServices, bundle: Bundle, query: ClientQuery, divide_by: str | None = None
    ) -> None:
        self.outcome: Future[PortfolioResult] = Future()
        self.progress = PortfolioProgress(0, 0)
        self._services, self._bundle = services, bundle
        self._request = PortfolioRequest(services.actor, Purpose.PORTFOLIO, query, divide_by=divide_by)
        self._cancel = threading.Event()
        threading.Thread(target=self._work, name="portfolio", daemon=True).start()

    @property
    def cancelling(self) -> bool:
        """Whether the run was asked to stop."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Stop sending, and do not wait for responses in flight."""
        self._cancel.set()

    def _work(self) -> None:
        if not _run_slots.acquire(blocking=False):
            self.outcome.set_result(_failed(Problem.TOO_BUSY))
            return
        try:
            result = self._run()
        finally:
            _run_slots.release()
        self.outcome.set_result(result)

    def _run(self) -> PortfolioResult:
        services = self._services
        try:
            done = run_portfolio(
                services.config, services.engine, self._bundle, self._request, on_progress=self._on_progress,
                cancel=self._cancel,
            )  # fmt: skip
        except TooFewClientsError:  # clients were deleted since the count
            return _failed(None)
        except Exception as error:  # whatever it is, the advisor gets a sentence
            log.warning("a portfolio run ended early (%s)", type(error).__name__)
            return _failed(problem_of(error))
        because = done.summary.last_error
        cancelled = done.summary.cancelled and not done.summary.complete
        return PortfolioResult(done.totals, done.summary, cancelled, None if because is None else problem_of(because))

    def _on_progress(self, progress: PortfolioProgress) -> None:
        self.progress = progress


def _failed(problem: Problem | None) -> PortfolioResult:
    return PortfolioResult(None, PortfolioSummary("", 0), False, problem)
