"""The handlers of signing in with the provider, signing out, and the probe."""

import hmac
import logging
import time
from dataclasses import dataclass
from typing import Any

from tornado.web import HTTPError

from contract.access import AccessOutcome, Purpose
from contract.oidc import ProviderUnavailableError
from reporting.pages.sign_in import notice_page_html
from reporting.server.access import AccessControl
from reporting.server.guards import PublicHandler
from reporting.server.oidc_client import OidcProvider, SignInError
from reporting.server.sessions import (
    SIGN_IN_TIMEOUT_SECONDS,
    CookieCipher,
    PendingSignIn,
    SessionStore,
    new_pending_sign_in,
)
from reporting.server.urls import (
    CALLBACK_PATH,
    SIGN_IN_PATH,
    SIGN_OUT_PATH,
    SIGNED_OUT_PATH,
    has_theme_param,
    preferences_from_query,
    return_path,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignInContext:
    """What the handlers share."""

    access: AccessControl
    sessions: SessionStore
    provider: OidcProvider
    cipher: CookieCipher


def sign_in_routes(context: SignInContext) -> list[Any]:
    """Return the routes of signing in and out."""
    shared = {"context": context}
    return [
        (SIGN_IN_PATH, _SignInHandler, shared),
        (CALLBACK_PATH, _CallbackHandler, shared),
        (SIGN_OUT_PATH, _SignOutHandler, shared),
        (SIGNED_OUT_PATH, _SignedOutHandler, shared),
    ]


class HealthHandler(PublicHandler):
    """Answers the liveness probe."""

    def get(self) -> None:
        """Answer that the server runs."""
        self.write({"status": "ok"})


class _AuthHandler(PublicHandler):
    def initialize(self, context: SignInContext) -> None:
        self.context = context

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to."""
        return self.context.access.urls.origin(self.request.host) + CALLBACK_PATH

    def render_notice(self, kind: str, status: int, link: str | None = "/") -> None:
        """Answer with a page that has no script."""
        look = preferences_from_query(self.request.arguments)
        self.set_status(status)
        self.finish(
            notice_page_html(kind, look.locale, look.dark if has_theme_param(self.request.arguments) else None, link)
        )

    def set_auth_cookie(self, name: str, value: str, **more: Any) -> None:
        """Set a cookie that scripts cannot read and that other sites' forms and frames do not send."""
        secure = self.context.access.urls.secure
        self.set_cookie(name, value, path="/", httponly=True, secure=secure, samesite="Lax", **more)

    def clear_auth_cookie(self, name: str) -> None:
        """Delete a cookie."""
        self.clear_cookie(name, path="/", secure=self.context.access.urls.secure, httponly=True, samesite="Lax")

    def pending_cookie_name(self, state: str) -> str:
        """Return the name of the cookie of a sign-in under way: one for each, for several windows may sign in."""
        return f"{self.context.access.urls.cookie_name}-{state[:8]}"


class _SignInHandler(_AuthHandler):
    async def get(self) -> None:
        """Send the browser to the provider."""
        pending = new_pending_sign_in(return_path(self.request.arguments), time.time())
        try:
            address = await self.context.provider.authorization_url(pending, self.redirect_uri)
        except ProviderUnavailableError as error:
            log.warning("sign-in unavailable: identity provider unreachable (%s)", error)
            self.render_notice("away", 503)
            return
        self.set_auth_cookie(
            self.pending_cookie_name(pending.state),
            self.context.cipher.encrypt(pending),
            max_age=SIGN_IN_TIMEOUT_SECONDS,
        )
        self.redirect(address)


class _CallbackHandler(_AuthHandler):
    async def get(self) -> None:
        """Check what the provider sent back: create a session, or reject."""
        pending = self._pending()
        try:
            if pending is None or not self._fits(pending):
                await self._refuse("no pending sign-in matches the returned state")
                return
            code = self.get_argument("code")
            user, token = await self.context.provider.authenticate(code, pending, self.redirect_uri)
        except ProviderUnavailableError as error:
            log.warning("sign-in unavailable: identity provider unreachable (%s)", error)
            self.render_notice("away", 503)
            return
        except SignInError as error:
            await self._refuse(str(error))
            return
        if not user.roles:
            await self.context.access.record(user.actor, Purpose.SIGN_IN, AccessOutcome.REFUSED)
            self.render_notice("no_role", 403, await self._sign_out_address(token))
        elif not await self.context.access.record(user.actor, Purpose.SIGN_IN, AccessOutcome.SIGNED_IN):
            self.render_notice("away", 503)
        else:
            self._end_previous_session()
            key, _ = self.context.sessions.create(user, token)
            self.set_auth_cookie(self.context.access.urls.cookie_name, key)
            self.redirect(pending.return_path)

    def _pending(self) -> PendingSignIn | None:
        """Return the sign-in that the redirect belongs to, and delete its cookie: it can be used once."""
        name = self.pending_cookie_name(self.get_argument("state", ""))
        value = self.get_cookie(name)
        if value is None:
            return None
        self.clear_auth_cookie(name)
        return self.context.cipher.decrypt(value, time.time())

    def _fits(self, pending: PendingSignIn) -> bool:
        """Return whether the redirect has a code, our state and, if it names one (RFC 9207), our provider."""
        issuer = self.get_argument("iss", self.context.provider.issuer)
        same = hmac.compare_digest(self.get_argument("state", "").encode(), pending.state.encode())
        return same and issuer == self.context.provider.issuer and bool(self.get_argument("code", ""))

    async def _refuse(self, why: str) -> None:
        log.warning("sign-in rejected: %s", why)
        await self.context.access.record_denial(None, Purpose.SIGN_IN)
        self.render_notice("refused", 403)

    def _end_previous_session(self) -> None:
        """End the browser's previous session: one cookie, one session."""
        if former := self.context.access.session_for(self.request):
            self.context.sessions.end(former)

    async def _sign_out_address(self, token: str) -> str:
        try:
            urls = self.context.access.urls
            back = urls.origin(self.request.host) + SIGNED_OUT_PATH
            return await self.context.provider.end_session_url(token, back) or "/"
        except ProviderUnavailableError:
            return "/"


class _SignOutHandler(_AuthHandler):
    async def post(self) -> None:
        """End the session, then sign out at the provider. Only the dashboard's own page may request it."""
        if not self.context.access.urls.is_same_origin(self.request.headers.get("Origin")):
            raise HTTPError(403)
        back = self.context.access.urls.origin(self.request.host) + SIGNED_OUT_PATH
        address: str | None = None
        if sign_in := self.context.access.session_for(self.request):
            self.context.sessions.end(sign_in)  # first: nothing may prevent the data on screen from being cleared
            if not await self.context.access.record(sign_in.user.actor, Purpose.SIGN_OUT, AccessOutcome.SIGNED_OUT):
                log.error("could not record the sign-out in the access log")
            try:
                address = await self.context.provider.end_session_url(sign_in.id_token, back)
            except ProviderUnavailableError as error:
                log.warning("signed out locally only: identity provider unreachable (%s)", error)
        self.clear_auth_cookie(self.context.access.urls.cookie_name)
        self.set_header("Clear-Site-Data", '"cache", "storage"')
        self.redirect(address or back, status=303)


class _SignedOutHandler(_AuthHandler):
    def get(self) -> None:
        """Show that the session has ended, and why."""
        kind = "timed_out" if self.get_argument("reason", "") == "idle" else "signed_out"
        self.render_notice(kind, 200)
