"""Readiness: the database, the broker, and a worker through both topics, each by a real request."""

import asyncio
import time

from sqlalchemy import text

from contract.codes import ErrorCode
from contract.pseudonyms import probe_reference
from db.engine import connect
from db.errors import DatabaseError
from producers.errors import RequestRejectedError
from producers.gateway.limits import READINESS_CACHE_SECONDS, READINESS_TIMEOUT_SECONDS
from producers.gateway.problems import ProblemError
from producers.gateway.schemas import Readiness
from producers.gateway.services import GatewayServices

PROBE_CLIENT_REF = probe_reference("gateway")
"""A client reference that no client has: a worker rejects it as not cached."""

OK = "ok"


class ReadinessChecker:
    """Checks at most once every READINESS_CACHE_SECONDS, however often it is called."""

    def __init__(self, services: GatewayServices) -> None:
        self._services = services
        self._lock = asyncio.Lock()
        self._cached: Readiness | None = None
        self._checked_at = 0.0

    async def check(self) -> Readiness:
        """Return the current readiness, or a recent one from the cache."""
        async with self._lock:
            if self._cached is None or time.monotonic() - self._checked_at > READINESS_CACHE_SECONDS:
                self._cached = await self._run_checks()
                self._checked_at = time.monotonic()
            return self._cached

    async def _run_checks(self) -> Readiness:
        database, (broker, worker) = await asyncio.gather(self._check_database(), self._check_scoring())
        model = self._check_model()
        return Readiness(
            ready=all(part == OK for part in (database, broker, worker, model)),
            broker=broker,
            worker=worker,
            database=database,
            model=model,
            auth="disabled" if self._services.auth.allows_anonymous else "oidc",
        )

    async def _check_database(self) -> str:
        try:
            async with asyncio.timeout(READINESS_TIMEOUT_SECONDS):
                await self._services.run_in_db_pool(self._ping_database)
        except (DatabaseError, TimeoutError):
            return "unreachable"
        return OK

    def _ping_database(self) -> None:
        with connect(self._services.engine) as connection:
            connection.execute(text("SELECT 1 FROM access_log LIMIT 1"))

    async def _check_scoring(self) -> tuple[str, str]:
        """Return the states of broker and worker. From here an unreachable broker looks like an unavailable worker."""
        try:
            scores = self._services.score_client.get()
            self._services.block_client.get()
        except ProblemError:
            return "unreachable", "unknown"
        loop = asyncio.get_running_loop()
        try:
            reply = await loop.run_in_executor(
                self._services.publish_pool, lambda: scores.submit(PROBE_CLIENT_REF, ttl=READINESS_TIMEOUT_SECONDS - 1)
            )
            await asyncio.wait_for(asyncio.wrap_future(reply), READINESS_TIMEOUT_SECONDS)
        except RequestRejectedError as error:
            return OK, OK if error.code is ErrorCode.NOT_CACHED else "unexpected rejection"
        except Exception as error:  # a timeout, a full lane or an unreachable broker: not ready in each case
            return OK, f"unreachable ({type(error).__name__})"
        return OK, OK

    def _check_model(self) -> str:
        try:
            self._services.model.current()
        except ProblemError:
            return "not loaded"
        return OK
