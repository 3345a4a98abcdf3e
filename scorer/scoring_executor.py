"""The one thread that scores, shared by both lanes: interactive requests preempt blocks."""

import asyncio
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timed(Generic[T]):
    """A result and its times. `started_at` is in seconds since 1970, to be compared with the broker's times."""

    result: T
    started_at: float
    duration_seconds: float


class ScoringExecutor:
    """Runs work one piece at a time outside the event loop, which goes on talking to the broker meanwhile.

    Interactive jobs wait for the running step of a block, never for the rest of the block. The scoring thread itself
    looks for them between two steps: a round trip through the event loop for each step would cost as much as a fifth
    of its scoring. A flood of jobs cannot starve a block, for those that come meanwhile wait for its next step.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="scoring")
        self._priority: SimpleQueue[tuple[Future[Timed[Any]], Callable[[], Any]]] = SimpleQueue()

    async def run_priority(self, job: Callable[[], T]) -> Timed[T]:
        """Run a job of the interactive lane as soon as the running job or step ends."""
        future: Future[Timed[T]] = Future()
        self._priority.put((future, job))
        self._thread.submit(self._drain_priority)  # finds nothing to do when a block's steps were there first
        return await asyncio.wrap_future(future)

    async def run_preemptible(self, steps: Generator[None, None, T]) -> Timed[T]:
        """Work through the short steps of the batch lane, letting interactive jobs go first between them.

        The time counts from the first step, with the jobs between two of them.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(self._run_steps, steps))

    def _run_steps(self, steps: Generator[None, None, T]) -> Timed[T]:
        self._drain_priority()
        started_at, start = time.time(), time.perf_counter()
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return Timed(end.value, started_at, time.perf_counter() - start)
            self._drain_priority()

    def _drain_priority(self) -> None:
        """Run the interactive jobs that wait at this moment."""
        for _ in range(self._priority.qsize()):
            try:
                future, job = self._priority.get_nowait()
            except Empty:
                return
            if not future.set_running_or_notify_cancel():
                continue
            started_at, start = time.time(), time.perf_counter()
            try:
                result = job()
                future.set_result(Timed(result, started_at, time.perf_counter() - start))
            except BaseException as error:
                future.set_exception(error)
