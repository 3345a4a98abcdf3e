"""Who sends a request, and the record of what was denied."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from tornado.httputil import HTTPServerRequest

from contract.access import AccessOutcome, Purpose
from contract.rate_limit import FixedWindowCounter
from contract.schema import Language
from contract.settings.listeners import DEFAULT_LANGUAGE
from db.access_log import Actor
from db.access_log_hashes import AccessLogHasher
from reporting.server.sessions import SessionStore, SignInSession
from reporting.server.urls import PREFERENCES_COOKIE, PublicUrls, preferences_from_browser, preferences_from_query
from reporting.server.users import ANONYMOUS, DEVELOPMENT_USER, User
from reporting.widgets.theme import DisplayPreferences

log = logging.getLogger(__name__)

Record = Callable[[Actor, Purpose, AccessOutcome], Awaitable[bool]]
"""Writes actor, purpose and outcome to the access log; returns whether it did."""

MAX_ANONYMOUS_DENIALS_PER_MINUTE = 60
"""Denied unauthenticated requests that the access log records: anyone can cause them, and entries are never deleted."""


class AccessControl:
    """Shared by all handlers of one server, in its thread. Without sessions every request is the development user's."""

    def __init__(
        self,
        sessions: SessionStore | None,
        urls: PublicUrls,
        record: Record,
        hasher: AccessLogHasher | None = None,
        language: Language = DEFAULT_LANGUAGE,
    ) -> None:
        """`language` is that of a browser that asks for none that is here."""
        self.sessions, self.urls, self.record = sessions, urls, record
        self._hasher, self._language = hasher, language
        self._anonymous_denials = FixedWindowCounter()

    def session_for(self, request: HTTPServerRequest) -> SignInSession | None:
        """Return the session whose cookie a request has; None if there is none, or it has expired."""
        cookie = request.cookies.get(self.urls.cookie_name)
        return self.sessions.get(cookie.value) if self.sessions and cookie else None

    def user_for(self, request: HTTPServerRequest) -> User | None:
        """Return who sends a request; None for an unauthenticated caller."""
        if self.sessions is None:
            return DEVELOPMENT_USER
        sign_in = self.session_for(request)
        return sign_in.user if sign_in else None

    def browser_preferences(self, request: HTTPServerRequest) -> DisplayPreferences:
        """Return how the browser that sends a request shows pages whose address does not say it."""
        kept = request.cookies.get(PREFERENCES_COOKIE)
        accepted = request.headers.get("Accept-Language", "")
        return preferences_from_browser(kept.value if kept else "", accepted, self._language)

    def preferences_for(self, request: HTTPServerRequest) -> DisplayPreferences:
        """Return the language and theme of the page that a request asks for."""
        return preferences_from_query(request.arguments, self.browser_preferences(request))

    def address(self, request: HTTPServerRequest) -> str:
        """Return the keyed hash of the address that a request comes from; nothing without a hasher."""
        return self._hasher.address(request.remote_ip or "") if self._hasher else ""

    async def record_request(
        self, request: HTTPServerRequest, user: User | None, purpose: Purpose, outcome: AccessOutcome
    ) -> bool:
        """Write what a request was about to the access log, and return whether that succeeded."""
        actor = replace(user.actor if user else ANONYMOUS, address=self.address(request))
        return await self.record(actor, purpose, outcome)

    async def record_denial(self, request: HTTPServerRequest, user: User | None, purpose: Purpose) -> None:
        """Record a denied request in the access log. It stays denied if that fails."""
        if user is None and not self._may_record_anonymous():
            return
        if not await self.record_request(request, user, purpose, AccessOutcome.REFUSED):
            log.error("could not record the denied request in the access log")

    def _may_record_anonymous(self) -> bool:
        number = self._anonymous_denials.next()
        if number == MAX_ANONYMOUS_DENIALS_PER_MINUTE + 1:
            log.warning(
                "more than %d unauthenticated requests denied within a minute; not recording further ones",
                MAX_ANONYMOUS_DENIALS_PER_MINUTE,
            )
        return number <= MAX_ANONYMOUS_DENIALS_PER_MINUTE
