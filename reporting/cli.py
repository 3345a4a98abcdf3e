"""`neoscore dashboard`: serve the advisor's screen."""

import logging
import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from contract.process import disable_core_dumps, lock_memory
from contract.settings import Settings, settings
from contract.settings.production import open_access_error, plaintext_listener_error
from contract.tls import server_context
from presentation.languages import LANGUAGES


def dashboard(
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535, show_default=False)
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="As NEOSCORE_TLS_CERT.")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="As NEOSCORE_TLS_KEY.")] = None,
) -> None:
    """Serve the dashboard until Ctrl-C: advisors, operators and auditors sign in with the provider of the settings.

    Starts even while the database, the broker or the model is away; the screen says so and recovers when they return.
    """
    config = _checked(settings(), tls_cert, tls_key)
    disable_core_dumps()
    lock_memory()
    logging.basicConfig(level=config.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("bokeh", "tornado.access"):  # a line for each file a browser fetches
        logging.getLogger(chatty).setLevel(logging.WARNING)
    from reporting.pages.client.tools.letter_fonts import letter_settings_warnings

    for warning in letter_settings_warnings(config):
        logging.getLogger(__name__).warning(warning)
    chosen = free_port(config.dashboard_host, config.dashboard_port if port is None else port)
    from reporting.server.serve import serve  # Panel takes seconds to import; `neoscore --help` must not wait for it

    typer.echo(f"{'https' if config.tls_cert else 'http'}://{config.dashboard_host}:{chosen}")
    serve(config, chosen)


def _checked(config: Settings, tls_cert: Path | None, tls_key: Path | None) -> Settings:
    """Return the settings with the files of the command line; ends with one sentence when they would not be safe."""
    config = config.model_copy(update={"tls_cert": tls_cert or config.tls_cert, "tls_key": tls_key or config.tls_key})
    fault = plaintext_listener_error(config, config.dashboard_host, encrypted=config.tls_cert is not None)
    if bool(config.tls_cert) != bool(config.tls_key):
        fault = "a certificate and its key belong together; give --tls-cert and --tls-key"
    fault = open_access_error(config, "the dashboard") or fault
    if config.dashboard_url and config.dashboard_url.startswith("https:") != bool(
        config.tls_cert or config.behind_tls_proxy
    ):
        fault = (
            "NEOSCORE_DASHBOARD_URL must start with https:// if TLS is used, here or in a proxy "
            "(NEOSCORE_BEHIND_TLS_PROXY=true), and with http:// otherwise"
        )
    if config.dashboard_language not in set(LANGUAGES):
        fault = f"NEOSCORE_DASHBOARD_LANGUAGE must be one of {', '.join(LANGUAGES)}"
    try:
        server_context(config)
    except OSError as error:
        fault = f"the certificate or its key cannot be used ({error.strerror or type(error).__name__})"
    from reporting.pages.client.tools.letter_fonts import letter_fonts

    try:
        letter_fonts(config.letter_fonts)
    except OSError as error:
        fault = f"NEOSCORE_LETTER_FONTS: {config.letter_fonts} cannot be read ({error.strerror})"
    if fault:
        typer.echo(f"neoscore: {fault}", err=True)
        raise typer.Exit(1)
    return config


def free_port(host: str, port: int) -> int:
    """Return the port, or a free one for 0; ends with one sentence when it cannot be had."""
    try:
        with socket.create_server((host, port)) as probe:
            return int(probe.getsockname()[1])
    except OSError as error:
        typer.echo(
            f"neoscore: cannot listen on {host}:{port} ({os.strerror(error.errno or 0)}); "
            "choose another port with --port, or set NEOSCORE_DASHBOARD_HOST and NEOSCORE_DASHBOARD_PORT",
            err=True,
        )
        raise typer.Exit(1) from None
