"""The dashboard's server."""

import asyncio
import gc
import secrets
import signal
import ssl
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import panel as pn
from panel.io.application import build_applications
from panel.io.server import Server, get_server
from tornado.ioloop import PeriodicCallback

from contract.access import AccessOutcome, Purpose
from contract.settings import Settings
from contract.settings.listeners import DEFAULT_LANGUAGE
from contract.tls import server_context
from db.access_log import AccessEvent, Actor
from db.access_log_hashes import AccessLogHasher
from presentation.icon import ICON
from reporting.backend.resources import AppResources
from reporting.pages.registry import PAGES, load_page
from reporting.server.access import AccessControl
from reporting.server.app import DashboardSession
from reporting.server.guards import (
    ADDRESS_CLAIM,
    PREFERENCES_CLAIM,
    SESSION_CLAIM,
    SessionTokenHandler,
    install_guards,
)
from reporting.server.oidc_client import OidcProvider
from reporting.server.session_checks import SessionChecks
from reporting.server.sessions import CookieCipher, SessionStore
from reporting.server.sign_in_handlers import HealthHandler, SignInContext, sign_in_routes
from reporting.server.urls import HEALTH_PATH, preferences_from_browser, public_urls
from reporting.server.users import DEVELOPMENT_USER
from reporting.widgets.theme import DisplayPreferences

UNUSED_SESSION_MS = 60_000
"""The session of a page whose connection broke lives so long, and is there when the page connects again: as long as a
score is shown. That of a closed window ends at once."""

UNUSED_CHECK_MS = 2_000
"""How often the server looks for sessions to end, and frees what closed windows showed: a few seconds scheduler."""

SESSION_CHECK_MS = 1_000
"""How often it looks for sign-ins whose time is over, or about which the provider is to be asked."""

MAX_BODY_BYTES = 64 * 1024
"""Of an HTTP request; forms of signing in and out have one or two kilobytes. A page sends over its connection."""

ASSETS = Path(__file__).parents[1] / "widgets" / "assets"
"""Scripts that the page loads as they are."""

TOKEN_SECONDS = 3_600
"""For so long a page's token opens a new connection, after one that broke. Not after signing out."""


def guarded_server(
    build_root: Callable[[], Any],
    access: AccessControl,
    address: str,
    port: int,
    routes: list[Any],
    tls: ssl.SSLContext | None = None,
    scripts: Sequence[str] = ("react_state",),
) -> Server:
    """Return a server of one page, made by `build_root` for each session, and of `routes`, with a guard before each.

    `scripts` are the names of those of `ASSETS` that the page loads. Raises OSError when the port is taken.
    """
    pn.extension(notifications=False, js_modules={name: f"assets/{name}.js" for name in scripts})
    applications = build_applications({"/": build_root}, title="NeoScore")
    applications["/"].add(SessionTokenHandler(access))
    server = get_server(
        applications, address=address, port=port, extra_patterns=routes, websocket_origin=sorted(access.urls.hosts),
        http_server_kwargs={"ssl_options": tls, "max_body_size": MAX_BODY_BYTES},
        secret_key=secrets.token_bytes(32), sign_sessions=True, include_headers=[], include_cookies=[],
        session_token_expiration=TOKEN_SECONDS, unused_session_lifetime_milliseconds=UNUSED_SESSION_MS,
        check_unused_sessions_milliseconds=UNUSED_CHECK_MS, static_dirs={"assets": str(ASSETS)},
        ico_path=str(ICON),
    )  # fmt: skip
    install_guards(server._tornado, access)
    return server


def serve(config: Settings, port: int) -> None:
    """Serve the dashboard until SIGTERM or Ctrl-C. Raises OSError when the port is taken."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # an end in order: connections are closed below
    # Components that are defined while a session is under way are unknown to browsers that are there, and to its own
    # when it connects again. The import of a page would hold everybody up, too.
    for name in PAGES:
        load_page(name)
    shared = AppResources(config)
    try:
        _DashboardServer(config, port, shared).run()
    finally:
        shared.close()


def browser_preferences() -> DisplayPreferences:
    """Return how the browser shows pages for which the session under way is made, where their address is silent."""
    claims = pn.state.curdoc.session_context.token_payload
    return preferences_from_browser(claims.get(PREFERENCES_CLAIM, ""), "", DEFAULT_LANGUAGE)


class _DashboardServer:
    def __init__(self, config: Settings, port: int, shared: AppResources) -> None:
        self._shared = shared
        self._some_closed = False
        self._sessions = SessionStore(config.session_idle_minutes * 60) if config.requires_sign_in else None
        urls = public_urls(config, port)
        self._access = AccessControl(
            self._sessions, urls, self._record, AccessLogHasher(config), config.dashboard_language
        )
        routes = [(HEALTH_PATH, HealthHandler)]
        self._checks: SessionChecks | None = None
        if self._sessions is not None:
            provider = OidcProvider(config)
            self._checks = SessionChecks(self._sessions, provider, config.oidc_recheck_minutes * 60, self._record)
            cipher = CookieCipher(secrets.token_bytes(32))
            routes += sign_in_routes(SignInContext(self._access, self._sessions, self._checks, provider, cipher))
        self._server = guarded_server(
            self._build_session_root,
            self._access,
            config.dashboard_host,
            port,
            routes,
            server_context(config),
            ("react_state", "connection"),
        )

    def run(self) -> None:
        self._server.start()
        gc.freeze()  # what is there already stays: looking through it each time would take a fifth of a second
        PeriodicCallback(self._collect_garbage, UNUSED_CHECK_MS).start()
        if self._checks is not None:
            PeriodicCallback(self._checks.run_once, SESSION_CHECK_MS).start()
        self._server.io_loop.start()

    def _build_session_root(self) -> pn.viewable.Viewable | pn.template.base.BaseTemplate:
        pn.state.on_session_destroyed(self._on_session_closed)
        claims, look = pn.state.curdoc.session_context.token_payload, browser_preferences()
        address = claims.get(ADDRESS_CLAIM, "")
        if self._sessions is None:
            return DashboardSession(self._shared, DEVELOPMENT_USER, None, look, address).build_template()
        sign_in = self._sessions.get_by_public_id(claims.get(SESSION_CLAIM, ""))
        if sign_in is None:  # it ended since the guard let the request in
            return pn.Column()
        return DashboardSession(self._shared, sign_in.user, sign_in, look, address).build_template()

    def _on_session_closed(self, _: object) -> None:
        self._some_closed = True

    def _collect_garbage(self) -> None:
        """Free the pages that were closed: they end as cycles, which Python by itself finds after dozens of them."""
        if self._some_closed:
            self._some_closed = False
            gc.collect()

    async def _record(self, actor: Actor, purpose: Purpose, outcome: AccessOutcome) -> bool:
        work = self._shared.submit(lambda: self._shared.record_access(AccessEvent(actor, purpose, outcome)))
        return await asyncio.wrap_future(work) is None
