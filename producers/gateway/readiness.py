"""Can a request be answered now? Asked for real: the database, the broker, and a worker over both topics."""

import asyncio
import time

from sqlalchemy import text

from contract.codes import ErrorCode
from contract.ids import probe_reference
from db.engine import connect
from db.errors import DatabaseError
from producers.errors import RequestRejectedError
from producers.gateway.facts import Readiness
from producers.gateway.limits import READY_CACHE_SECONDS, READY_SECONDS
from producers.gateway.problems import Problem
from producers.gateway.services import Services

PROBE = probe_reference("gateway")
"""A client reference that no client has: a worker that consumes rejects it as not cached."""

OK = "ok"


class ReadinessProbe:
    """Looks at most every READY_CACHE_SECONDS, whoever asks how often."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._looking = asyncio.Lock()
        self._found: Readiness | None = None
        self._at = 0.0

    async def look(self) -> Readiness:
        """Return how it is now, or was a moment ago."""
        async with self._looking:
            if self._found is None or time.monotonic() - self._at > READY_CACHE_SECONDS:
                self._found = await self._ask()
                self._at = time.monotonic()
            return self._found

    async def _ask(self) -> Readiness:
        database, (broker, worker) = await asyncio.gather(self._database(), self._lanes())
        model = self._model()
        return Readiness(
            ready=all(part == OK for part in (database, broker, worker, model)),
            broker=broker,
            worker=worker,
            database=database,
            model=model,
            identity="open: no issuer is set" if self._services.guard.open else "tokens of the issuer",
        )

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._services.in_database(self._select)
        except (DatabaseError, TimeoutError):
            return "does not answer"
        return OK

    def _select(self) -> None:
        with connect(self._services.engine) as connection:
            connection.execute(text("SELECT 1 FROM access_log LIMIT 1"))

    async def _lanes(self) -> tuple[str, str]:
        """Tell of broker and worker. A broker that takes no request and a worker that is away look alike from here."""
        try:
            scores = self._services.scores.client()
            self._services.blocks.client()
        except Problem:
            return "does not answer", "unknown"
        loop = asyncio.get_running_loop()
        try:
            asked = await loop.run_in_executor(
                self._services.asking_pool, lambda: scores.submit(PROBE, ttl=READY_SECONDS - 1)
            )
            await asyncio.wait_for(asyncio.wrap_future(asked), READY_SECONDS)
        except RequestRejectedError as error:
            return OK, OK if error.code is ErrorCode.NOT_CACHED else "rejects what it should take"
        except Exception as error:  # no answer, a full lane, a broker that is gone: each means not now
            return OK, f"does not answer ({type(error).__name__})"
        return OK, OK

    def _model(self) -> str:
        try:
            self._services.model.current()
        except Problem:
            return "there is none"
        return OK
