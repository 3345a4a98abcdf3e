"""`neoscore gateway`: serve score requests over HTTP. Heavy imports wait until the command runs."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from contract.process import disable_core_dumps, lock_memory
from contract.settings import Settings, settings
from producers.gateway.listener import bind, check_listener_settings


def gateway(
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 picks a free one.", min=0, max=65535, show_default=False)
    ] = None,
    tls_cert: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="PEM file of the certificate with its chain. [default: NEOSCORE_TLS_CERT]"),
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="PEM file of the private key. [default: NEOSCORE_TLS_KEY]")
    ] = None,
) -> None:
    """Serve score requests over HTTP until Ctrl-C.

    Callers need a token of the issuer in NEOSCORE_OIDC_ISSUER; without an issuer every caller is accepted, which
    production refuses. Starts even if broker, database or model is unavailable, and returns 503 until it recovers.
    """
    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key belong together; give both or neither")
    config = settings()
    disable_core_dumps()
    lock_memory()
    if tls_cert:
        config = config.model_copy(update={"tls_cert": tls_cert, "tls_key": tls_key})
    logging.basicConfig(level=config.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    check_listener_settings(config)
    from producers.gateway.server import serve  # seconds of imports

    listener = bind(config.gateway_host, config.gateway_port if port is None else port)
    typer.echo(f"{'https' if config.tls_cert else 'http'}://{config.gateway_host}:{listener.getsockname()[1]}")
    if not config.requires_sign_in:
        _warn_unauthenticated(config)
    serve(config, listener)


def _warn_unauthenticated(config: Settings) -> None:
    typer.echo(
        "neoscore: warning: NEOSCORE_OIDC_ISSUER is not set, so anyone who can reach this port can request scores",
        err=True,
    )
