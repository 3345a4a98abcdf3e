"""Threads that read uploads and write their results."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from producers.gateway.limits import MAX_CONCURRENT_UPLOADS

P = ParamSpec("P")
T = TypeVar("T")


class UploadThreads:
    """Threads of which one computes at a time, while others wait for their callers.

    The interpreter runs one thread at a time anyhow. If several computed, the event loop would have to wait for each of
    them in turn.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2 * MAX_CONCURRENT_UPLOADS, thread_name_prefix="upload")
        self._turn = threading.Lock()

    async def compute(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what work returns, which is done when it is its turn."""

        def in_turn() -> T:
            with self._turn:
                return work(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pool, in_turn)

    def wait(self, future: "Future[T]") -> T:
        """Return a result for which work has to wait, and let others compute meanwhile. Call it from `compute`."""
        self._turn.release()
        try:
            return future.result()
        finally:
            self._turn.acquire()

    def close(self) -> None:
        """End the threads when their work is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)
