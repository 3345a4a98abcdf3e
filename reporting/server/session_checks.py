"""Ends the sessions whose time is over, and those of which the provider says that they should be."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from contract.access import AccessOutcome, Purpose
from contract.oidc import ProviderUnavailableError
from db.access_log import Actor
from reporting.server.identity import SignInRejectedError
from reporting.server.oidc_client import OidcProvider
from reporting.server.sessions import SessionStore, SignInSession

log = logging.getLogger(__name__)

MAX_CHECKS_AT_ONCE = 8
"""Requests to the provider: the sessions of a branch, opened at nine, come due together."""

UNAVAILABLE_FACTOR = 2
"""While the provider cannot be asked, a session lasts for this many intervals since it was confirmed."""


class SessionChecks:
    """Looks after the sessions of one server, in its thread."""

    def __init__(
        self,
        sessions: SessionStore,
        provider: OidcProvider,
        recheck_seconds: float,
        record: Callable[[Actor, Purpose, AccessOutcome], Awaitable[bool]],
    ) -> None:
        self._sessions, self._provider, self._recheck_seconds = sessions, provider, recheck_seconds
        self._record = record
        self._asking: set[str] = set()
        self._slots = asyncio.Semaphore(MAX_CHECKS_AT_ONCE)

    async def run_once(self) -> None:
        """End what has expired, and ask the provider about the sessions that are due."""
        for sign_in in self._sessions.expired():
            await self.end(sign_in, AccessOutcome.TIMED_OUT)
        due = [one for one in self._sessions.due(self._recheck_seconds) if one.public_id not in self._asking]
        await asyncio.gather(*(self._recheck(sign_in) for sign_in in due))

    async def end(self, sign_in: SignInSession, outcome: AccessOutcome) -> None:
        """End a session and record it."""
        self._sessions.end(sign_in, outcome)
        await self._record(sign_in.user.actor, Purpose.SIGN_OUT, outcome)

    async def _recheck(self, sign_in: SignInSession) -> None:
        self._asking.add(sign_in.public_id)
        try:
            async with self._slots:
                identity = await self._provider.refresh(sign_in.identity)
        except ProviderUnavailableError as error:
            log.warning("could not ask the identity provider about a session (%s)", error)
            if sign_in in self._sessions.due(UNAVAILABLE_FACTOR * self._recheck_seconds):
                await self.end(sign_in, AccessOutcome.REVOKED)
        except SignInRejectedError as error:
            log.info("a session was not confirmed: %s", error)
            await self.end(sign_in, AccessOutcome.REVOKED)
        else:
            if identity.user == sign_in.user:
                self._sessions.confirm(sign_in, identity)
            else:  # its pages were made for other roles
                await self.end(sign_in, AccessOutcome.REVOKED)
        finally:
            self._asking.discard(sign_in.public_id)
