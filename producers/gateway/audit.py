"""The gateway's entries in the access log: who asked for what, and how it ended. Never a score."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager

from sqlalchemy import Engine

from contract.counting import MinuteCounter
from db.access_log import UNAUTHENTICATED, AccessEvent, Actor, record_accesses
from db.errors import DatabaseError
from producers.gateway.limits import STRANGER_ENTRIES
from producers.gateway.problems import GatewayCode, Problem, away

log = logging.getLogger(__name__)

ROLE = "service"
REFUSED = "refused"


class Audit:
    """Writes to the access log, on threads of the database's pool. For one event loop.

    The log is a chain, so its entries are written one after the other; each would wait for the disk. Here all that came
    while the disk was busy are written at once (group commit: DeWitt et al. 1984), so the wait stays that of two writes
    however many callers there are.
    """

    def __init__(self, engine: Engine, pool: Executor) -> None:
        self._engine = engine
        self._pool = pool
        self._strangers = MinuteCounter()
        self._waiting: list[tuple[AccessEvent, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(self, who: str, purpose: str, outcome: str, client_ref: str = "") -> None:
        """Append an entry. Raises Problem when that fails: what is not recorded is not done."""
        try:
            await self._append(who, purpose, outcome, client_ref)
        except DatabaseError as error:
            log.error("an access could not be recorded, so it was refused (%s)", type(error).__name__)
            raise away(GatewayCode.NOT_RECORDED, "the access log cannot be written, so nothing is told") from None

    async def refuse(self, who: str, purpose: str) -> None:
        """Append that a caller was refused. It stays refused when that fails."""
        await self._note(who, purpose, REFUSED)

    async def refuse_stranger(self, purpose: str) -> None:
        """Append that someone without a valid token was refused, within bounds; nothing that was sent is kept."""
        if self._strangers.next() <= STRANGER_ENTRIES:
            await self._note(UNAUTHENTICATED, purpose, UNAUTHENTICATED)

    @asynccontextmanager
    async def reading(self, who: str, purpose: str) -> AsyncIterator[None]:
        """Append, when the block raises a Problem that is the caller's, that the request was refused as it was read."""
        try:
            yield
        except Problem as problem:
            if problem.status < 500:
                await self.refuse(who, purpose)
            raise

    async def _note(self, who: str, purpose: str, outcome: str) -> None:
        try:
            await self._append(who, purpose, outcome, "")
        except DatabaseError as error:
            log.error("a refusal could not be recorded (%s)", type(error).__name__)

    async def _append(self, who: str, purpose: str, outcome: str, client_ref: str) -> None:
        """Wait until the entry is written. Those that come while others are being written go together after them."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._waiting.append((AccessEvent(Actor(who, ROLE), purpose, outcome, client_ref), written))
        if self._writing is None or self._writing.done():
            self._writing = loop.create_task(self._write())
        await written

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            together, self._waiting = self._waiting, []
            failure: Exception | None = None
            try:
                accesses = [access for access, _ in together]
                await loop.run_in_executor(self._pool, record_accesses, self._engine, accesses)
            except Exception as error:
                failure = error
            for _, written in together:
                if written.done():
                    continue  # whoever waited is gone
                if failure:
                    written.set_exception(failure)
                else:
                    written.set_result(None)
