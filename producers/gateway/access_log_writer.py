"""The gateway's entries in the access log: caller, purpose and outcome. Never a score."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from starlette.requests import HTTPConnection

from contract.access import SERVICE_ROLE, UNAUTHENTICATED_NAME, AccessOutcome, Purpose
from contract.messages import ModelRef
from contract.rate_limit import FixedWindowCounter
from db.access_log import AccessEvent, Actor, record_accesses
from db.access_log_hashes import AccessLogHasher
from db.errors import DatabaseError
from producers.gateway.limits import MAX_UNAUTHENTICATED_ENTRIES_PER_MINUTE
from producers.gateway.problems import GatewayCode, ProblemError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Caller:
    """Who calls a route, from where, and what the call is recorded as."""

    actor: Actor
    purpose: Purpose
    request_id: str

    @property
    def subject(self) -> str:
        """The name in the caller's token."""
        return self.actor.name


class AccessLogWriter:
    """Writes to the access log, on threads of the database's pool. For one event loop.

    Entries are hash-chained, so they are written one after another, and each write waits for the disk. Entries that
    arrive during a write are appended together by the next one (group commit: DeWitt et al. 1984), so a caller waits
    for at most two writes, however many callers there are.
    """

    def __init__(self, engine: Engine, pool: Executor, hasher: AccessLogHasher) -> None:
        self._engine = engine
        self._pool = pool
        self._hasher = hasher
        self._unauthenticated_counter = FixedWindowCounter()
        self._queue: list[tuple[AccessEvent, asyncio.Future[None]]] = []
        self._flush_task: asyncio.Task[None] | None = None

    def caller(self, request: HTTPConnection, subject: str, purpose: Purpose) -> Caller:
        """Return who sends a request, as its entries name them."""
        address = self._hasher.address(request.client.host if request.client else "")
        return Caller(Actor(subject, SERVICE_ROLE, address), purpose, request.state.trace.request_id)

    async def record(
        self, caller: Caller, outcome: AccessOutcome, client_ref: str = "", model: ModelRef | None = None
    ) -> None:
        """Append an entry. Raises ProblemError when that fails: without an entry there is no response.

        `model`: whose score the caller gets.
        """
        try:
            await self._append(caller, outcome, client_ref, model)
        except DatabaseError as error:
            log.error("access log write failed; request refused (%s)", type(error).__name__)
            raise ProblemError(
                GatewayCode.ACCESS_LOG_UNAVAILABLE, "the access log cannot be written, so the request was refused"
            ) from None

    async def record_refusal(self, caller: Caller) -> None:
        """Append that a caller was refused. A failure is only logged: the refusal stands."""
        await self._append_best_effort(caller, AccessOutcome.REFUSED)

    async def record_unauthenticated(self, request: HTTPConnection, purpose: Purpose) -> None:
        """Append that an unauthenticated caller was refused, up to a rate, and from where; nothing else is stored."""
        if self._unauthenticated_counter.next() <= MAX_UNAUTHENTICATED_ENTRIES_PER_MINUTE:
            caller = self.caller(request, UNAUTHENTICATED_NAME, purpose)
            await self._append_best_effort(caller, AccessOutcome.UNAUTHENTICATED)

    @asynccontextmanager
    async def record_invalid_requests(self, caller: Caller) -> AsyncIterator[None]:
        """Record a refusal when the block, which reads the request, raises a ProblemError with a 4xx status."""
        try:
            yield
        except ProblemError as problem:
            if problem.status < 500:
                await self.record_refusal(caller)
            raise

    async def _append_best_effort(self, caller: Caller, outcome: AccessOutcome) -> None:
        try:
            await self._append(caller, outcome)
        except DatabaseError as error:
            log.error("could not record a refusal (%s)", type(error).__name__)

    async def _append(
        self, caller: Caller, outcome: AccessOutcome, client_ref: str = "", model: ModelRef | None = None
    ) -> None:
        """Wait until the entry is written. Entries that arrive during a write share the next one."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        event = AccessEvent(caller.actor, caller.purpose, outcome, client_ref, model, caller.request_id)
        self._queue.append((event, written))
        if self._flush_task is None or self._flush_task.done():
            self._flush_task = loop.create_task(self._flush())
        await written

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            batch, self._queue = self._queue, []
            failure: Exception | None = None
            try:
                accesses = [access for access, _ in batch]
                await loop.run_in_executor(self._pool, record_accesses, self._engine, accesses)
            except Exception as error:
                failure = error
            for _, written in batch:
                if written.done():
                    continue  # the caller has disconnected
                if failure:
                    written.set_exception(failure)
                else:
                    written.set_result(None)
