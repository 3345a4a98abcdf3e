"""The gateway's listener: its settings, TLS and socket. Light to import, so wrong settings are reported at once."""

import socket
import ssl

from contract.settings import Settings
from contract.settings.production import open_access_error, plaintext_listener_error
from contract.tls import server_context
from producers.errors import RequesterError


class GatewayStartupError(RequesterError):
    """The gateway cannot start as it is set up; the text says what to change."""


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
