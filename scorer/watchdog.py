"""Ends a worker that looks alive but answers nothing: a supervisor starts another, and its partitions move on."""

import asyncio
import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.errors import KafkaError

from scorer.lag import Offsets

log = logging.getLogger(__name__)

CHECK_SECONDS = 2.0
"""Between two looks at the broker's offsets: two small requests."""

ASK_SECONDS = 5.0
"""Wait for the broker's offsets; a broker that takes longer is away, which no restart of a worker would mend."""

LOCKED_SECONDS = 4.0
"""Beyond the time in which the watching thread ends the process, when even that thread cannot run."""


class Standstill:
    """Says for how long lanes have stood still. Pure but for the clock.

    A partition waits when its end lies beyond the next offset to answer. A lane stands still while one of its
    partitions waits and none of them moves.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[Offsets, float]] = {}

    def look(self, ends: Offsets, answered: Offsets) -> dict[str, float]:
        """Return for each topic for how many seconds it has stood still, 0 for one that moves or waits for nothing.

        `ends`: partition → offset after its last record. `answered`: partition → next offset to answer.
        """
        now = self._clock()
        return {topic: now - self._since(topic, ends, answered, now) for topic in sorted({tp.topic for tp in ends})}

    def interrupt(self) -> None:
        """Begin anew: while the broker is away nothing can move, and that is no fault of this worker's."""
        self._seen.clear()

    def _since(self, topic: str, ends: Offsets, answered: Offsets, now: float) -> float:
        state = {tp: offset for tp, offset in answered.items() if tp.topic == topic}
        waiting = any(ends[tp] > state.get(tp, ends[tp]) for tp in ends if tp.topic == topic)
        before, since = self._seen.get(topic, (None, now))
        if waiting and state == before:
            return since
        self._seen[topic] = state, now
        return now


@dataclass(frozen=True)
class Look:
    """What the broker's offsets say: partition → offset, and topic → seconds for which it has stood still."""

    ends: Offsets
    answered: Offsets
    standing: Mapping[str, float]


class Watchdog:
    """Looks at the offsets from the event loop, and at the event loop from a thread.

    Native code that keeps the interpreter's lock stops that thread too. A timer of the interpreter itself, set anew at
    each look, then writes where each thread stands, files and lines only, and ends the process.
    """

    def __init__(self, consumer: Any, requests: str, limit: float, tell: Callable[[Look | None], None]) -> None:
        """`requests` names the topic of requests. `tell` hears of each look; None when the broker did not answer."""
        self._consumer = consumer
        self._requests = requests
        self._limit = limit
        self._tell = tell
        self._standstill = Standstill()
        self._last_look = time.monotonic()
        self._silent = False
        self._over = threading.Event()

    async def run(self) -> None:
        """Watch until cancelled."""
        threading.Thread(target=self._watch_loop, name="watchdog", daemon=True).start()
        try:
            while True:
                faulthandler.dump_traceback_later(self._limit + ASK_SECONDS + LOCKED_SECONDS, exit=True)
                look = await self._look()
                self._tell(look)
                if look:
                    self._judge(look.standing)
                self._last_look = time.monotonic()
                await asyncio.sleep(CHECK_SECONDS)
        finally:
            self._over.set()
            faulthandler.cancel_dump_traceback_later()

    async def _look(self) -> Look | None:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                assigned = self._consumer.assignment()
                if not assigned:
                    # There is no partition to follow, but does the broker answer?
                    await self._consumer.first_records(self._requests, 1)
                ends = await self._consumer.highwaters(*assigned) if assigned else {}
                starts = await self._consumer.earliest_offsets(*assigned) if assigned else {}
        except (KafkaError, TimeoutError) as error:
            if not self._silent:
                log.warning("the broker does not tell its offsets: %s", type(error).__name__)
            self._silent = True
            self._standstill.interrupt()
            return None
        self._silent = False
        answered = {tp: max(starts[tp], self._answered(tp)) for tp in assigned}
        return Look(ends, answered, self._standstill.look(ends, answered))

    def _judge(self, standing: Mapping[str, float]) -> None:
        for topic, seconds in standing.items():
            if seconds >= self._limit:
                _end(f"requests wait in {topic} and none was answered for {self._limit:g} s")

    def _answered(self, tp: Any) -> int:
        acknowledged = self._consumer._acked.get(tp)
        committed = self._consumer._committed_offset.get(tp)
        return max(acknowledged[-1] + 1 if acknowledged else 0, committed or 0)

    def _watch_loop(self) -> None:
        while not self._over.wait(CHECK_SECONDS):
            if time.monotonic() - self._last_look > self._limit + ASK_SECONDS:
                _end(f"the event loop has stood still for {self._limit:g} s")


def _end(reason: str) -> None:
    log.critical("worker ends: %s", reason)
    os._exit(1)  # a process that hangs cannot be asked to stop in order
