"""Scoring a whole portfolio: the clients stream from PostgreSQL, the answers are counted and dropped.

Memory does not grow with the portfolio: the database keeps a cursor, and at most `batch_credit` blocks are under way.
"""

import logging
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from dataclasses import dataclass
from typing import Literal, cast

import pyarrow as pa
from sqlalchemy import Engine

from contract.codes import Status
from contract.errors import BrokerUnavailable
from contract.ids import new_request_id
from contract.schema import FeatureSchema
from contract.settings import Settings
from db.batches import Counts, close_batch, open_batch
from db.clients import count_clients, stream_clients
from db.errors import DatabaseError
from producers.blocks import BlockClient, ResultBlock
from producers.errors import ProducerError
from producers.portfolio import PortfolioSummary

log = logging.getLogger(__name__)

SOURCE = "/neoscore/publish/batch"


@dataclass(frozen=True)
class Progress:
    """How far a run is: `done` of `total` clients are answered or lost."""

    done: int
    total: int


def run_portfolio(
    config: Settings,
    engine: Engine,
    schema: FeatureSchema,
    where: str | None = None,
    limit: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    *,
    explain: bool = True,
) -> PortfolioSummary:
    """Have every client that `where` selects scored, and return the totals; no score outlives its block.

    The run enters the ledger when it begins and when it ends. It stops early when as many blocks in a row as may be in
    flight get no answer: then no worker runs. An exception, such as KeyboardInterrupt or one that `on_progress` raises
    to cancel, closes the ledger's row as `aborted` and passes on. Raises FilterError, DatabaseError, TopicError or
    BrokerUnavailable before anything is published.
    """
    total = count_clients(engine, schema, where, limit)
    with BlockClient(config, SOURCE) as client:
        summary = PortfolioSummary(new_request_id(), total)
        open_batch(engine, summary.batch_id, total)
        run = _Run(client, summary, config.batch_credit, on_progress, explain)
        status: Literal["finished", "aborted"] = "aborted"
        try:
            # Its cursor holds a connection, also after a run that is cut short.
            stream = cast("Generator[pa.RecordBatch, None, None]", stream_clients(engine, schema, where, limit))
            with closing(stream) as blocks:
                summary.stopped = not run.send_all(blocks, schema)
            status = "aborted" if summary.stopped else "finished"
        finally:
            summary.seconds = run.seconds
            _close_ledger(engine, summary, status)
    return summary


class _Run:
    """The blocks in flight of one run."""

    def __init__(
        self,
        client: BlockClient,
        summary: PortfolioSummary,
        credit: int,
        on_progress: Callable[[Progress], None],
        explain: bool,
    ) -> None:
        self._client = client
        self._summary = summary
        self._credit = credit
        self._on_progress = on_progress
        self._explain = explain
        self._sent: dict[Future[ResultBlock], int] = {}
        self._lost_in_a_row = 0
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time since the run began."""
        return time.monotonic() - self._started

    def send_all(self, blocks: Iterator[pa.RecordBatch], schema: FeatureSchema) -> bool:
        """Send every block and wait for every answer. Returns False when it gave up because nobody answers."""
        published = 0
        for block in blocks:
            while len(self._sent) >= self._credit:
                self._collect()
            if self._lost_in_a_row >= self._credit:
                return False
            future = self._client.submit(self._summary.batch_id, block, schema.model_names, self._explain)
            self._sent[future] = block.num_rows
            published += block.num_rows
        while self._sent:
            self._collect()
        self._summary.requested = published  # clients may have come or gone since they were counted
        return True

    def _collect(self) -> None:
        """Wait until at least one block is answered or lost, and count it."""
        for future in wait(self._sent, return_when=FIRST_COMPLETED).done:
            self._count(future, self._sent.pop(future))
        done = self._summary.answered + self._summary.lost
        self._on_progress(Progress(done, max(done, self._summary.requested)))

    def _count(self, future: Future[ResultBlock], rows: int) -> None:
        try:
            info, answers = future.result()
        except (ProducerError, BrokerUnavailable) as error:
            self._lost_in_a_row += 1
            self._summary.add_lost(rows, str(error))
            return
        self._lost_in_a_row = 0
        self._summary.model, self._summary.threshold = info.model, info.threshold
        self._summary.add_answers(rows, answers)


def _close_ledger(engine: Engine, summary: PortfolioSummary, status: Literal["finished", "aborted"]) -> None:
    counts = Counts(**{str(s): summary.statuses[s] for s in Status})
    try:
        close_batch(engine, summary.batch_id, counts, status, summary.requested)
    except DatabaseError as error:
        # The answers are counted all the same; the ledger then shows a run without an end.
        log.error("the ledger's row of this run could not be closed: %s", error)
