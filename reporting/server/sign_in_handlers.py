"""The doors that strangers may use: signing in with the provider, signing out, and the probe."""

import hmac
import logging
import time
from dataclasses import dataclass
from typing import Any

from tornado.web import HTTPError

from contract.access import AccessOutcome, Purpose
from contract.oidc import ProviderUnavailableError
from reporting.pages.sign_in import notice
from reporting.server.errors import IdentityError
from reporting.server.gate import Gate
from reporting.server.guard import OpenDoor
from reporting.server.pending import TIME_SECONDS, Pending, Seal, begin
from reporting.server.provider import Provider
from reporting.server.shell import asked_look, theme_is_named
from reporting.server.sign_ins import SignIns
from reporting.server.urls import CALLBACK, HEALTH, SIGN_IN, SIGN_OUT, SIGNED_OUT, wanted

log = logging.getLogger(__name__)

"""In the access log."""


@dataclass(frozen=True)
class Reception:
    """What the doors share."""

    gate: Gate
    sign_ins: SignIns
    provider: Provider
    seal: Seal


def doors(reception: Reception) -> list[Any]:
    """Return the routes of signing in and out."""
    shared = {"reception": reception}
    return [
        (SIGN_IN, _SignIn, shared),
        (CALLBACK, _Callback, shared),
        (SIGN_OUT, _SignOut, shared),
        (SIGNED_OUT, _SignedOut, shared),
    ]


class Health(OpenDoor):
    """Tells a probe that the server answers, and nothing else."""

    def get(self) -> None:
        """Answer."""
        self.write({HEALTH: True})


class _Door(OpenDoor):
    def initialize(self, reception: Reception) -> None:
        self.reception = reception

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to."""
        return self.reception.gate.places.origin(self.request.host) + CALLBACK

    def say(self, kind: str, status: int, link: str | None = "/") -> None:
        """Answer with a small page."""
        look = asked_look(self.request.arguments)
        self.set_status(status)
        self.finish(notice(kind, look.language, look.dark if theme_is_named(self.request.arguments) else None, link))

    def bake(self, name: str, value: str, **more: Any) -> None:
        """Set a cookie that no script reads and no other site's form or frame brings along."""
        secure = self.reception.gate.places.secure
        self.set_cookie(name, value, path="/", httponly=True, secure=secure, samesite="Lax", **more)

    def crumble(self, name: str) -> None:
        """Delete a cookie."""
        self.clear_cookie(name, path="/", secure=self.reception.gate.places.secure, httponly=True, samesite="Lax")

    def pending_cookie(self, state: str) -> str:
        """Return the name of the cookie of a sign-in under way: one for each, for several windows may sign in."""
        return f"{self.reception.gate.places.cookie}-{state[:8]}"


class _SignIn(_Door):
    async def get(self) -> None:
        """Send the browser to the provider."""
        pending = begin(wanted(self.request.arguments), time.time())
        try:
            address = await self.reception.provider.sign_in_address(pending, self.redirect_uri)
        except ProviderUnavailableError as error:
            log.warning("nobody can sign in: the identity provider is away (%s)", error)
            self.say("away", 503)
            return
        self.bake(self.pending_cookie(pending.state), self.reception.seal.close(pending), max_age=TIME_SECONDS)
        self.redirect(address)


class _Callback(_Door):
    async def get(self) -> None:
        """Take what the provider sends back: let somebody in, or refuse."""
        pending = self._pending()
        try:
            if pending is None or not self._fits(pending):
                await self._refuse("it answers no question of this browser")
                return
            code = self.get_argument("code")
            person, token = await self.reception.provider.identify(code, pending, self.redirect_uri)
        except ProviderUnavailableError as error:
            log.warning("nobody can sign in: the identity provider is away (%s)", error)
            self.say("away", 503)
            return
        except IdentityError as error:
            await self._refuse(str(error))
            return
        if not person.roles:
            await self.reception.gate.record(person.actor, Purpose.SIGN_IN, AccessOutcome.REFUSED)
            self.say("no_role", 403, await self._sign_out_address(token))
        elif not await self.reception.gate.record(person.actor, Purpose.SIGN_IN, AccessOutcome.SIGNED_IN):
            self.say("away", 503)
        else:
            self._forget_former()
            key, _ = self.reception.sign_ins.begin(person, token)
            self.bake(self.reception.gate.places.cookie, key)
            self.redirect(pending.back)

    def _pending(self) -> Pending | None:
        """Return the sign-in that this answer belongs to, and forget its cookie: an answer counts once."""
        name = self.pending_cookie(self.get_argument("state", ""))
        value = self.get_cookie(name)
        if value is None:
            return None
        self.crumble(name)
        return self.reception.seal.open(value, time.time())

    def _fits(self, pending: Pending) -> bool:
        """Tell whether the answer has a code, our state and, where it names one (RFC 9207), our provider."""
        issuer = self.get_argument("iss", self.reception.provider.issuer)
        same = hmac.compare_digest(self.get_argument("state", "").encode(), pending.state.encode())
        return same and issuer == self.reception.provider.issuer and bool(self.get_argument("code", ""))

    async def _refuse(self, why: str) -> None:
        log.warning("a sign-in was refused: %s", why)
        await self.reception.gate.note_refusal(None, Purpose.SIGN_IN)
        self.say("refused", 403)

    def _forget_former(self) -> None:
        """End what this browser was signed in as before: one cookie, one person."""
        if former := self.reception.gate.sign_in_of(self.request):
            self.reception.sign_ins.end(former)

    async def _sign_out_address(self, token: str) -> str:
        try:
            places = self.reception.gate.places
            back = places.origin(self.request.host) + SIGNED_OUT
            return await self.reception.provider.sign_out_address(token, back) or "/"
        except ProviderUnavailableError:
            return "/"


class _SignOut(_Door):
    async def post(self) -> None:
        """Forget everything here, then sign out at the provider. Only the dashboard's own page may ask for it."""
        if not self.reception.gate.places.is_own(self.request.headers.get("Origin")):
            raise HTTPError(403)
        back = self.reception.gate.places.origin(self.request.host) + SIGNED_OUT
        address: str | None = None
        if sign_in := self.reception.gate.sign_in_of(self.request):
            self.reception.sign_ins.end(sign_in)  # first: nothing may stand in the way of forgetting
            if not await self.reception.gate.record(sign_in.person.actor, Purpose.SIGN_OUT, AccessOutcome.SIGNED_OUT):
                log.error("a sign-out could not be recorded")
            try:
                address = await self.reception.provider.sign_out_address(sign_in.id_token, back)
            except ProviderUnavailableError as error:
                log.warning("signed out here, but not at the identity provider, which is away (%s)", error)
        self.crumble(self.reception.gate.places.cookie)
        self.set_header("Clear-Site-Data", '"cache", "storage"')
        self.redirect(address or back, status=303)


class _SignedOut(_Door):
    def get(self) -> None:
        """Say that it is over, and why."""
        kind = "timed_out" if self.get_argument("why", "") == "idle" else "signed_out"
        self.say(kind, 200)
