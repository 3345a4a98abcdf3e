"""One portfolio run: in a thread of its own, aggregated block by block, cancelled at any time; and its throughput."""

import logging
import threading
from collections import Counter, deque
from concurrent.futures import Future
from dataclasses import dataclass, field

import pyarrow as pa

from contract.access import AccessOutcome, Purpose
from contract.blocks import ResultInfo
from contract.bundle import Bundle
from contract.codes import Status
from db.clients import ClientQuery
from producers.portfolio_run import PortfolioProgress, score_portfolio
from producers.portfolio_summary import PortfolioSummary
from reporting.backend.services import SessionServices
from reporting.pages.portfolio.aggregate import Aggregate, pd_bin_edges
from reporting.pages.portfolio.segmentation import build_segmentations
from reporting.population import MIN_GROUP_SIZE
from reporting.problems import Problem, problem_of, require_same_model

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

    aggregate: Aggregate
    requested: int
    statuses: Counter[Status]
    lost: int
    """Clients whose block got no response."""
    seconds: float
    cancelled: bool
    problem: Problem | None
    """What ended the run early, or why blocks were lost."""
    model: str | None
    """Version of the model that scored."""

    @property
    def answered(self) -> int:
        """Clients with a response of any status."""
        return self.statuses.total()

    @property
    def meets_min_group_size(self) -> bool:
        """Whether enough clients have a score for totals that identify no one."""
        return self.aggregate.scored >= MIN_GROUP_SIZE


class PortfolioRun:
    """A run under way. `outcome` is resolved at its end, whatever happens; only cancelling ends it early."""

    def __init__(self, services: SessionServices, bundle: Bundle, query: ClientQuery) -> None:
        self.outcome: Future[PortfolioResult] = Future()
        self.progress = PortfolioProgress(0, 0)
        self._services, self._bundle, self._query = services, bundle, query
        self._aggregate = Aggregate(
            pd_bin_edges(bundle.metrics.threshold), build_segmentations(bundle.schema, bundle.baseline)
        )
        self._summary = PortfolioSummary("", 0)
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
            self.outcome.set_result(self._result(Problem.TOO_BUSY))
            return
        try:
            problem = self._run()
        finally:
            _run_slots.release()
        self.outcome.set_result(self._result(problem))

    def _run(self) -> Problem | None:
        try:
            score_portfolio(
                self._services.config, self._services.engine, self._bundle.schema, self._query, None, self._on_progress,
                on_start=self._on_start, on_block=self._on_answers, cancel=self._cancel,
            )  # fmt: skip
        except _NotRecordedError:
            return Problem.ACCESS_NOT_RECORDED
        except Exception as error:  # whatever it is, the advisor gets a sentence
            if not self._cancel.is_set():
                log.warning("a portfolio run ended early (%s)", type(error).__name__)
            return problem_of(error)
        because = self._summary.last_error
        return None if because is None else problem_of(because)

    def _on_start(self, summary: PortfolioSummary) -> None:
        """Record the access before anything is published. The entry names the run, which the ledger has as well."""
        self._summary = summary
        self.progress = PortfolioProgress(0, summary.requested)
        if summary.requested < MIN_GROUP_SIZE:
            self._cancel.set()  # clients were deleted since the count
            return
        if self._services.record_access(f"batch:{summary.batch_id}", Purpose.PORTFOLIO, AccessOutcome.STARTED):
            raise _NotRecordedError

    def _on_answers(self, info: ResultInfo, sent: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add a block to the totals. Another model ends the run: the PDs of two models cannot be added up."""
        require_same_model(info.model, self._bundle.ref)
        self._aggregate.add_block(info.features, sent, answers)

    def _on_progress(self, progress: PortfolioProgress) -> None:
        self.progress = progress

    def _result(self, problem: Problem | None) -> PortfolioResult:
        summary = self._summary
        return PortfolioResult(
            aggregate=self._aggregate, requested=summary.requested, statuses=summary.statuses, lost=summary.lost,
            seconds=summary.seconds, cancelled=self._cancel.is_set() and not summary.complete, problem=problem,
            model=summary.model.version if summary.model else None,
        )  # fmt: skip


class _NotRecordedError(Exception):
    """The access could not be recorded, so no request was sent."""
