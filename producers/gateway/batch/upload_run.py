"""One upload in the batch log, in the access log and in the metrics."""

import asyncio
import logging
from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contract.access import AccessOutcome
from contract.codes import Status
from contract.ids import new_request_id
from contract.messages import ModelRef
from db.batches import BatchCounts, FinalStatus, close_batch, open_batch
from db.errors import DatabaseError
from producers.gateway.access_log_writer import Caller
from producers.gateway.problems import ProblemError, to_problem
from producers.gateway.served_model import ServedModel
from producers.gateway.services import GatewayServices
from producers.gateway.trace_context import TraceContext

log = logging.getLogger(__name__)

MODEL_COLUMNS = ["model_name", "model_version", "model_digest"]
"""Of the results: the fields of ModelRef, null in rows without a score."""


class UploadRun:
    """Records one upload: its caller, and the rows by status."""

    def __init__(
        self, services: GatewayServices, caller: Caller, trace: TraceContext, model: ServedModel, *, explain: bool
    ) -> None:
        self._services = services
        self._caller = caller
        self._trace = trace.kafka_headers
        self._explain = explain
        self._batch_id = new_request_id()
        self._counts: Counter[Status] = Counter()
        self._models: set[ModelRef] = set()
        """The models that scored rows: several if one became active meanwhile."""
        self.feature_names = model.feature_names
        self.slots = services.block_slots
        self.window = services.config.max_blocks_in_flight
        self.threads = services.upload_threads

    async def submit(self, block: pa.RecordBatch) -> "asyncio.Future[Any]":
        """Publish a block."""
        client = self._services.block_client.get()

        def publish() -> Any:
            return client.submit(self._batch_id, block, self.feature_names, self._explain, self._trace)

        loop = asyncio.get_running_loop()
        return asyncio.wrap_future(await loop.run_in_executor(self._services.publish_pool, publish))

    async def count_results(self, results: pa.Table) -> None:
        """Count results by status, and record a model before the first of its scores is sent. Raises ProblemError."""
        for row in results.group_by(MODEL_COLUMNS).aggregate([]).drop_null().to_pylist():
            model = ModelRef(*(row[name] for name in MODEL_COLUMNS))
            if model not in self._models:
                self._models.add(model)
                await self._services.audit.record(self._caller, AccessOutcome.SCORED, model=model)
        for entry in pc.value_counts(results.column("status")).to_pylist():
            status = Status(entry["values"])
            self._counts[status] += entry["counts"]
            self._services.metrics.rows_processed(status, entry["counts"])

    async def begin(self) -> None:
        """Record the start before the first block is published. Raises ProblemError: without an entry, no score."""
        await self._services.audit.record(self._caller, AccessOutcome.STARTED)
        try:
            await self._services.run_in_db_pool(open_batch, self._services.engine, self._batch_id, 0)
        except DatabaseError as error:
            raise to_problem(error) from error

    async def finish(self) -> None:
        """Record the end before the end of the response is sent. Raises ProblemError."""
        try:
            await self._close("finished")
        except DatabaseError as error:
            raise to_problem(error) from error
        await self._services.audit.record(self._caller, AccessOutcome.FINISHED)

    async def abort(self) -> None:
        """Record that the run ended early."""
        try:
            await self._close("aborted")
            await self._services.audit.record(self._caller, AccessOutcome.ABORTED)
        except (DatabaseError, ProblemError) as error:
            log.error("could not record the end of an upload (%s)", type(error).__name__)

    async def _close(self, status: FinalStatus) -> None:
        counts = BatchCounts(**{str(status): self._counts[status] for status in Status})
        requested = self._counts.total()
        await self._services.run_in_db_pool(
            close_batch, self._services.engine, self._batch_id, counts, status, requested
        )
