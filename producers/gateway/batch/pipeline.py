"""The road of an upload through the batch lane: sheets in, answers out, in order, a bounded number between."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

import pyarrow as pa

from contract.blocks import ResultInfo
from contract.errors import BrokerUnavailableError
from producers.errors import ClientClosedError, RequesterError
from producers.gateway.batch.chunks import RowChunk
from producers.gateway.batch.upload import UploadReader

BlockOutcome: TypeAlias = tuple[ResultInfo, pa.RecordBatch] | Exception | None
"""A result block, or why none came; None when there was nothing to ask for."""

SubmitBlock: TypeAlias = Callable[[pa.RecordBatch], Awaitable["asyncio.Future[tuple[ResultInfo, pa.RecordBatch]]"]]
"""Publishes a block and returns the future of its answer."""


class WorkersUnresponsiveError(Exception):
    """As many blocks in a row as may be under in_flight got no answer: the rest would not either."""


async def score_chunks(
    upload: UploadReader, submit: SubmitBlock, slots: asyncio.Semaphore, window: int
) -> AsyncGenerator[tuple[RowChunk, BlockOutcome]]:
    """Give each chunk with what became of it, in order.

    `slots` is shared by all uploads: blocks without an answer. `window`: sheets of this one between being read and
    being taken from here, so that a reader who takes his time holds up his own upload only. Raises what reading raises,
    and WorkersUnresponsiveError.
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
    """Publish what of a chunk can be asked for; a future that never raises."""
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
