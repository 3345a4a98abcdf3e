"""The bridge from an upload that comes to the event loop, to a reader that waits on a thread."""

import asyncio
import concurrent.futures
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor

from contract.headers import ARROW, CSV, JSON_LINES
from producers.gateway.batch.arrow_reader import read_arrow
from producers.gateway.batch.chunks import RowChunk
from producers.gateway.batch.text_readers import ReadChunk, read_csv, read_json_lines
from producers.gateway.request_body import RequestBody
from producers.gateway.served_model import ServedModel

READERS: Mapping[str, Callable[[ServedModel, ReadChunk], Iterator[RowChunk]]] = {
    JSON_LINES: read_json_lines,
    CSV: read_csv,
    ARROW: read_arrow,
}
"""Media type → how an upload of it is read."""


class UploadReader:
    """Gives the sheets of one upload. Parsing takes a thread; only what the next sheet needs is read."""

    def __init__(self, body: RequestBody, media_type: str, model: ServedModel, pool: Executor) -> None:
        self._body = body
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._waiting: concurrent.futures.Future[bytes] | None = None
        self._ended = False
        self._chunks = READERS[media_type](model, self._read)

    async def next_chunk(self) -> RowChunk | None:
        """Return the next sheet, None after the last. Raises ProblemError."""
        return await self._loop.run_in_executor(self._pool, next, self._chunks, None)

    def cancel(self) -> None:
        """Let go of the thread that waits for more: nobody wants it any more."""
        self._ended = True
        if self._waiting is not None:
            self._waiting.cancel()

    def _read(self) -> bytes:
        if self._ended:
            raise concurrent.futures.CancelledError
        self._waiting = asyncio.run_coroutine_threadsafe(self._body.next_chunk(), self._loop)
        return self._waiting.result()
