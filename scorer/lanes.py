"""The two lanes of a worker: read, score, publish, and only then acknowledge."""

import asyncio
import logging
from collections.abc import AsyncIterable, Callable, Sequence
from functools import partial
from typing import Any

from scorer.metrics import BATCH, INTERACTIVE, Metrics
from scorer.microbatch import record_of
from scorer.outgoing import Outgoing
from scorer.publish import Producer, publish
from scorer.record import Record
from scorer.respond import Responder
from scorer.timed import Timed, timed, timed_steps
from scorer.workbench import Workbench

log = logging.getLogger(__name__)


class Lanes:
    """Works through batches of events. One coroutine for each lane, so offsets are acknowledged in order.

    The lanes have a producer each: one sends a broker a single request at a time, and the answer to a person must not
    wait until half a megabyte of a block is acknowledged.
    """

    def __init__(
        self,
        responder: Responder,
        bench: Workbench,
        metrics: Metrics,
        interactive: Callable[[], Producer],
        batch: Callable[[], Producer],
        topic: Callable[[str], str],
    ) -> None:
        """`topic` gives the name that a topic has on the broker."""
        self._responder = responder
        self._bench = bench
        self._metrics = metrics
        self._topic = topic
        self._producers = {INTERACTIVE: interactive, BATCH: batch}

    async def interactive(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer micro-batches of single requests."""
        async for events in batches:
            records = [record_of(event) for event in events]
            work = await self._bench.urgent(partial(timed, partial(self._responder.respond, records)))
            await self._finish(INTERACTIVE, events, records, work, work.result)

    async def batch(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer blocks, one after the other, letting interactive work go first between their steps.

        The next block is scored while the broker takes the answer of the last. Only one answer is under way, so
        acknowledgements keep their order.
        """
        async with asyncio.TaskGroup() as publishing:
            under_way: asyncio.Task[None] | None = None
            async for events in batches:
                for event in events:
                    record = record_of(event)
                    work = await self._bench.patient(timed_steps(self._responder.respond_block(record)))
                    if under_way:
                        await under_way
                    finishing = self._finish(BATCH, [event], [record], work, [work.result])
                    under_way = publishing.create_task(finishing)

    async def _finish(
        self,
        lane: str,
        events: Sequence[Any],
        records: Sequence[Record],
        work: Timed[Any],
        answers: Sequence[Outgoing],
    ) -> None:
        sent = await publish(self._producers[lane](), answers, self._topic)
        for event in events:
            event.ack()
        self._metrics.answered(lane, records, work, sent)
