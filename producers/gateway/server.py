"""The gateway's server."""

import asyncio
import socket
import ssl

import uvicorn

from contract.settings import Settings
from contract.settings.production import open_access_fault, plain_door_fault
from contract.tls import server_context
from producers.errors import GatewayStartupError
from producers.gateway.app import build_app
from producers.gateway.limits import KEEP_ALIVE_SECONDS, MAX_HEADER_BYTES
from producers.gateway.protocol import HeaderTimeoutProtocol

STOP_SECONDS = 10
"""For answers under way when the gateway is asked to stop: most take milliseconds, an upload can be sent again."""


def check_listener_settings(config: Settings) -> None:
    """Refuse settings that a gateway must not run with. Raises GatewayStartupError."""
    fault = open_access_fault(config, "the gateway") or plain_door_fault(
        config, config.gateway_host, encrypted=config.tls_cert is not None
    )
    if fault:
        raise GatewayStartupError(fault)
    tls_context(config)


def tls_context(config: Settings) -> ssl.SSLContext | None:
    """Return how the gateway speaks TLS; None for plain HTTP. Raises GatewayStartupError."""
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
    """Take the address; 0 takes a free port. Raises GatewayStartupError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise GatewayStartupError(
            f"the gateway cannot listen on {host}:{port} ({error.strerror or type(error).__name__}); choose another "
            "port with --port, or set NEOSCORE_GATEWAY_HOST and NEOSCORE_GATEWAY_PORT"
        ) from None
    # Connections inherit it. Without it the body of an answer waits until the caller has confirmed its head, which
    # takes 40 ms; asyncio sees to it for the sockets that it makes itself only.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve(config: Settings, listener: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    asyncio.run(_serve(config, listener))


async def _serve(config: Settings, listener: socket.socket) -> None:
    context = tls_context(config)
    server_config = uvicorn.Config(
        build_app(config),
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
