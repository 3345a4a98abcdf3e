"""The pipeline of an upload: chunks are read on a thread, published as blocks, and yielded in order with results."""

import asyncio
import concurrent.futures
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import TypeAlias

import pyarrow as pa

from contract.blocks import ResultInfo
from contract.errors import BrokerUnavailableError
from contract.headers import ARROW, CSV, JSON_LINES
from producers.errors import ClientClosedError, RequesterError
from producers.gateway.batch.arrow_reader import read_arrow
from producers.gateway.batch.chunks import RowChunk
from producers.gateway.batch.text_readers import ReadChunk, read_csv, read_json_lines
from producers.gateway.request_body import RequestBody
from producers.gateway.served_model import ServedModel
from producers.gateway.upload_threads import UploadThreads

READERS: Mapping[str, Callable[[ServedModel, ReadChunk], Iterator[RowChunk]]] = {
    JSON_LINES: read_json_lines,
    CSV: read_csv,
    ARROW: read_arrow,
}
"""Media type → reader."""


class UploadReader:
    """Reads an upload in chunks, on a thread; only what the next chunk needs is read from the body."""

    def __init__(self, body: RequestBody, media_type: str, model: ServedModel, threads: UploadThreads) -> None:
        self._body = body
        self._threads = threads
        self._loop = asyncio.get_running_loop()
        self._waiting: concurrent.futures.Future[bytes] | None = None
        self._ended = False
        self._chunks = READERS[media_type](model, self._read)

    async def next_chunk(self) -> RowChunk | None:
        """Return the next chunk, None after the last. Raises ProblemError."""
        return await self._threads.compute(next, self._chunks, None)

    def cancel(self) -> None:
        """Release the thread that waits for more."""
        self._ended = True
        if self._waiting is not None:
            self._waiting.cancel()

    def _read(self) -> bytes:
        if self._ended:
            raise concurrent.futures.CancelledError
        self._waiting = asyncio.run_coroutine_threadsafe(self._body.next_chunk(), self._loop)
        return self._threads.wait(self._waiting)


BlockOutcome: TypeAlias = tuple[ResultInfo, pa.RecordBatch] | Exception | None
"""A result block, or why there is none; None for a chunk without valid rows."""

SubmitBlock: TypeAlias = Callable[[pa.RecordBatch], Awaitable["asyncio.Future[tuple[ResultInfo, pa.RecordBatch]]"]]
"""Publishes a block and returns the future of its result block."""


class WorkersUnresponsiveError(Exception):
    """As many consecutive blocks as may be in flight got no response, so the others would not get one either."""


async def score_chunks(
    upload: UploadReader, submit: SubmitBlock, slots: asyncio.Semaphore, window: int
) -> AsyncGenerator[tuple[RowChunk, BlockOutcome]]:
    """Give each chunk with what became of it, in order.

    `slots` limits the blocks in flight of all uploads. `window` limits the chunks of this upload between being read
    and being yielded, so that a slow reader only delays its own upload. Raises what reading raises, and
    WorkersUnresponsiveError.
    """
    in_flight: asyncio.Queue[tuple[RowChunk, asyncio.Future[BlockOutcome]] | BaseException | None] = asyncio.Queue(
        window
    )
    sending = asyncio.create_task(_send_all(upload, submit, slots, in_flight))
    consecutive_failures = 0
    try:
        while (item := await in_flight.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            chunk, future = item
            block_outcome = await future
            if block_outcome is not None:
                consecutive_failures = consecutive_failures + 1 if isinstance(block_outcome, Exception) else 0
            if consecutive_failures >= window:
                raise WorkersUnresponsiveError
            yield chunk, block_outcome
    finally:
        upload.cancel()
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


async def _send_all(
    upload: UploadReader,
    submit: SubmitBlock,
    slots: asyncio.Semaphore,
    in_flight: "asyncio.Queue[tuple[RowChunk, asyncio.Future[BlockOutcome]] | BaseException | None]",
) -> None:
    try:
        while (chunk := await upload.next_chunk()) is not None:
            await in_flight.put((chunk, await _send(chunk, submit, slots)))
    except Exception as error:
        await in_flight.put(error)
    else:
        await in_flight.put(None)


async def _send(chunk: RowChunk, submit: SubmitBlock, slots: asyncio.Semaphore) -> "asyncio.Future[BlockOutcome]":
    """Publish the valid rows of a chunk; the future never raises."""
    outcome: asyncio.Future[BlockOutcome] = asyncio.get_running_loop().create_future()
    if not chunk.block.num_rows:
        outcome.set_result(None)
        return outcome
    await slots.acquire()

    def complete(block_outcome: BlockOutcome) -> None:
        slots.release()
        if not outcome.done():
            outcome.set_result(block_outcome)

    try:
        future = await submit(chunk.block)
    except (RequesterError, BrokerUnavailableError) as error:
        complete(error)
    except BaseException:
        slots.release()
        raise
    else:
        future.add_done_callback(lambda done: complete(_outcome(done)))
    return outcome


def _outcome(done: "asyncio.Future[tuple[ResultInfo, pa.RecordBatch]]") -> BlockOutcome:
    if done.cancelled():
        return ClientClosedError("the client is closed")
    error = done.exception()
    return error if isinstance(error, Exception) else done.result()
