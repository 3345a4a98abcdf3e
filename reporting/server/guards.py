"""A guard for each kind of handler."""

import logging
import secrets
import sys
from inspect import isawaitable
from typing import Any

from bokeh.application.handlers.handler import Handler
from bokeh.document import Document
from bokeh.server.tornado import BokehTornado
from bokeh.server.views.autoload_js_handler import AutoloadJsHandler
from bokeh.server.views.doc_handler import DocHandler
from bokeh.server.views.ico_handler import IcoHandler
from bokeh.server.views.metadata_handler import MetadataHandler
from bokeh.util.token import check_token_signature, get_token_payload
from tornado.httputil import HTTPServerRequest
from tornado.ioloop import IOLoop
from tornado.web import ErrorHandler, HTTPError, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketHandler

from contract.access import PAGE_ROLES, PageName, Purpose, page_purpose
from reporting.pages.sign_in import notice_page_html
from reporting.server.access import AccessControl
from reporting.server.security_headers import HSTS, NO_SCRIPT_CSP, SECURITY_HEADERS, page_csp
from reporting.server.urls import HEALTH_PATH, SIGN_IN_PATH, preferences_text, return_path
from reporting.server.users import User

SESSION_CLAIM = "sign_in"
"""In a page's token: the public id of the session that it was made for."""

ADDRESS_CLAIM = "address"
"""In a page's token: the keyed hash of the address that asked for the page."""
PREFERENCES_CLAIM = "look"
"""In a page's token: how its browser shows pages, which the page's session cannot see."""

SESSION_ARGUMENTS = ("bokeh-session-id", "bokeh-token")
SESSION_HEADER = "Bokeh-Session-Id"
"""Would choose a page's Bokeh session, which only the server may."""

COMPONENTS_PATH = "/components/"
"""Panel's route to the files of components, by the name of their Python module, which it imports."""

CLOSE_DELAY_SECONDS = 1.0
"""A page whose session ended leaves before its connection closes."""

POLICY_VIOLATION = 1008
CLOSED_BY_PAGE = (1000, 1001)
"""WebSocket close codes (RFC 6455). The last are those of a window that is closed or reloaded; a connection that breaks
has no code, or 1006."""

USE = '"msgtype":"PATCH-DOC"'
"""In the header of what a page sends when somebody uses it. It asks by itself whether the server still answers."""


class RequestGuard(RequestHandler):
    """In front of any handler: own host names only, signed-in users only, security headers on every response."""

    access: AccessControl

    def set_default_headers(self) -> None:
        """Set the security headers."""
        super().set_default_headers()
        for name, value in SECURITY_HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", NO_SCRIPT_CSP)
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")
        if self.access.urls.secure:
            self.set_header("Strict-Transport-Security", HSTS)

    async def prepare(self) -> None:
        """Authorize the request before its handler runs."""
        if await self.authorize():
            prepared: Any = super().prepare()
            if isawaitable(prepared):
                await prepared

    async def authorize(self) -> bool:
        """Return whether the request may proceed; otherwise it was answered, or HTTPError is raised."""
        self.check_host()
        if self.access.user_for(self.request) is None:
            raise HTTPError(401)
        return True

    def check_host(self) -> None:
        """Raise HTTPError for a request with a host name that is not the dashboard's."""
        if self.request.host.lower() not in self.access.urls.hosts:
            raise HTTPError(421, "set NEOSCORE_DASHBOARD_URL to the address that browsers use")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Write the status and nothing else."""
        self.set_header("Content-Type", "text/plain")
        self.finish(f"{status_code}\n")


class PublicGuard(RequestGuard):
    """Routes that need no sign-in."""

    async def authorize(self) -> bool:
        """Authorize any request with a host name of the dashboard."""
        if self.request.path != HEALTH_PATH:  # probes may use any address
            self.check_host()
        return True


class BlockedGuard(RequestGuard):
    """Routes that are blocked."""

    async def authorize(self) -> bool:
        """Reject the request."""
        raise HTTPError(404)


class StaticFileGuard(RequestGuard):
    """Files of libraries. Browsers may cache them, but must revalidate."""

    def set_default_headers(self) -> None:
        """Let browsers cache the response."""
        super().set_default_headers()
        self.set_header("Cache-Control", "private, no-cache")

    async def authorize(self) -> bool:
        """Reject requests that would import a module."""
        module = self.request.path.removeprefix(COMPONENTS_PATH).split("/")[0]
        if self.request.path.startswith(COMPONENTS_PATH) and module not in sys.modules:
            raise HTTPError(404)
        return await super().authorize()


class PageGuard(RequestGuard):
    """The dashboard's page: unauthenticated callers are redirected to sign-in, users see the pages of their roles."""

    nonce = ""

    async def authorize(self) -> bool:
        """Authorize users whose role may see the requested page."""
        self.check_host()
        self.nonce = secrets.token_urlsafe(16)
        user = self.access.user_for(self.request)
        if user is None:
            self.redirect(return_path(self.request.arguments).replace("/", SIGN_IN_PATH, 1))
            return False
        if not self.request.arguments.keys().isdisjoint(SESSION_ARGUMENTS) or SESSION_HEADER in self.request.headers:
            await self.access.record_denial(self.request, user, Purpose.SESSION)
            raise HTTPError(403)
        page = (self.request.arguments.get("page") or [b""])[0].decode(errors="replace")
        if page in PAGE_ROLES and page not in user.pages:
            await self._refuse(user, page)
            return False
        if sign_in := self.access.session_for(self.request):
            assert self.access.sessions is not None  # noqa: S101 - there is a sign-in
            self.access.sessions.touch(sign_in)
        self.set_header("Content-Security-Policy", page_csp(self.nonce))
        return True

    async def _refuse(self, user: User, page: str) -> None:
        await self.access.record_denial(self.request, user, page_purpose(PageName(page)))
        self.set_status(403)
        self.finish(notice_page_html("other_role", self.access.preferences_for(self.request)))

    def write(self, chunk: str | bytes | dict[str, Any]) -> None:
        """Add the nonce to the page's own script elements. The page contains no data of a client or a request yet."""
        if isinstance(chunk, str) and self.nonce:
            chunk = chunk.replace("<script", f'<script nonce="{self.nonce}"')
        super().write(chunk)


