"""The handlers of signing in with the provider, signing out, and the probe."""

import hmac
import logging
import secrets
import time
from dataclasses import dataclass
from typing import Any

from tornado.web import HTTPError

from contract.access import AccessOutcome, Purpose
from contract.oidc import ProviderUnavailableError
from reporting.pages.sign_in import form_page_html, notice_page_html
from reporting.server.access import AccessControl
from reporting.server.guards import PublicHandler
from reporting.server.identity import SignInError, provider_error
from reporting.server.oidc_client import EndSessionForm, OidcProvider
from reporting.server.security_headers import form_csp
from reporting.server.session_checks import SessionChecks
from reporting.server.sessions import (
    SIGN_IN_TIMEOUT_SECONDS,
    CookieCipher,
    PendingSignIn,
    SessionStore,
    new_pending_sign_in,
)
from reporting.server.urls import (
    BACKCHANNEL_LOGOUT_PATH,
    CALLBACK_PATH,
    SIGN_IN_PATH,
    SIGN_OUT_PATH,
    SIGNED_OUT_PATH,
    return_path,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignInContext:
    """What the handlers share."""

    access: AccessControl
    sessions: SessionStore
    checks: SessionChecks
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
        (BACKCHANNEL_LOGOUT_PATH, _BackchannelLogoutHandler, shared),
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

    def render_notice(
        self, kind: str, status: int, form: EndSessionForm | None = None, *, send_at_once: bool = False
    ) -> None:
        """Answer with a small page: with a link that tries (again) to sign in, or a form that signs out elsewhere.

        `send_at_once`: the form is sent without a click.
        """
        look = self.context.access.preferences_for(self.request)
        self.set_status(status)
        if form is None:
            self.finish(notice_page_html(kind, look))
            return
        nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Security-Policy", form_csp(nonce, form.origin))
        self.finish(form_page_html(kind, look, form.action, form.fields, nonce if send_at_once else None))

    async def end_session_form(self, id_token: str) -> EndSessionForm | None:
        """Return what signs out at the provider; None if it has no page for that, or does not answer."""
        back = self.context.access.urls.origin(self.request.host) + SIGNED_OUT_PATH
        try:
            return await self.context.provider.end_session_form(id_token, back)
        except ProviderUnavailableError as error:
            log.warning("signed out locally only: identity provider unreachable (%s)", error)
            return None

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
            code = self.get_argument("code", "")
            if not code:
                await self._refuse(f"the provider refused: {provider_error(self.get_argument('error', ''))}")
                return
            identity = await self.context.provider.authenticate(code, pending, self.redirect_uri)
        except ProviderUnavailableError as error:
            log.warning("sign-in unavailable: identity provider unreachable (%s)", error)
            self.render_notice("away", 503)
            return
        except SignInError as error:
            await self._refuse(str(error))
            return
        user = identity.user
        if not user.roles:
            await self.context.access.record_request(self.request, user, Purpose.SIGN_IN, AccessOutcome.REFUSED)
            self.render_notice("no_role", 403, await self.end_session_form(identity.id_token))
        elif not await self.context.access.record_request(self.request, user, Purpose.SIGN_IN, AccessOutcome.SIGNED_IN):
            self.render_notice("away", 503)
        else:
            self._end_previous_session()
            key, _ = self.context.sessions.create(identity)
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
        """Return whether the redirect has our state and, if it names one (RFC 9207), our provider."""
        issuer = self.get_argument("iss", self.context.provider.issuer)
        same = hmac.compare_digest(self.get_argument("state", "").encode(), pending.state.encode())
        return same and issuer == self.context.provider.issuer

    async def _refuse(self, why: str) -> None:
        log.warning("sign-in rejected: %s", why)
        await self.context.access.record_denial(self.request, None, Purpose.SIGN_IN)
        self.render_notice("refused", 403)

    def _end_previous_session(self) -> None:
        """End the browser's previous session: one cookie, one session."""
        if former := self.context.access.session_for(self.request):
            self.context.sessions.end(former)


class _SignOutHandler(_AuthHandler):
    async def post(self) -> None:
        """End the session, then sign out at the provider. Only the dashboard's own page may request it."""
        if not self.context.access.urls.is_same_origin(self.request.headers.get("Origin")):
            raise HTTPError(403)
        form: EndSessionForm | None = None
        if sign_in := self.context.access.session_for(self.request):
            self.context.sessions.end(sign_in)  # first: nothing may prevent the data on screen from being cleared
            if not await self.context.access.record_request(
                self.request, sign_in.user, Purpose.SIGN_OUT, AccessOutcome.SIGNED_OUT
            ):
                log.error("could not record the sign-out in the access log")
            form = await self.end_session_form(sign_in.identity.id_token)
        self.clear_auth_cookie(self.context.access.urls.cookie_name)
        self.set_header("Clear-Site-Data", '"cache", "storage"')
        if form is None:
            self.redirect(SIGNED_OUT_PATH, status=303)
        else:
            self.render_notice("signing_out", 200, form, send_at_once=True)


_ENDS = (AccessOutcome.SIGNED_OUT, AccessOutcome.TIMED_OUT, AccessOutcome.REVOKED)
"""How sessions end, each with a notice of its own."""


class _SignedOutHandler(_AuthHandler):
    def get(self) -> None:
        """Show that the session has ended, and why."""
        reason = self.get_argument("reason", "")
        self.render_notice(reason if reason in _ENDS else AccessOutcome.SIGNED_OUT, 200)


class _BackchannelLogoutHandler(_AuthHandler):
    async def post(self) -> None:
        """End the sessions that the provider names (OpenID Connect Back-Channel Logout 1.0)."""
        try:
            subject, session = await self.context.provider.ended(self.get_body_argument("logout_token", ""))
        except ProviderUnavailableError as error:
            log.warning("a logout could not be verified: identity provider unreachable (%s)", error)
            raise HTTPError(503) from None
        except SignInError as error:
            log.warning("a logout was refused: %s", error)
            raise HTTPError(400) from None
        for sign_in in self.context.sessions.named(subject, session):
            await self.context.checks.end(sign_in, AccessOutcome.REVOKED)
