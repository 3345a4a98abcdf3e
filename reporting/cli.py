"""`neoscore dashboard`: serve the advisor's screen."""

import logging
import os
import socket
from typing import Annotated

import typer

from contract.process import forbid_core_dumps
from contract.settings import settings


def dashboard(
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535, show_default=False)
    ] = None,
) -> None:
    """Serve the advisor's dashboard until Ctrl-C.

    Starts even while the database, the broker or the model is away; the screen says so and recovers when they return.
    """
    forbid_core_dumps()
    config = settings()
    logging.basicConfig(level=config.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("bokeh", "tornado.access"):  # a line for each file a browser fetches
        logging.getLogger(chatty).setLevel(logging.WARNING)
    chosen = _free_port(config.dashboard_host, config.dashboard_port if port is None else port)
    from reporting.serve import serve  # Panel takes seconds to import; `neoscore --help` must not wait for it

    typer.echo(f"http://{config.dashboard_host}:{chosen}")
    serve(config, chosen)


def _free_port(host: str, port: int) -> int:
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
