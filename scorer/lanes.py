"""The two lanes of a worker: read, score, publish, and only then acknowledge."""

import asyncio
import logging
from collections.abc import AsyncIterable, Callable, Sequence
from typing import Any

from scorer.microbatch import record_of
from scorer.outgoing import Outgoing
from scorer.publish import Producer, publish
from scorer.respond import Responder
from scorer.workbench import Workbench

log = logging.getLogger(__name__)


class Lanes:
    """Works through batches of events. One coroutine for each lane, so offsets are acknowledged in order.

    The lanes have a producer each: one sends a broker a single request at a time, and the answer to a person must not
    wait until half a megabyte of a block is acknowledged.
    """

    def __init__(
        self, responder: Responder, bench: Workbench, interactive: Callable[[], Producer], batch: Callable[[], Producer]
    ) -> None:
        self._responder = responder
        self._bench = bench
        self._interactive_producer = interactive
        self._batch_producer = batch

    async def interactive(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer micro-batches of single requests."""
        async for events in batches:
            records = [record_of(event) for event in events]
            answers = await self._bench.urgent(lambda records=records: self._responder.respond(records))  # type: ignore[misc]
            await _finish(self._interactive_producer(), events, answers)

    async def batch(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer blocks, one after the other, letting interactive work go first between their steps.

        The next block is scored while the broker takes the answer of the last. Only one answer is under way, so
        acknowledgements keep their order.
        """
        async with asyncio.TaskGroup() as publishing:
            under_way: asyncio.Task[None] | None = None
            async for events in batches:
                for event in events:
                    answer = await self._bench.patient(self._responder.respond_block(record_of(event)))
                    if under_way:
                        await under_way
                    under_way = publishing.create_task(_finish(self._batch_producer(), [event], [answer]))


async def _finish(producer: Producer, events: Sequence[Any], answers: Sequence[Outgoing]) -> None:
    await publish(producer, answers)
    for event in events:
        event.ack()
