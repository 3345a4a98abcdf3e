"""The dashboard's server."""

import signal
import sys

import panel as pn

from contract.settings import Settings
from reporting.app import App
from reporting.services import Services

UNUSED_SESSION_MS = 10_000
"""A closed window's session lives so long: a browser that connects late after loading the page still finds its own."""

UNUSED_CHECK_MS = 2_000
"""How often the server looks for sessions to end: what a closed window showed is freed a few seconds later."""


def serve(config: Settings, port: int) -> None:
    """Serve the dashboard until SIGTERM or Ctrl-C. Raises OSError when the port is taken."""
    pn.extension(notifications=False)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # an end in order: connections are closed below
    services = Services(config)
    host = config.dashboard_host
    try:
        pn.serve(
            {"/": lambda: App(services).page()}, address=host, port=port, show=False, verbose=False, title="NeoScore",
            websocket_origin=[f"{name}:{port}" for name in {host, "127.0.0.1", "localhost"}], liveness="health",
            session_token_expiration=3600, unused_session_lifetime_milliseconds=UNUSED_SESSION_MS,
            check_unused_sessions_milliseconds=UNUSED_CHECK_MS,
        )  # fmt: skip
    finally:
        services.close()
