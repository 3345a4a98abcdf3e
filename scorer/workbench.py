"""The one thread that scores, shared by both lanes: people first, blocks in between."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 0.25
"""Longest that a block waits for interactive work to pause: under a flood of requests portfolios still move on."""


class Workbench:
    """Runs jobs one at a time outside the event loop, which goes on talking to the broker meanwhile."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="scoring")
        self._urgent = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def urgent(self, job: Callable[[], T]) -> T:
        """Run a job of the interactive lane as soon as the running job ends."""
        self._urgent += 1
        self._quiet.clear()
        try:
            return await self._run(job)
        finally:
            self._urgent -= 1
            if not self._urgent:
                self._quiet.set()

    async def patient(self, job: Callable[[], T]) -> T:
        """Run a short job of the batch lane when no interactive one waits, or when it has waited long enough."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._quiet.wait()
        except TimeoutError:
            pass
        return await self._run(job)

    async def _run(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)
