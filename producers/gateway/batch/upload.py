"""The bridge from an upload that comes to the event loop, to a reader that waits on a thread."""

import asyncio
import concurrent.futures
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor

from contract.headers import ARROW
from producers.gateway.batch.columns import arrow_sheets
from producers.gateway.batch.formats import CSV, JSON_LINES
from producers.gateway.batch.lines import Read, csv_sheets, json_sheets
from producers.gateway.batch.sheets import Sheet
from producers.gateway.body import Body
from producers.gateway.model import Model

READERS: Mapping[str, Callable[[Model, Read], Iterator[Sheet]]] = {
    JSON_LINES: json_sheets,
    CSV: csv_sheets,
    ARROW: arrow_sheets,
}
"""Media type → how an upload of it is read."""


class Upload:
    """Gives the sheets of one upload. Parsing takes a thread; only what the next sheet needs is read."""

    def __init__(self, body: Body, media_type: str, model: Model, pool: Executor) -> None:
        self._body = body
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._waiting: concurrent.futures.Future[bytes] | None = None
        self._ended = False
        self._sheets = READERS[media_type](model, self._read)

    async def next(self) -> Sheet | None:
        """Return the next sheet, None after the last. Raises Problem."""
        return await self._loop.run_in_executor(self._pool, next, self._sheets, None)

    def abandon(self) -> None:
        """Let go of the thread that waits for more: nobody wants it any more."""
        self._ended = True
        if self._waiting is not None:
            self._waiting.cancel()

    def _read(self) -> bytes:
        if self._ended:
            raise concurrent.futures.CancelledError
        self._waiting = asyncio.run_coroutine_threadsafe(self._body.next(), self._loop)
        return self._waiting.result()
