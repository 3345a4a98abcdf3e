"""Scoring a whole portfolio: the clients stream from PostgreSQL, the answers are counted and dropped.

Every entry point gets a portfolio's totals here: the run is in the access log before anyone is scored,
and what leaves it are totals with noise. Memory does not grow with the portfolio: the database keeps a cursor, and at
most `max_blocks_in_flight` blocks are in flight.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Engine

from contract.access import AccessOutcome, Purpose
from contract.bundle import Bundle
from contract.codes import Status
from contract.disclosure import MIN_GROUP_SIZE
from contract.errors import BrokerUnavailableError
from contract.ids import new_request_id
from contract.settings import Settings
from db.access_log import AccessEvent, Actor
from db.batches import BatchCounts, FinalStatus, close_batch, open_batch
from db.clients import Selection, count_clients, selection_features, stream_clients
from db.errors import DatabaseError
from producers.block_client import BlockClient, ResultBlock
from producers.errors import ModelChangedError, RequesterError, TooFewClientsError
from producers.portfolio.aggregate import Aggregate, pd_bin_edges
from producers.portfolio.disclosure import ClientSetKey, disclose
from producers.portfolio.segmentation import build_segmentations
from producers.portfolio.summary import PortfolioSummary
from producers.portfolio.totals import PortfolioTotals
from producers.run_record import record_run, recorded_run, run_started

log = logging.getLogger(__name__)

SOURCE = "/neoscore/publish/batch"

CANCEL_SECONDS = 0.2
"""How often a run that waits for answers looks whether it was cancelled: at once, for the person who waits."""


@dataclass(frozen=True)
class PortfolioRequest:
    """Who wants to know what about which clients."""

    actor: Actor
    purpose: Purpose
    """That of the entry point."""
    where: Selection = None
    limit: int | None = None
    divide_by: str | None = None
    """Feature whose segments are counted; only one, because each more would reveal as much again of each client."""
    explain: bool = True


@dataclass(frozen=True)
class PortfolioProgress:
    """How far a run is: `done` of `total` clients are answered or lost."""

    done: int
    total: int


OnProgress: TypeAlias = Callable[[PortfolioProgress], None]


@dataclass(frozen=True)
class PortfolioOutcome:
    """How a run ended, and its totals: None if fewer than MIN_GROUP_SIZE have a score."""

    summary: PortfolioSummary
    totals: PortfolioTotals | None


def run_portfolio(
    config: Settings,
    engine: Engine,
    bundle: Bundle,
    request: PortfolioRequest,
    *,
    on_progress: OnProgress = lambda _: None,
    cancel: threading.Event | None = None,
) -> PortfolioOutcome:
    """Have every client that the request selects scored, and return the totals; no score outlives its block.

    The access log and the ledger have the run when it begins and when it ends. It stops early when as many blocks in a
    row as may be in flight get no answer, when the database fails or another model answers (`summary.last_error`), or
    within a moment when `cancel` is set; the totals are then of those who were scored. Any other exception, such as
    KeyboardInterrupt, passes on.

    Raises before anything is published: FilterError, DatabaseError, TopicError, BrokerUnavailableError,
    TooFewClientsError for fewer than MIN_GROUP_SIZE clients, RunNotRecordedError; the last one also at the end.
    """
    total = count_clients(engine, bundle.schema, request.where, request.limit)
    started = _started(bundle, request, total)
    if total < MIN_GROUP_SIZE:
        record_run(engine, replace(started, outcome=AccessOutcome.TOO_FEW))
        raise TooFewClientsError(f"fewer than {MIN_GROUP_SIZE} clients match: totals of so few could identify people")
    with BlockClient(config, SOURCE) as client, recorded_run(engine, started) as end:
        summary = PortfolioSummary(started.request_id, total)
        blocks = _BlocksInFlight(client, config, bundle, request, summary, on_progress, cancel or threading.Event())
        _run_in_ledger(engine, bundle, request, blocks)
        end.outcome = _ended(summary)
    return PortfolioOutcome(summary, blocks.totals())


def _started(bundle: Bundle, request: PortfolioRequest, total: int) -> AccessEvent:
    divided = () if request.divide_by is None else (request.divide_by,)
    features = dict.fromkeys((*selection_features(bundle.schema, request.where), *divided))
    return run_started(request.actor, request.purpose, new_request_id(), total, tuple(features), bundle.ref)


def _run_in_ledger(engine: Engine, bundle: Bundle, request: PortfolioRequest, blocks: "_BlocksInFlight") -> None:
    summary, finished = blocks.summary, False
    open_batch(engine, summary.batch_id, summary.requested)
    try:
        # Its cursor holds a connection, also after a run that is cut short.
        clients = stream_clients(engine, bundle.schema, request.where, request.limit)
        with closing(cast("Generator[pa.RecordBatch, None, None]", clients)) as stream:
            blocks.send_all(stream)
        finished = _ended(summary) is AccessOutcome.FINISHED
    except (DatabaseError, ModelChangedError) as error:
        summary.last_error, summary.gave_up = error, True
    finally:
        summary.seconds = blocks.seconds
        _close_ledger(engine, summary, "finished" if finished else "aborted")


def _ended(summary: PortfolioSummary) -> AccessOutcome:
    if summary.cancelled:
        return AccessOutcome.ABORTED
    return AccessOutcome.FAILED if summary.gave_up else AccessOutcome.FINISHED


class _BlocksInFlight:
    """The blocks in flight of one run, and what they add up to."""

    def __init__(
        self,
        client: BlockClient,
        config: Settings,
        bundle: Bundle,
        request: PortfolioRequest,
        summary: PortfolioSummary,
        on_progress: OnProgress,
        cancel: threading.Event,
    ) -> None:
        self.summary = summary
        self._client, self._bundle, self._explain = client, bundle, request.explain
        self._key = ClientSetKey(config.pseudonym_key.get_secret_value().encode())
        threshold = bundle.metrics.threshold
        segmentations = build_segmentations(bundle.schema, bundle.baseline)
        self._aggregate = Aggregate(
            threshold, pd_bin_edges(threshold, bundle.baseline.probability),
            segmentations[request.divide_by] if request.divide_by else None,
        )  # fmt: skip
        self._max_in_flight = config.max_blocks_in_flight
        self._on_progress = on_progress
        self._cancel = cancel
        self._sent: dict[Future[ResultBlock], pa.RecordBatch] = {}
        self._consecutive_failures = 0
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time since the run began."""
        return time.monotonic() - self._started

    def totals(self) -> PortfolioTotals | None:
        """Return what is released of the clients who were scored."""
        return disclose(self._aggregate, self._key.noise(self._bundle.ref.digest))

    def send_all(self, blocks: Iterator[pa.RecordBatch]) -> None:
        """Send every block and wait for every answer, until cancelled or until nobody answers."""
        published = 0
        self._on_progress(PortfolioProgress(0, self.summary.requested))
        names = self._bundle.schema.model_feature_names
        for block in blocks:
            self._drain_below(self._max_in_flight)
            if self._should_stop():
                return
            self._sent[self._client.submit(self.summary.batch_id, block, names, self._explain)] = block
            published += block.num_rows
        self._drain_below(1)
        if not self.summary.cancelled:
            self.summary.requested = published  # clients may have come or gone since they were counted

    def _should_stop(self) -> bool:
        self.summary.gave_up = self._consecutive_failures >= self._max_in_flight
        self.summary.cancelled = self._cancel.is_set()
        return self.summary.gave_up or self.summary.cancelled

    def _drain_below(self, blocks: int) -> None:
        """Count what is answered or lost until so few blocks are under way; a cancelled run waits for none."""
        while len(self._sent) >= blocks and not self._cancel.is_set():
            done = wait(self._sent, CANCEL_SECONDS, return_when=FIRST_COMPLETED).done
            for future in done:
                self._collect(future, self._sent.pop(future))
            if done:
                counted = self.summary.answered + self.summary.lost
                self._on_progress(PortfolioProgress(counted, max(counted, self.summary.requested)))
        self.summary.cancelled = bool(self._sent) and self._cancel.is_set()

    def _collect(self, future: Future[ResultBlock], sent: pa.RecordBatch) -> None:
        try:
            info, answers = future.result()
        except (RequesterError, BrokerUnavailableError) as error:
            self._consecutive_failures += 1
            self.summary.add_lost_block(sent.num_rows, error)
            return
        self._consecutive_failures = 0
        if info.model.digest != self._bundle.ref.digest:
            raise ModelChangedError(
                f"the workers answer with model {info.model.version}, not {self._bundle.ref.version}, as the totals; "
                "run again once every worker has the active model"
            )
        self.summary.model = info.model
        self.summary.add_block(sent.num_rows, answers)
        self._aggregate.add_block(info.features, sent, answers)
        scored = answers.filter(pc.equal(answers.column("status"), str(Status.SCORED)))
        probabilities = np.asarray(scored.column("probability"), np.float64)
        self._key.add(scored.column("client_ref").to_pylist(), probabilities)


def _close_ledger(engine: Engine, summary: PortfolioSummary, status: FinalStatus) -> None:
    counts = BatchCounts(**{str(s): summary.statuses[s] for s in Status})
    try:
        close_batch(engine, summary.batch_id, counts, status, summary.requested)
    except DatabaseError as error:
        # The answers are counted all the same; the ledger then shows a run without an end.
        log.error("the ledger's row of this run could not be closed: %s", error)
