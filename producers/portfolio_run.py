"""Scoring a whole portfolio: the clients stream from PostgreSQL, the answers are counted and dropped.

Memory does not grow with the portfolio: the database keeps a cursor, and at most
`max_blocks_in_flight` blocks are in flight.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import pyarrow as pa
from sqlalchemy import Engine

from contract.blocks import ResultInfo
from contract.codes import Status
from contract.errors import BrokerUnavailableError
from contract.ids import new_request_id
from contract.schema import FeatureSchema
from contract.settings import Settings
from db.batches import BatchCounts, close_batch, open_batch
from db.clients import Selection, count_clients, stream_clients
from db.errors import DatabaseError
from producers.block_client import BlockClient, ResultBlock
from producers.errors import RequesterError
from producers.portfolio_summary import PortfolioSummary

log = logging.getLogger(__name__)

SOURCE = "/neoscore/publish/batch"

CANCEL_SECONDS = 0.2
"""How often a run that waits for answers looks whether it was cancelled: at once, for whoever pressed the button."""

OnBlock: TypeAlias = Callable[[ResultInfo, pa.RecordBatch, pa.RecordBatch], None]
"""Takes what a result block says about all its rows, the clients that were sent, and the answers."""


@dataclass(frozen=True)
class PortfolioProgress:
    """How far a run is: `done` of `total` clients are answered or lost."""

    done: int
    total: int


def _noop(*_: Any) -> None:
    """Take note of nothing."""


def score_portfolio(
    config: Settings,
    engine: Engine,
    schema: FeatureSchema,
    where: Selection = None,
    limit: int | None = None,
    on_progress: Callable[[PortfolioProgress], None] = _noop,
    *,
    explain: bool = True,
    on_start: Callable[[PortfolioSummary], None] = _noop,
    on_block: OnBlock = _noop,
    cancel: threading.Event | None = None,
) -> PortfolioSummary:
    """Have every client that `where` selects scored, and return the totals; no score outlives its block.

    The run enters the ledger when it begins and when it ends. It stops early when as many blocks in a row as may be in
    flight get no answer: then no worker runs; or within a moment when `cancel` is set. `on_start` has the summary
    before anything is published, `on_block` each answered block. An exception, such as KeyboardInterrupt or one that
    a callback raises, closes the ledger's row as `aborted` and passes on. Raises FilterError, DatabaseError, TopicError
    or BrokerUnavailableError before anything is published, DatabaseError on the way.
    """
    total = count_clients(engine, schema, where, limit)
    with BlockClient(config, SOURCE) as client:
        summary = PortfolioSummary(new_request_id(), total)
        open_batch(engine, summary.batch_id, total)
        run = _PortfolioRun(
            client, summary, config.max_blocks_in_flight, on_progress, on_block, cancel or threading.Event()
        )
        status: Literal["finished", "aborted"] = "aborted"
        try:
            on_start(summary)
            # Its cursor holds a connection, also after a run that is cut short.
            stream = cast("Generator[pa.RecordBatch, None, None]", stream_clients(engine, schema, where, limit))
            with closing(stream) as blocks:
                run.send_all(blocks, schema, explain)
            status = "aborted" if summary.gave_up or summary.cancelled else "finished"
        finally:
            summary.seconds = run.seconds
            _record_end(engine, summary, status)
    return summary


class _PortfolioRun:
    """The blocks in flight of one run."""

    def __init__(
        self,
        client: BlockClient,
        summary: PortfolioSummary,
        max_requests_in_flight: int,
        on_progress: Callable[[PortfolioProgress], None],
        on_block: OnBlock,
        cancel: threading.Event,
    ) -> None:
        self._client = client
        self._summary = summary
        self._max_in_flight = max_requests_in_flight
        self._on_progress = on_progress
        self._on_answers = on_block
        self._cancel = cancel
        self._sent: dict[Future[ResultBlock], pa.RecordBatch] = {}
        self._consecutive_failures = 0
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time since the run began."""
        return time.monotonic() - self._started

    def send_all(self, blocks: Iterator[pa.RecordBatch], schema: FeatureSchema, explain: bool) -> None:
        """Send every block and wait for every answer, until cancelled or until nobody answers."""
        published = 0
        for block in blocks:
            self._drain_below(self._max_in_flight)
            if self._should_stop():
                return
            future = self._client.submit(self._summary.batch_id, block, schema.model_feature_names, explain)
            self._sent[future] = block
            published += block.num_rows
        self._drain_below(1)
        if not self._summary.cancelled:
            self._summary.requested = published  # clients may have come or gone since they were counted

    def _should_stop(self) -> bool:
        self._summary.gave_up = self._consecutive_failures >= self._max_in_flight
        self._summary.cancelled = self._cancel.is_set()
        return self._summary.gave_up or self._summary.cancelled

    def _drain_below(self, blocks: int) -> None:
        """Count what is answered or lost until so few blocks are under way; a cancelled run waits for none."""
        while len(self._sent) >= blocks and not self._cancel.is_set():
            done = wait(self._sent, CANCEL_SECONDS, return_when=FIRST_COMPLETED).done
            for future in done:
                self._collect(future, self._sent.pop(future))
            if done:
                counted = self._summary.answered + self._summary.lost
                self._on_progress(PortfolioProgress(counted, max(counted, self._summary.requested)))
        self._summary.cancelled = bool(self._sent) and self._cancel.is_set()

    def _collect(self, future: Future[ResultBlock], sent: pa.RecordBatch) -> None:
        try:
            info, answers = future.result()
        except (RequesterError, BrokerUnavailableError) as error:
            self._consecutive_failures += 1
            self._summary.add_lost_block(sent.num_rows, error)
            return
        self._consecutive_failures = 0
        self._summary.threshold = info.threshold
        if info.model not in self._summary.models:
            self._summary.models.append(info.model)
        self._summary.add_block(sent.num_rows, answers)
        self._on_answers(info, sent, answers)


def _record_end(engine: Engine, summary: PortfolioSummary, status: Literal["finished", "aborted"]) -> None:
    counts = BatchCounts(**{str(s): summary.statuses[s] for s in Status})
    try:
        close_batch(engine, summary.batch_id, counts, status, summary.requested)
    except DatabaseError as error:
        # The answers are counted all the same; the ledger then shows a run without an end.
        log.error("the ledger's row of this run could not be closed: %s", error)
