"""The gateway's HTTP server: its timeouts and limits of connections."""

import asyncio
import socket
from typing import Any

import h11
import uvicorn
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from contract.settings import Settings
from producers.gateway.app import build_app
from producers.gateway.lanes import Lanes, kafka_lanes
from producers.gateway.limits import HEADER_TIMEOUT_SECONDS, KEEP_ALIVE_SECONDS, MAX_CONNECTIONS, MAX_HEADER_BYTES
from producers.gateway.listener import tls_context

STOP_SECONDS = 10
"""For responses in progress at shutdown: most take milliseconds, and an upload can be sent again."""


class HeaderTimeoutProtocol(H11Protocol):
    """HTTP/1.1 of uvicorn, with a timeout for the head of a request and a limit of connections.

    `scope["state"]["connection"]` is the protocol itself, so that a response that nobody reads can be aborted: an
    orderly close would wait for the reader.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, "connection": self}, _loop)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first head."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        """Process received bytes."""
        super().data_received(data)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_head_timer()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close the connection without waiting for the reader."""
        self.transport.abort()

    def _start_head_timer(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_head_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEADER_TIMEOUT_SECONDS, self.abort)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def serve(config: Settings, listener: socket.socket, lanes: Lanes | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C, over Kafka unless other lanes are given."""
    asyncio.run(_serve(config, listener, lanes or kafka_lanes(config)))


async def _serve(config: Settings, listener: socket.socket, lanes: Lanes) -> None:
    context = tls_context(config)
    server_config = uvicorn.Config(
        build_app(config, lanes),
        http=HeaderTimeoutProtocol,
        loop="asyncio",
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_context_factory=(lambda *_: context) if context else None,
    )
    await uvicorn.Server(server_config).serve(sockets=[listener])
