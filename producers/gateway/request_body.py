"""Reading request bodies within limits of size and time, in chunks, never on a disk."""

import asyncio
import time

from starlette.requests import Request
from starlette.types import Receive

from contract.codes import ErrorCode
from producers.gateway.limits import MAX_UPLOAD_BYTES, MIN_UPLOAD_BYTES_PER_SECOND, UPLOAD_IDLE_TIMEOUT_SECONDS
from producers.gateway.problems import GatewayCode, ProblemError


class ClientDisconnectedError(ProblemError):
    """The caller closed the connection before the end of the body."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.MALFORMED_MESSAGE, "the connection was closed before the end of the body")


class RequestBody:
    """The body of one request, chunk by chunk.

    The time spent waiting for the caller is added up; its limit is UPLOAD_IDLE_TIMEOUT_SECONDS plus what was received
    divided by MIN_UPLOAD_BYTES_PER_SECOND, so one rule ends both a caller that stops and one that drips. Time in
    which nothing is read does not count; the whole time of an upload has a limit of its own.
    """

    def __init__(self, request: Request, limit: int = MAX_UPLOAD_BYTES) -> None:
        self._receive: Receive = request.receive
        self._limit = limit
        self._read = 0
        self._stalled_seconds = 0.0
        self._more = True
        if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            detail = "compressed bodies are not supported"
            identity = {"Accept-Encoding": "identity"}
            raise ProblemError(GatewayCode.UNSUPPORTED_MEDIA_TYPE, detail, headers=identity)
        length = request.headers.get("content-length", "0")
        if int(length) > limit:  # the server accepts digits only
            raise self._too_large()

    async def next_chunk(self) -> bytes:
        """Return the next chunk, empty at the end. Raises ProblemError (408, 413, or ClientDisconnectedError)."""
        while self._more:
            began = time.monotonic()
            allowed = UPLOAD_IDLE_TIMEOUT_SECONDS + self._read / MIN_UPLOAD_BYTES_PER_SECOND - self._stalled_seconds
            try:
                message = await asyncio.wait_for(self._receive(), max(0.0, allowed))
            except TimeoutError:
                raise ProblemError(
                    GatewayCode.UPLOAD_TOO_SLOW, "the request body timed out", headers={"Connection": "close"}
                ) from None
            self._stalled_seconds += time.monotonic() - began
            if message["type"] == "http.disconnect":
                raise ClientDisconnectedError
            self._more = message.get("more_body", False)
            chunk: bytes = message.get("body", b"")
            self._read += len(chunk)
            if self._read > self._limit:
                raise self._too_large()
            if chunk:
                return chunk
        return b""

    def _too_large(self) -> ProblemError:
        detail = f"the body exceeds {self._limit} bytes"
        return ProblemError(ErrorCode.MESSAGE_TOO_LARGE, detail, headers={"Connection": "close"})


async def read_body(request: Request, limit: int) -> bytes:
    """Return a small body. Raises ProblemError."""
    body = RequestBody(request, limit)
    chunks = []
    while chunk := await body.next_chunk():
        chunks.append(chunk)
    return b"".join(chunks)


def media_type(request: Request) -> str:
    """Return the type of the body without parameters, in lower case; empty when there is none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def require_media_type(request: Request, *accepted: str) -> str:
    """Return the type of the body, if it is one of those accepted. Raises ProblemError."""
    given = media_type(request)
    if given not in accepted:
        raise ProblemError(
            GatewayCode.UNSUPPORTED_MEDIA_TYPE,
            f"expected {', '.join(accepted)}",
            headers={"Accept-Post": ", ".join(accepted)},
        )
    return given
