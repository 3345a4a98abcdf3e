"""What each kind of handler has in front: who is let in, and which headers every answer has."""

import secrets
import sys
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from bokeh.util.token import check_token_signature, get_token_payload
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketHandler

from contract.access import PAGE_ROLES, PageName, Purpose, page_purpose
from reporting.pages.sign_in import notice
from reporting.server.gate import Gate
from reporting.server.headers import ALWAYS, CLOSED, HSTS, page_policy
from reporting.server.people import Person
from reporting.server.shell import asked_look, theme_is_named
from reporting.server.urls import HEALTH, SIGN_IN, wanted

TOKEN_CLAIM = "sign_in"  # noqa: S105 - a name
"""In a page's token: the handle of the sign-in that it was made for."""

SESSION_ARGUMENTS = ("bokeh-session-id", "bokeh-token")
SESSION_HEADER = "Bokeh-Session-Id"
"""Would choose the session of a page; here the server alone does."""

COMPONENTS = "/components/"
"""Panel's route to the files of components, by the name of their Python module, which it imports."""

LAST_WORDS_SECONDS = 1.0
"""A page whose sign-in ended is told to leave before its connection closes."""

POLICY_VIOLATION = 1008
"""WebSocket close code (RFC 6455)."""


class Guard(RequestHandler):
    """In front of any handler: own names only, signed in only, and headers on whatever is answered."""

    gate: Gate
    sign_out_origin: Callable[[], str]

    def set_default_headers(self) -> None:
        """Set what every answer tells the browser to refuse."""
        super().set_default_headers()
        for name, value in ALWAYS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", CLOSED)
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")
        if self.gate.places.secure:
            self.set_header("Strict-Transport-Security", HSTS)

    async def prepare(self) -> None:
        """Let the request in, or not, before its handler begins."""
        if await self.let_in():
            prepared: Any = super().prepare()
            if isawaitable(prepared):
                await prepared

    async def let_in(self) -> bool:
        """Tell whether the request may go on; otherwise it is answered already, or HTTPError is raised."""
        self.check_host()
        if self.gate.person_of(self.request) is None:
            raise HTTPError(401)
        return True

    def check_host(self) -> None:
        """Raise HTTPError for a request that came under a name that is not the dashboard's."""
        if self.request.host.lower() not in self.gate.places.hosts:
            raise HTTPError(421, "set NEOSCORE_DASHBOARD_URL to the address that browsers use")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say the status and nothing else."""
        self.set_header("Content-Type", "text/plain")
        self.finish(f"{status_code}\n")


class OpenGuard(Guard):
    """Ways that strangers may take."""

    async def let_in(self) -> bool:
        """Let everybody in who came under a name of the dashboard's."""
        if self.request.path != HEALTH:  # which probes ask by whatever address they have
            self.check_host()
        return True


class ShutGuard(Guard):
    """Ways that nobody may take."""

    async def let_in(self) -> bool:
        """Let nobody in."""
        raise HTTPError(404)


class FileGuard(Guard):
    """Files of libraries. Browsers may keep them, but ask whether they are still the same."""

    def set_default_headers(self) -> None:
        """Let browsers keep the answer."""
        super().set_default_headers()
        self.set_header("Cache-Control", "private, no-cache")

    async def let_in(self) -> bool:
        """Let nobody have modules imported."""
        module = self.request.path.removeprefix(COMPONENTS).split("/")[0]
        if self.request.path.startswith(COMPONENTS) and module not in sys.modules:
            raise HTTPError(404)
        return await super().let_in()


class PageGuard(Guard):
    """The dashboard's page: strangers are led to signing in, and each role to its own pages only."""

    nonce = ""

    async def let_in(self) -> bool:
        """Let in whose role may see the page that is asked for."""
        self.check_host()
        self.nonce = secrets.token_urlsafe(16)
        person = self.gate.person_of(self.request)
        if person is None:
            self.redirect(wanted(self.request.arguments).replace("/", SIGN_IN, 1))
            return False
        if not self.request.arguments.keys().isdisjoint(SESSION_ARGUMENTS) or SESSION_HEADER in self.request.headers:
            await self.gate.note_refusal(person, Purpose.SESSION)
            raise HTTPError(403)
        page = (self.request.arguments.get("page") or [b""])[0].decode(errors="replace")
        if page in PAGE_ROLES and page not in person.pages:
            await self._refuse(person, page)
            return False
        if sign_in := self.gate.sign_in_of(self.request):
            assert self.gate.sign_ins is not None  # noqa: S101 - there is a sign-in
            self.gate.sign_ins.use(sign_in)
        self.set_header("Content-Security-Policy", page_policy(self.nonce, self.sign_out_origin()))
        return True

    async def _refuse(self, person: Person, page: str) -> None:
        await self.gate.note_refusal(person, page_purpose(PageName(page)))
        look = asked_look(self.request.arguments)
        dark = look.dark if theme_is_named(self.request.arguments) else None
        self.set_status(403)
        self.finish(notice("other_role", look.language, dark))

    def write(self, chunk: str | bytes | dict[str, Any]) -> None:
        """Give the page's own script elements the nonce. Nothing of a client or a request is in the page yet."""
        if isinstance(chunk, str) and self.nonce:
            chunk = chunk.replace("<script", f'<script nonce="{self.nonce}"')
        super().write(chunk)


class SocketGuard(Guard, WebSocketHandler):
    """The connection of a page: only from that page's origin, and only for whom the page was made."""

    async def let_in(self) -> bool:
        """Let in from the page itself whoever it was made for."""
        self.check_host()
        person, self._sign_in = self.gate.person_of(self.request), self.gate.sign_in_of(self.request)
        if person is None or not self.gate.places.is_own(self.request.headers.get("Origin")) or not self._owns_page():
            await self.gate.note_refusal(person, Purpose.SESSION)
            raise HTTPError(403)
        return True

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Remember the connection, to close it when the sign-in ends."""
        if self._sign_in is not None:
            self._sign_in.on_end.add(self._end)
        return super().open(*args, **kwargs)

    async def on_message(self, message: str | bytes) -> None:
        """Note that somebody works, and take nothing from whoever is no longer signed in."""
        if self._sign_in is not None:
            if self.gate.sign_in_of(self.request) is None:
                self.close(POLICY_VIOLATION)
                return
            assert self.gate.sign_ins is not None  # noqa: S101 - there is a sign-in
            self.gate.sign_ins.use(self._sign_in)
        answered: Any = super().on_message(message)
        if isawaitable(answered):
            await answered

    def on_close(self) -> None:
        """Forget the connection."""
        if self._sign_in is not None:
            self._sign_in.on_end.discard(self._end)
        super().on_close()

    def _end(self) -> None:
        """Close once the page has been told to leave; meanwhile nothing is taken from it."""
        IOLoop.current().call_later(LAST_WORDS_SECONDS, self.close, POLICY_VIOLATION)

    def _owns_page(self) -> bool:
        """Tell whether the page's token is ours and was made for this sign-in."""
        application: Any = self.application
        try:
            _, token = (part.strip() for part in self.request.headers["Sec-WebSocket-Protocol"].split(","))
            genuine = check_token_signature(token, application.secret_key, application.sign_sessions)
            owner = get_token_payload(token).get(TOKEN_CLAIM) if genuine else None
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        return genuine and owner == (self._sign_in.handle if self._sign_in else None)