class WebSocketGuard(RequestGuard, WebSocketHandler):
    """The connection of a page: from that page's origin only, and for the session that it was made for."""

    async def authorize(self) -> bool:
        """Authorize the session that the page was made for."""
        self.check_host()
        user, self._sign_in = self.access.user_for(self.request), self.access.session_for(self.request)
        if (
            user is None
            or not self.access.urls.is_same_origin(self.request.headers.get("Origin"))
            or not self._token_matches_session()
        ):
            await self.access.record_denial(self.request, user, Purpose.SESSION)
            raise HTTPError(403)
        return True

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Register the connection, to close it when the session ends. A page that opens is used."""
        if self._sign_in is not None:
            self._sign_in.on_end.add(self._end)
            assert self.access.sessions is not None  # noqa: S101 - there is a sign-in
            self.access.sessions.touch(self._sign_in)
        return super().open(*args, **kwargs)

    async def on_message(self, message: str | bytes) -> None:
        """Restart the idle time when the page is used; accept nothing from an ended session."""
        if self._sign_in is not None:
            used = isinstance(message, str) and USE in message
            if self.access.session_for(self.request) is None:
                if used:
                    self.close(POLICY_VIOLATION)
                return  # the page is about to be told that it has ended
            if used:
                assert self.access.sessions is not None  # noqa: S101 - there is a sign-in
                self.access.sessions.touch(self._sign_in)
        answered: Any = super().on_message(message)
        if isawaitable(answered):
            await answered

    def on_close(self) -> None:
        """Unregister the connection; end the session of a window that was closed."""
        if self._sign_in is not None:
            self._sign_in.on_end.discard(self._end)
        connection: Any = getattr(self, "connection", None)  # of Bokeh's handler, once it is open
        if connection is not None and self.close_code in CLOSED_BY_PAGE:
            connection.session.request_expiration()
        super().on_close()

    def _end(self) -> None:
        """Close after the page had time to leave; meanwhile nothing is accepted from it."""
        IOLoop.current().call_later(CLOSE_DELAY_SECONDS, self.close, POLICY_VIOLATION)

    def _token_matches_session(self) -> bool:
        """Return whether the page's token is ours and was made for this session."""
        application: Any = self.application
        try:
            _, token = (part.strip() for part in self.request.headers["Sec-WebSocket-Protocol"].split(","))
            genuine = check_token_signature(token, application.secret_key, application.sign_sessions)
            owner = get_token_payload(token).get(SESSION_CLAIM) if genuine else None
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        return genuine and owner == (self._sign_in.public_id if self._sign_in else None)


log = logging.getLogger(__name__)

BLOCKED_HANDLERS = (AutoloadJsHandler, MetadataHandler)
"""Handlers that embed pages into other sites, which the dashboard does not offer."""


class PublicHandler(RequestHandler):
    """A handler that needs no sign-in."""


class SessionTokenHandler(Handler):
    """Adds the sign-in and the browser's preferences to the token of each page."""

    def __init__(self, access: AccessControl) -> None:
        super().__init__()
        self._access = access

    def modify_document(self, doc: Document) -> None:
        """Leave the document unchanged."""

    def process_request(self, request: HTTPServerRequest) -> dict[str, Any]:
        """Return the claims."""
        claims = {
            ADDRESS_CLAIM: self._access.address(request),
            PREFERENCES_CLAIM: preferences_text(self._access.browser_preferences(request)),
        }
        sign_in = self._access.session_for(request)
        return {SESSION_CLAIM: sign_in.public_id, **claims} if sign_in else claims


def install_guards(application: BokehTornado, access: AccessControl) -> None:
    """Put a guard in front of every handler, also that of unknown addresses."""
    get_delegate = application.get_handler_delegate
    application.settings["log_function"] = _log_server_error
    application.settings["default_handler_class"] = ErrorHandler
    application.settings["default_handler_args"] = {"status_code": 404}

    made: dict[type, type] = {}

    def get_guarded(request: HTTPServerRequest, target: type, *rest: Any, **more: Any) -> Any:
        if target not in made:
            kind = next(guard for base, guard in _GUARDS if issubclass(target, base))
            made[target] = type(f"Guarded{target.__name__}", (kind, target), {"access": access})
        return get_delegate(request, made[target], *rest, **more)

    application.get_handler_delegate = get_guarded


def _log_server_error(handler: RequestHandler) -> None:
    """Log server errors by path only: a query may contain the provider's code."""
    if handler.get_status() >= 500 and handler.get_status() != 503:
        log.error("%s %s returned %d", handler.request.method, handler.request.path, handler.get_status())


_GUARDS: tuple[tuple[type, type[RequestGuard]], ...] = (
    (PublicHandler, PublicGuard),
    (IcoHandler, PublicGuard),
    (BLOCKED_HANDLERS[0], BlockedGuard),
    (BLOCKED_HANDLERS[1], BlockedGuard),
    (WebSocketHandler, WebSocketGuard),
    (DocHandler, PageGuard),
    (StaticFileHandler, StaticFileGuard),
    (RequestHandler, RequestGuard),
)
"""The first that matches; the last one matches everything."""
