"""`POST /batches`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import pyarrow as pa
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from producers.gateway.batch.answers import answers_of
from producers.gateway.batch.lane import NobodyAnswers, through
from producers.gateway.batch.run import PURPOSE, Run
from producers.gateway.batch.upload import READERS, Upload
from producers.gateway.batch.writers import WRITERS, Writer
from producers.gateway.body import Body, require_media_type
from producers.gateway.limits import ANSWER_IDLE_SECONDS, RETRY_LATER_SECONDS
from producers.gateway.openapi import BATCHES
from producers.gateway.problems import GatewayCode, Problem, away
from producers.gateway.routes import Switch
from producers.gateway.services import Services
from producers.gateway.tokens import Caller
from producers.gateway.tokens import Scope as TokenScope

log = logging.getLogger(__name__)


def batch_routes(services: Services) -> APIRouter:
    """Return the route for uploads."""
    router = APIRouter()
    may_send = services.guard.require(PURPOSE, TokenScope.BATCH)

    @router.post("/batches", **BATCHES)
    async def batches(
        request: Request, caller: Annotated[Caller, Depends(may_send)], explain: Switch = Switch.ON
    ) -> Response:
        async with services.audit.reading(caller.name, PURPOSE):
            given = require_media_type(request, *READERS)
            wanted = choose_format(request.headers.get("accept", ""), given)
            body = Body(request)
        model = services.model.current()
        services.blocks.client()  # raises where it is not connected
        if services.uploads.locked():
            raise away(GatewayCode.LANE_FULL, "as many uploads as may be are under way already", RETRY_LATER_SECONDS)
        await services.uploads.acquire()
        try:
            explained = explain is Switch.ON
            upload = Upload(body, given, model, services.upload_pool)
            run = Run(services, caller.name, request.state.trace, model, explain=explained)
            answers = _answers(run, upload, WRITERS[wanted](model.names, explain=explained))
            # What is wrong with the beginning of an upload is still told by the status.
            first = await anext(answers)
        except BaseException:
            services.uploads.release()
            raise
        return _Streamed(first, answers, wanted, services.uploads)

    return router


def choose_format(accept: str, given: str) -> str:
    """Return the media type to answer in: that of the upload where nothing else is asked for. Raises Problem."""
    wishes: list[tuple[float, int, str]] = []
    for number, entry in enumerate(accept.split(",")):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
        try:
            wishes.append((-float(quality), number, name))
        except ValueError:
            continue
    for unwanted, _, name in sorted(wishes):
        if unwanted < 0 and name in WRITERS:
            return name
        if unwanted < 0 and (name in ("*/*", "") or (name.endswith("/*") and given.startswith(name[:-1]))):
            return given
    raise Problem(406, GatewayCode.NOT_ACCEPTABLE, f"answers can be had as {', '.join(WRITERS)}")


async def _answers(run: Run, upload: Upload, writer: Writer) -> AsyncIterator[bytes]:
    """Give the answers as they come. Whatever ends this early is in the ledger and in the access log."""
    loop = asyncio.get_running_loop()
    await run.begin()
    try:
        begun = writer.begin()
        async with aclosing(through(upload, run.submit, run.credit, run.window)) as way:
            async for sheet, answered in way:
                table: pa.Table = answers_of(sheet, answered, run.names)
                run.count(table)
                yield begun + await loop.run_in_executor(run.pool, writer.write, table)
                begun = b""
        await run.finish()
        yield begun + writer.end()
    except (Exception, GeneratorExit, asyncio.CancelledError) as error:
        await run.abort()
        if isinstance(error, NobodyAnswers):
            raise Problem(504, GatewayCode.NO_ANSWER, "no worker answered in time") from None
        raise


class _Streamed(Response):
    """Sends an answer piece by piece. Starlette's own would read the rest of the upload, to see who hangs up."""

    def __init__(self, first: bytes, more: AsyncIterator[bytes], media_type: str, slot: asyncio.Semaphore) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._first, self._more, self._slot = first, more, slot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await _send_piece(send, self._first)
            async for piece in self._more:
                await _send_piece(send, piece)
            await send({"type": "http.response.body", "body": b""})
        except Exception as error:
            # The status is out already. An answer without its end is what tells the caller that it is not whole.
            log.warning("an upload was not answered to its end: %s", getattr(error, "code", type(error).__name__))
            scope["state"]["connection"].abort()
        finally:
            self._slot.release()
            await self._more.aclose()  # type: ignore[attr-defined]


async def _send_piece(send: Send, piece: bytes) -> None:
    message = {"type": "http.response.body", "body": piece, "more_body": True}
    await asyncio.wait_for(send(message), ANSWER_IDLE_SECONDS)
