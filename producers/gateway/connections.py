"""HTTP/1.1 connections of the gateway: how many, how long their heads may take, and which of them may stay idle."""

import asyncio
from collections import defaultdict
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from producers.gateway.limits import (
    HEADER_TIMEOUT_SECONDS,
    MAX_CONNECTIONS,
    MAX_FRAMING_BYTES,
    MAX_HEADER_BYTES,
    MAX_IDLE_CONNECTIONS,
    MAX_IDLE_PER_ADDRESS,
    READ_BYTES,
)

HEADERS_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class IdleConnections:
    """The connections without a request in progress, the oldest first. Beyond a limit the oldest is closed."""

    def __init__(self) -> None:
        self._all: dict[GatewayProtocol, None] = {}
        self._by_address: defaultdict[str, dict[GatewayProtocol, None]] = defaultdict(dict)

    def add(self, connection: "GatewayProtocol") -> None:
        """Count a connection as idle, and close the one that has been idle longest if there are too many."""
        mine = self._by_address[connection.address]
        self._all[connection] = mine[connection] = None
        if len(mine) > MAX_IDLE_PER_ADDRESS:
            next(iter(mine)).abort()
        elif len(self._all) > MAX_IDLE_CONNECTIONS:
            next(iter(self._all)).abort()

    def discard(self, connection: "GatewayProtocol") -> None:
        """Count a connection no longer: it has a request, or is lost."""
        self._all.pop(connection, None)
        mine = self._by_address.get(connection.address, {})
        mine.pop(connection, None)
        if not mine:
            self._by_address.pop(connection.address, None)


_received = memoryview(bytearray(READ_BYTES))
"""What was received last, by any connection: it is parsed before anything else is received."""

CHUNK_FRAMING_BYTES = 32
"""Beside each chunk's content: its size, two line ends, and room for a short extension."""


class GatewayProtocol(HttpToolsProtocol, asyncio.BufferedProtocol):
    """HTTP/1.1 of uvicorn and llhttp, which refuses whatever two servers could read differently (RFC 9112, 11.2).

    `scope["state"]["connection"]` is the protocol itself, so that a response that nobody reads can be aborted: an
    orderly close would wait for the reader.
    """

    idle = IdleConnections()
    """Of this process, which serves one gateway."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, "connection": self}, _loop)
        self.address = ""
        self._head_bytes = 0
        self._in_head = True
        self._head_timer: asyncio.TimerHandle | None = None
        self._in_body = False
        self._framing_bytes = 0

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where received bytes go."""
        return _received

    def buffer_updated(self, nbytes: int) -> None:
        """Process the bytes that were received, and forget them."""
        data = bytes(_received[:nbytes])
        _received[:nbytes] = bytes(nbytes)
        self.data_received(data)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first head."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._await_head()
            self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        """Process received bytes, unless those of a head, or those between the chunks of a body, are too many."""
        if self._in_head:
            self._start_head_timer()
            self._head_bytes += len(data)
        elif self._in_body:
            self._framing_bytes += len(data)
        super().data_received(data)
        self._framing_bytes = max(0, self._framing_bytes)  # what one chunk did not need is not saved for another
        if self.transport.is_closing():
            return
        if self._in_head and self._head_bytes > MAX_HEADER_BYTES:
            self.transport.write(HEADERS_TOO_LARGE)
            self.transport.close()
        elif self._in_body and self._framing_bytes > MAX_FRAMING_BYTES:
            self.send_400_response("Invalid HTTP request received.")

    def on_headers_complete(self) -> None:
        """Start the request. Raises ValueError, for which uvicorn sends 400, unless this is unambiguous HTTP/1."""
        version = self.parser.get_http_version()
        if version != "1.1" and (version != "1.0" or any(name == b"transfer-encoding" for name, _ in self.headers)):
            raise ValueError(f"HTTP/{version} is not served")
        self._in_head = False
        self._in_body, self._framing_bytes = True, 0
        self._stop_head_timer()
        self.idle.discard(self)
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of a head. Raises ValueError for one after the body, which no check of the head has seen."""
        if self._in_body:
            raise ValueError("a trailer is not served")
        super().on_header(name, value)

    def on_chunk_header(self) -> None:
        """Allow for the bytes of another chunk beside its content."""
        self._framing_bytes -= CHUNK_FRAMING_BYTES

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._framing_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Expect the head of another request."""
        self._in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if not self.pipeline and not self.transport.is_closing():
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_head_timer()
        self.idle.discard(self)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read. A response that has begun is cut off: this would be read as a part of it."""
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.abort()
        else:
            super().send_400_response(msg)

    def abort(self) -> None:
        """Close the connection without waiting for the reader."""
        self.transport.abort()

    def _await_head(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self.idle.add(self)

    def _start_head_timer(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEADER_TIMEOUT_SECONDS, self.abort)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
