"""The two lanes of a worker: read, score, publish, and only then acknowledge."""

import logging
from collections.abc import AsyncIterable, Callable, Generator, Sequence
from typing import Any, TypeVar

from scorer.microbatch import record_of
from scorer.outgoing import Outgoing
from scorer.publish import Producer, publish
from scorer.respond import Responder
from scorer.workbench import Workbench

log = logging.getLogger(__name__)

T = TypeVar("T")


class Lanes:
    """Works through batches of events. One coroutine for each lane, so offsets are acknowledged in order."""

    def __init__(self, responder: Responder, bench: Workbench, producer: Callable[[], Producer]) -> None:
        self._responder = responder
        self._bench = bench
        self._producer = producer

    async def interactive(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer micro-batches of single requests."""
        async for events in batches:
            records = [record_of(event) for event in events]
            answers = await self._bench.urgent(lambda records=records: self._responder.respond(records))  # type: ignore[misc]
            await self._finish(events, answers)

    async def batch(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer blocks, one after the other, letting interactive work go first between their steps."""
        async for events in batches:
            for event in events:
                answer = await self._in_steps(self._responder.respond_block(record_of(event)))
                await self._finish([event], [answer])

    async def _in_steps(self, steps: Generator[None, None, Outgoing]) -> Outgoing:
        while True:
            done, answer = await self._bench.patient(lambda: _step(steps))
            if done:
                assert answer is not None  # noqa: S101 - a generator that is done has returned its answer
                return answer

    async def _finish(self, events: Sequence[Any], answers: Sequence[Outgoing]) -> None:
        await publish(self._producer(), answers)
        for event in events:
            event.ack()


def _step(steps: Generator[None, None, T]) -> tuple[bool, T | None]:
    """Advance a generator; StopIteration must not leave a thread, asyncio could not carry it."""
    try:
        next(steps)
    except StopIteration as end:
        return True, end.value
    return False, None
