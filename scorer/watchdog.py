"""Ends a worker that runs but answers nothing: a supervisor starts another, and its partitions are reassigned."""

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

from scorer.lag import OffsetMap

log = logging.getLogger(__name__)

OFFSET_POLL_SECONDS = 2.0
"""Between two polls of the broker's offsets: two small requests."""

OFFSET_POLL_TIMEOUT_SECONDS = 5.0
"""Wait for the broker's offsets; a broker that takes longer is unavailable; a restart would not help."""

GIL_GRACE_SECONDS = 4.0
"""Beyond the time in which the watching thread ends the process, when even that thread cannot run."""


class StallDetector:
    """Measures how long lanes have stalled. Pure except for the clock.

    A partition waits when its end lies beyond the next offset to answer. A lane is stalled while one of its
    partitions waits and none of them moves.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[OffsetMap, float]] = {}

    def update(self, ends: OffsetMap, answered: OffsetMap) -> dict[str, float]:
        """Return for each topic for how many seconds it has stalled, 0 if it progresses or nothing is pending.

        `ends`: partition → offset after its last record. `answered`: partition → next offset to answer.
        """
        now = self._clock()
        return {topic: now - self._since(topic, ends, answered, now) for topic in sorted({tp.topic for tp in ends})}

    def reset(self) -> None:
        """Start over: while the broker is unreachable nothing can progress, and the worker is not the cause."""
        self._seen.clear()

    def _since(self, topic: str, ends: OffsetMap, answered: OffsetMap, now: float) -> float:
        state = {tp: offset for tp, offset in answered.items() if tp.topic == topic}
        waiting = any(ends[tp] > state.get(tp, ends[tp]) for tp in ends if tp.topic == topic)
        before, since = self._seen.get(topic, (None, now))
        if waiting and state == before:
            return since
        self._seen[topic] = state, now
        return now


@dataclass(frozen=True)
class OffsetSnapshot:
    """What the broker's offsets say: partition → offset, and topic → seconds for which it has stalled."""

    end_offsets: OffsetMap
    next_offsets: OffsetMap
    stalled_seconds: Mapping[str, float]


class Watchdog:
    """Polls the offsets from the event loop, and watches the event loop from a thread.

    Native code that keeps the interpreter's lock stops that thread too. A timer of the interpreter itself, set anew at
    each poll, then writes where each thread is, files and lines only, and ends the process.
    """

    def __init__(
        self, consumer: Any, requests: str, stall_timeout: float, on_poll: Callable[[OffsetSnapshot | None], None]
    ) -> None:
        """`requests` names the topic of requests. `on_poll` is called after each poll; None: no response."""
        self._consumer = consumer
        self._requests = requests
        self._stall_timeout = stall_timeout
        self._on_poll = on_poll
        self._stall_detector = StallDetector()
        self._last_poll = time.monotonic()
        self._broker_unreachable = False
        self._stopped = threading.Event()

    async def run(self) -> None:
        """Watch until cancelled."""
        threading.Thread(target=self._watch_event_loop, name="watchdog", daemon=True).start()
        try:
            while True:
                faulthandler.dump_traceback_later(
                    self._stall_timeout + OFFSET_POLL_TIMEOUT_SECONDS + GIL_GRACE_SECONDS, exit=True
                )
                snapshot = await self._poll_offsets()
                self._on_poll(snapshot)
                if snapshot:
                    self._check_stall(snapshot.stalled_seconds)
                self._last_poll = time.monotonic()
                await asyncio.sleep(OFFSET_POLL_SECONDS)
        finally:
            self._stopped.set()
            faulthandler.cancel_dump_traceback_later()

    async def _poll_offsets(self) -> OffsetSnapshot | None:
        try:
            async with asyncio.timeout(OFFSET_POLL_TIMEOUT_SECONDS):
                assigned = self._consumer.assignment()
                if not assigned:
                    # There is no partition to follow, but does the broker answer?
                    await self._consumer.first_record_offsets(self._requests, 1)
                ends = await self._consumer.highwaters(*assigned) if assigned else {}
                starts = await self._consumer.earliest_offsets(*assigned) if assigned else {}
        except (KafkaError, TimeoutError) as error:
            if not self._broker_unreachable:
                log.warning("could not fetch offsets from the broker: %s", type(error).__name__)
            self._broker_unreachable = True
            self._stall_detector.reset()
            return None
        self._broker_unreachable = False
        answered = {tp: max(starts[tp], self._answered(tp)) for tp in assigned}
        return OffsetSnapshot(ends, answered, self._stall_detector.update(ends, answered))

    def _check_stall(self, stalled: Mapping[str, float]) -> None:
        for topic, seconds in stalled.items():
            if seconds >= self._stall_timeout:
                _abort(f"{topic} stalled: requests pending, none processed for {self._stall_timeout:g} s")

    def _answered(self, tp: Any) -> int:
        acknowledged = self._consumer._acked.get(tp)
        committed = self._consumer._committed_offset.get(tp)
        return max(acknowledged[-1] + 1 if acknowledged else 0, committed or 0)

    def _watch_event_loop(self) -> None:
        while not self._stopped.wait(OFFSET_POLL_SECONDS):
            if time.monotonic() - self._last_poll > self._stall_timeout + OFFSET_POLL_TIMEOUT_SECONDS:
                _abort(f"event loop blocked for {self._stall_timeout:g} s")


def _abort(reason: str) -> None:
    log.critical("worker exiting: %s", reason)
    os._exit(1)  # a process that hangs cannot be asked to stop in order
