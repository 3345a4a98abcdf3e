"""Reading bodies: within limits of size and time, never as a whole where it may be large, never on a disk."""

import asyncio
import time

from starlette.requests import Request
from starlette.types import Receive

from contract.codes import ErrorCode
from producers.gateway.limits import MAX_UPLOAD_BYTES, SLOWEST_BYTES_PER_SECOND, UPLOAD_IDLE_SECONDS
from producers.gateway.problems import GatewayCode, Problem


class SenderGone(Problem):  # it names what happened
    """The sender closed the connection: nobody is left to be answered."""

    def __init__(self) -> None:
        super().__init__(400, ErrorCode.MALFORMED_MESSAGE, "the connection was closed before the body ended")


class Body:
    """The body of one request, piece by piece.

    What the sender keeps us waiting is added up, and may be UPLOAD_IDLE_SECONDS plus a second for each kilobyte: one
    rule ends both a sender that stops and one that drips. Time in which we did not want to read does not count.
    """

    def __init__(self, request: Request, limit: int = MAX_UPLOAD_BYTES) -> None:
        self._receive: Receive = request.receive
        self._limit = limit
        self._read = 0
        self._waited = 0.0
        self._more = True
        if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            detail = "a body must not be compressed: it could unpack to any size"
            identity = {"Accept-Encoding": "identity"}
            raise Problem(415, GatewayCode.UNSUPPORTED_MEDIA_TYPE, detail, headers=identity)
        length = request.headers.get("content-length", "0")
        if int(length) > limit:  # the server has made sure that it is a number
            raise self._too_large()

    async def next(self) -> bytes:
        """Return the next piece, empty at the end. Raises Problem (408, 413, or SenderGone)."""
        while self._more:
            began = time.monotonic()
            allowed = UPLOAD_IDLE_SECONDS + self._read / SLOWEST_BYTES_PER_SECOND - self._waited
            try:
                message = await asyncio.wait_for(self._receive(), max(0.0, allowed))
            except TimeoutError:
                raise Problem(
                    408, GatewayCode.UPLOAD_TOO_SLOW, "the body came too slowly", headers={"Connection": "close"}
                ) from None
            self._waited += time.monotonic() - began
            if message["type"] == "http.disconnect":
                raise SenderGone
            self._more = message.get("more_body", False)
            piece: bytes = message.get("body", b"")
            self._read += len(piece)
            if self._read > self._limit:
                raise self._too_large()
            if piece:
                return piece
        return b""

    def _too_large(self) -> Problem:
        detail = f"a body may have at most {self._limit} bytes here"
        return Problem(413, ErrorCode.MESSAGE_TOO_LARGE, detail, headers={"Connection": "close"})


async def read_whole(request: Request, limit: int) -> bytes:
    """Return a small body. Raises Problem."""
    body = Body(request, limit)
    pieces = []
    while piece := await body.next():
        pieces.append(piece)
    return b"".join(pieces)


def media_type(request: Request) -> str:
    """Return the type of the body without parameters, in lower case; empty when there is none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def require_media_type(request: Request, *taken: str) -> str:
    """Return the type of the body, if it is one of those taken. Raises Problem."""
    given = media_type(request)
    if given not in taken:
        raise Problem(
            415,
            GatewayCode.UNSUPPORTED_MEDIA_TYPE,
            f"expected {', '.join(taken)}",
            headers={"Accept-Post": ", ".join(taken)},
        )
    return given
