"""`POST /batches`."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import partial

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from contract.access import Purpose
from contract.encoding import MAX_FAULTS_NAMED, MAX_UNKNOWN_NAMES
from contract.headers import ARROW, CSV, JSON_LINES
from producers.gateway.batch.pipeline import READERS, UploadReader, WorkersUnresponsiveError, score_chunks
from producers.gateway.batch.results import result_table
from producers.gateway.batch.upload_run import UploadRun
from producers.gateway.batch.writers import WRITERS, ResultWriter
from producers.gateway.limits import MAX_UPLOADS_PER_CALLER, WRITE_BYTES, WRITE_TIMEOUT_SECONDS
from producers.gateway.problems import GatewayCode, ProblemError
from producers.gateway.request_body import RequestBody, require_media_type
from producers.gateway.routing import (
    BODY_STATUSES,
    PLAIN_TEXT,
    TAG_SCORES,
    BooleanParam,
    CallerParam,
    Content,
    GatewayRouter,
)
from producers.gateway.services import GatewayServices

log = logging.getLogger(__name__)


UPLOAD_CONTENT: Content = {
    JSON_LINES: {"schema": {"type": "string", "description": "a row per line, as the body of `POST /predict`"}},
    CSV: {"schema": {"type": "string", "description": "a header with `client_ref` and features, a row per line"}},
    ARROW: {"schema": {"type": "string", "format": "binary", "description": "an Arrow IPC stream, a column a feature"}},
}


def batch_routes(services: GatewayServices) -> GatewayRouter:
    """Return the route for uploads."""
    router = GatewayRouter(services.auth)

    @router.route(
        "POST",
        "/batches",
        "Score many clients",
        description="Results arrive in the order of the rows, in the format that `Accept` names, during the upload. "
        "Each row has one; an invalid row does not affect the others. Nothing is written to a disk. A response without "
        f"its terminator is incomplete. A caller may have {MAX_UPLOADS_PER_CALLER} uploads in progress. A row, or a "
        f"header, may have {MAX_UNKNOWN_NAMES} names more than the model's schema; a result counts all faults of its "
        f"row and names the first {MAX_FAULTS_NAMED}.",
        purpose=Purpose.GATEWAY_BATCH,
        tag=TAG_SCORES,
        response=dict.fromkeys(WRITERS, PLAIN_TEXT),
        body=UPLOAD_CONTENT,
        statuses=(*BODY_STATUSES, 406, 504),
    )
    async def batches(request: Request, caller: CallerParam, explain: BooleanParam = BooleanParam.TRUE) -> Response:
        async with services.audit.record_invalid_requests(caller):
            given = require_media_type(request, *READERS)
            wanted = negotiate_format(request.headers.get("accept", ""), given)
            body = RequestBody(request)
            services.upload_slots.take(caller.subject)
        minutes = services.config.gateway_upload_minutes
        deadline = asyncio.get_running_loop().time() + 60 * minutes
        try:
            model = services.model.current()
            services.block_client.get()  # raises if it is not connected
            explained = explain is BooleanParam.TRUE
            upload = UploadReader(body, given, model, services.upload_threads)
            run = UploadRun(services, caller, request.state.trace, model, explain=explained)
            results = _stream_results(run, upload, WRITERS[wanted](model.feature_names, explain=explained))
            # An error at the beginning of an upload still decides the status.
            async with asyncio.timeout_at(deadline):
                first = await anext(results)
        except BaseException as error:
            services.upload_slots.release(caller.subject)
            if isinstance(error, TimeoutError):
                raise _took_too_long(minutes) from None
            raise
        end = partial(services.upload_slots.release, caller.subject)
        return _ResultStream(first, results, wanted, deadline, end)

    return router


def negotiate_format(accept: str, given: str) -> str:
    """Return the response's media type: that of the upload unless `Accept` prefers another. Raises ProblemError."""
    preferences: list[tuple[float, int, str]] = []
    for number, entry in enumerate(accept.split(",")):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
        try:
            preferences.append((-float(quality), number, name))
        except ValueError:
            continue
    for unwanted, _, name in sorted(preferences):
        if unwanted < 0 and name in WRITERS:
            return name
        if unwanted < 0 and (name in ("*/*", "") or (name.endswith("/*") and given.startswith(name[:-1]))):
            return given
    raise ProblemError(GatewayCode.NOT_ACCEPTABLE, f"supported response formats: {', '.join(WRITERS)}")


async def _stream_results(run: UploadRun, upload: UploadReader, writer: ResultWriter) -> AsyncIterator[bytes]:
    """Yield the encoded results. An early end is recorded in the batch log and in the access log, too."""
    await run.begin()
    try:
        begun = writer.begin()
        async with aclosing(score_chunks(upload, run.submit, run.slots, run.window)) as outcomes:
            async for chunk, outcome in outcomes:
                table: pa.Table = await run.threads.compute(result_table, chunk, outcome, run.feature_names)
                await run.count_results(table)
                yield begun + await run.threads.compute(writer.write, table)
                begun = b""
        await run.finish()
        yield begun + writer.end()
    except (Exception, GeneratorExit, asyncio.CancelledError) as error:
        await run.abort()
        if isinstance(error, WorkersUnresponsiveError):
            raise ProblemError(GatewayCode.RESPONSE_TIMEOUT, "timed out waiting for a worker") from None
        raise


class _ResultStream(Response):
    """Sends a response in parts. Starlette's own would read the rest of the upload to detect a disconnect."""

    def __init__(
        self, first: bytes, more: AsyncIterator[bytes], media_type: str, deadline: float, on_end: Callable[[], None]
    ) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._first, self._more, self._deadline, self._on_end = first, more, deadline, on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout_at(self._deadline):
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await _send_part(send, self._first)
                async for part in self._more:
                    await _send_part(send, part)
                await send({"type": "http.response.body", "body": b""})
        except Exception as error:
            # The status is already sent. A missing terminator tells the caller that the response is incomplete.
            log.warning("batch response aborted: %s", getattr(error, "code", type(error).__name__))
            scope["state"]["connection"].abort()
        finally:
            self._on_end()
            await self._more.aclose()  # type: ignore[attr-defined]


def _took_too_long(minutes: float) -> ProblemError:
    detail = f"an upload may take at most {minutes:g} minutes"
    return ProblemError(GatewayCode.UPLOAD_TOO_SLOW, detail, headers={"Connection": "close"})


async def _send_part(send: Send, part: bytes) -> None:
    """Send a part in pieces: copying and encrypting one takes a millisecond at most, and each must be read in time."""
    for start in range(0, len(part), WRITE_BYTES):
        message = {"type": "http.response.body", "body": part[start : start + WRITE_BYTES], "more_body": True}
        await asyncio.wait_for(send(message), WRITE_TIMEOUT_SECONDS)
