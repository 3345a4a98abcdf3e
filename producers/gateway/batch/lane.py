"""The road of an upload through the batch lane: sheets in, answers out, in order, a bounded number between."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

import pyarrow as pa

from contract.blocks import ResultInfo
from contract.errors import BrokerUnavailable
from producers.errors import ClientClosedError, RequesterError
from producers.gateway.batch.sheets import Sheet
from producers.gateway.batch.upload import Upload

Answered: TypeAlias = tuple[ResultInfo, pa.RecordBatch] | Exception | None
"""A result block, or why none came; None when there was nothing to ask for."""

Submit: TypeAlias = Callable[[pa.RecordBatch], Awaitable["asyncio.Future[tuple[ResultInfo, pa.RecordBatch]]"]]
"""Publishes a block and returns the future of its answer."""


class NobodyAnswers(Exception):  # noqa: N818 - names a state
    """As many blocks in a row as may be under way got no answer: the rest would not either."""


async def through(
    upload: Upload, submit: Submit, credit: asyncio.Semaphore, window: int
) -> AsyncGenerator[tuple[Sheet, Answered]]:
    """Give each sheet with what became of it, in order.

    `credit` is shared by all uploads: blocks without an answer. `window`: sheets of this one between being read and
    being taken from here, so that a reader who takes his time holds up his own upload only. Raises what reading raises,
    and NobodyAnswers.
    """
    way: asyncio.Queue[tuple[Sheet, asyncio.Future[Answered]] | BaseException | None] = asyncio.Queue(window)
    sending = asyncio.create_task(_send_all(upload, submit, credit, way))
    lost_in_a_row = 0
    try:
        while (item := await way.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            sheet, future = item
            answered = await future
            if answered is not None:
                lost_in_a_row = lost_in_a_row + 1 if isinstance(answered, Exception) else 0
            if lost_in_a_row >= window:
                raise NobodyAnswers
            yield sheet, answered
    finally:
        upload.abandon()
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


async def _send_all(
    upload: Upload,
    submit: Submit,
    credit: asyncio.Semaphore,
    way: "asyncio.Queue[tuple[Sheet, asyncio.Future[Answered]] | BaseException | None]",
) -> None:
    try:
        while (sheet := await upload.next()) is not None:
            await way.put((sheet, await _send(sheet, submit, credit)))
    except Exception as error:
        await way.put(error)
    else:
        await way.put(None)


async def _send(sheet: Sheet, submit: Submit, credit: asyncio.Semaphore) -> "asyncio.Future[Answered]":
    """Publish what of a sheet can be asked for; a future that never raises."""
    outcome: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
    if not sheet.block.num_rows:
        outcome.set_result(None)
        return outcome
    await credit.acquire()

    def settle(answered: Answered) -> None:
        credit.release()
        if not outcome.done():
            outcome.set_result(answered)

    try:
        future = await submit(sheet.block)
    except (RequesterError, BrokerUnavailable) as error:
        settle(error)
    except BaseException:
        credit.release()
        raise
    else:
        future.add_done_callback(lambda done: settle(_outcome(done)))
    return outcome


def _outcome(done: "asyncio.Future[tuple[ResultInfo, pa.RecordBatch]]") -> Answered:
    if done.cancelled():
        return ClientClosedError("the client is closed")
    error = done.exception()
    return error if isinstance(error, Exception) else done.result()
