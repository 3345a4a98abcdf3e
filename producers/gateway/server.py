"""The gateway's HTTP server: its listener, TLS, timeouts and limits of connections."""

import asyncio
import socket
import ssl
from typing import Any

import h11
import uvicorn
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from contract.settings import Settings
from contract.settings.production import open_access_error, plaintext_listener_error
from contract.tls import server_context
from producers.errors import RequesterError
from producers.gateway.app import build_app
from producers.gateway.lanes import Lanes, kafka_lanes
from producers.gateway.limits import HEADER_TIMEOUT_SECONDS, KEEP_ALIVE_SECONDS, MAX_CONNECTIONS, MAX_HEADER_BYTES

STOP_SECONDS = 10
"""For responses in progress at shutdown: most take milliseconds, and an upload can be sent again."""


class GatewayStartupError(RequesterError):
    """The gateway cannot start as it is set up; the text says what to change."""


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


def check_listener_settings(config: Settings) -> None:
    """Refuse settings that a gateway must not run with. Raises GatewayStartupError."""
    error = open_access_error(config, "the gateway") or plaintext_listener_error(
        config, config.gateway_host, encrypted=config.tls_cert is not None
    )
    if error:
        raise GatewayStartupError(error)
    tls_context(config)


def tls_context(config: Settings) -> ssl.SSLContext | None:
    """Return the TLS context; None for plain HTTP. Raises GatewayStartupError."""
    try:
        context = server_context(config)
    except OSError as error:  # an SSLError is one
        reason = error.strerror or type(error).__name__
        raise GatewayStartupError(
            f"the certificate {config.tls_cert} or its key {config.tls_key} cannot be used ({reason})"
        ) from None
    if context:
        context.set_alpn_protocols(["http/1.1"])
    return context


def bind(host: str, port: int) -> socket.socket:
    """Bind the listener; port 0 picks a free one. Raises GatewayStartupError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise GatewayStartupError(
            f"the gateway cannot listen on {host}:{port} ({error.strerror or type(error).__name__}); choose another "
            "port with --port, or set NEOSCORE_GATEWAY_HOST and NEOSCORE_GATEWAY_PORT"
        ) from None
    # Connections inherit it. Without it the body of a response waits 40 ms for the acknowledgement of its head; asyncio
    # only sets it on sockets that it creates itself.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


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
