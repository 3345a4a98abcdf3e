"""Ends a worker that looks alive but answers nothing: a supervisor starts another, and its partitions move on."""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from aiokafka.errors import KafkaError

log = logging.getLogger(__name__)

CHECK_SECONDS = 2.0
"""Between two looks at the broker's offsets: two small requests."""

ASK_SECONDS = 5.0
"""Wait for the broker's offsets; a broker that takes longer is away, which no restart of a worker would mend."""

Offsets: TypeAlias = Mapping[Any, int]


class Stall:
    """Decides whether a lane stands still. Pure but for the clock.

    A partition waits when its end lies beyond the next offset to answer. A lane stands still when one of its
    partitions has waited for `limit` seconds and none of them has moved meanwhile.
    """

    def __init__(self, limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._seen: dict[str, tuple[Offsets, float]] = {}

    def stalled(self, ends: Offsets, answered: Offsets) -> str | None:
        """Return the topic that stands still, or None.

        `ends`: partition → offset after its last record. `answered`: partition → next offset to answer.
        """
        now = self._clock()
        for topic in {str(tp.topic) for tp in ends}:
            state = {tp: offset for tp, offset in answered.items() if tp.topic == topic}
            waiting = any(ends[tp] > state.get(tp, ends[tp]) for tp in ends if tp.topic == topic)
            before, since = self._seen.get(topic, (None, now))
            if not waiting or state != before:
                self._seen[topic] = state, now
            elif now - since >= self._limit:
                return topic
        return None


class Watchdog:
    """Looks at the offsets from the event loop, and at the event loop from a thread."""

    def __init__(self, consumer: Any, limit: float, end: Callable[[str], None] | None = None) -> None:
        self._consumer = consumer
        self._limit = limit
        self._stall = Stall(limit)
        self._end = end or _end
        self._last_look = time.monotonic()
        self._over = threading.Event()

    async def run(self) -> None:
        """Watch until cancelled."""
        threading.Thread(target=self._watch_loop, name="watchdog", daemon=True).start()
        try:
            while True:
                if topic := await self._look():
                    self._end(f"requests wait in {topic} and none was answered for {self._limit:g} s")
                self._last_look = time.monotonic()
                await asyncio.sleep(CHECK_SECONDS)
        finally:
            self._over.set()

    async def _look(self) -> str | None:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                assigned = self._consumer.assignment()
                ends = await self._consumer.highwaters(*assigned) if assigned else {}
                starts = await self._consumer.earliest_offsets(*assigned) if assigned else {}
        except (KafkaError, TimeoutError) as error:
            log.warning("the broker does not tell its offsets: %s", type(error).__name__)
            return None
        return self._stall.stalled(ends, {tp: max(starts[tp], self._answered(tp)) for tp in assigned})

    def _answered(self, tp: Any) -> int:
        acknowledged = self._consumer._acked.get(tp)
        committed = self._consumer._committed_offset.get(tp)
        return max(acknowledged[-1] + 1 if acknowledged else 0, committed or 0)

    def _watch_loop(self) -> None:
        while not self._over.wait(CHECK_SECONDS):
            if time.monotonic() - self._last_look > self._limit + ASK_SECONDS:
                self._end(f"the event loop has stood still for {self._limit:g} s")


def _end(reason: str) -> None:
    log.critical("worker ends: %s", reason)
    os._exit(1)  # a process that hangs cannot be asked to stop in order
