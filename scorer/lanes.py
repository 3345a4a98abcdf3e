"""The two lanes of a worker: read, score, publish, and only then acknowledge."""

import asyncio
import logging
from collections.abc import AsyncIterable, Callable, Sequence
from functools import partial
from typing import Any

from scorer.metrics import BATCH, INTERACTIVE, WorkerMetrics
from scorer.microbatch import to_record
from scorer.outgoing import OutgoingRecord
from scorer.publish import Producer, publish_until_acked
from scorer.record import Record
from scorer.request_handler import ScoreRequestHandler
from scorer.scoring_executor import ScoringExecutor
from scorer.timed import Timed, timed, timed_steps

log = logging.getLogger(__name__)


class LaneConsumers:
    """Works through batches of events. One coroutine for each lane, so offsets are acknowledged in order.

    The lanes have a producer each: one sends a broker a single request at a time, and the answer to a person must not
    wait until half a megabyte of a block is acknowledged.
    """

    def __init__(
        self,
        handler: ScoreRequestHandler,
        executor: ScoringExecutor,
        metrics: WorkerMetrics,
        interactive: Callable[[], Producer],
        batch: Callable[[], Producer],
        topic: Callable[[str], str],
    ) -> None:
        """`topic` gives the name that a topic has on the broker."""
        self._handler = handler
        self._executor = executor
        self._metrics = metrics
        self._topic = topic
        self._producers = {INTERACTIVE: interactive, BATCH: batch}

    async def consume_requests(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer micro-batches of single requests."""
        async for events in batches:
            records = [to_record(event) for event in events]
            work = await self._executor.run_priority(partial(timed, partial(self._handler.handle_requests, records)))
            await self._publish_and_ack(INTERACTIVE, events, records, work, work.result)

    async def consume_blocks(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer blocks, one after the other, letting interactive work go first between their steps.

        The next block is scored while the broker takes the answer of the last. Only one answer is under way, so
        acknowledgements keep their order.
        """
        async with asyncio.TaskGroup() as publishing:
            under_way: asyncio.Task[None] | None = None
            async for events in batches:
                for event in events:
                    record = to_record(event)
                    work = await self._executor.run_preemptible(timed_steps(self._handler.handle_block(record)))
                    if under_way:
                        await under_way
                    finishing = self._publish_and_ack(BATCH, [event], [record], work, [work.result])
                    under_way = publishing.create_task(finishing)

    async def _publish_and_ack(
        self,
        lane: str,
        events: Sequence[Any],
        records: Sequence[Record],
        work: Timed[Any],
        answers: Sequence[OutgoingRecord],
    ) -> None:
        sent = await publish_until_acked(self._producers[lane](), answers, self._topic)
        for event in events:
            event.ack()
        self._metrics.observe_responses(lane, records, work, sent)
