"""What the guard at each door knows: who is signed in, under which names the dashboard answers, the access log."""

import logging
from collections.abc import Awaitable, Callable

from tornado.httputil import HTTPServerRequest

from contract.access import AccessOutcome, Purpose
from contract.rate_limit import FixedWindowCounter
from db.access_log import Actor
from reporting.server.people import DEVELOPMENT, STRANGER, Person
from reporting.server.sign_ins import SignIn, SignIns
from reporting.server.urls import Places

log = logging.getLogger(__name__)

Record = Callable[[Actor, Purpose, AccessOutcome], Awaitable[bool]]
"""Writes actor, purpose and outcome to the access log; tells whether it did."""

STRANGERS_A_MINUTE = 60
"""Refusals of strangers that the access log keeps: anybody can cause them, and it keeps them for good."""


class Gate:
    """Shared by all doors of one server, in its thread. Without sign-ins everybody is the person of development."""

    def __init__(self, sign_ins: SignIns | None, places: Places, record: Record) -> None:
        self.sign_ins, self.places, self.record = sign_ins, places, record
        self._strangers = FixedWindowCounter()

    def sign_in_of(self, request: HTTPServerRequest) -> SignIn | None:
        """Return the sign-in whose cookie a request has; None when there is none, or it is over."""
        cookie = request.cookies.get(self.places.cookie)
        return self.sign_ins.find(cookie.value) if self.sign_ins and cookie else None

    def person_of(self, request: HTTPServerRequest) -> Person | None:
        """Return who sends a request; None for a stranger."""
        if self.sign_ins is None:
            return DEVELOPMENT
        sign_in = self.sign_in_of(request)
        return sign_in.person if sign_in else None

    async def note_refusal(self, person: Person | None, purpose: Purpose) -> None:
        """Write a refusal to the access log. What was refused stays so when that fails."""
        if person is None and not self._may_note_stranger():
            return
        if not await self.record(person.actor if person else STRANGER, purpose, AccessOutcome.REFUSED):
            log.error("a refusal could not be recorded")

    def _may_note_stranger(self) -> bool:
        number = self._strangers.next()
        if number == STRANGERS_A_MINUTE + 1:
            log.warning("more than %d refusals of strangers in a minute; the rest is not recorded", STRANGERS_A_MINUTE)
        return number <= STRANGERS_A_MINUTE
