"""Scores one client: request to a worker, entry in the access log, result."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from contract.access import AccessOutcome
from contract.messages import Scored
from contract.pseudonyms import random_pseudonym
from producers.errors import ScoreError
from producers.gateway.access_log_writer import AccessLogWriter, Caller
from producers.gateway.lanes import LazyClient, ScoreLane
from producers.gateway.problems import to_problem
from producers.gateway.trace_context import TraceContext


@dataclass(frozen=True)
class GatewayScoreRequest:
    """A request for one score. `audited_ref`: client reference in the access log; empty if the caller gave none."""

    caller: Caller
    features: Mapping[str, Any]
    explain: bool
    trace: TraceContext
    audited_ref: str = ""


class ScoreService:
    """Requests scores over the interactive lane. No result is returned before its entry is in the access log."""

    def __init__(self, client: LazyClient[ScoreLane], pool: Executor, audit: AccessLogWriter) -> None:
        self._client = client
        self._pool = pool
        self._audit = audit

    async def score(self, request: GatewayScoreRequest) -> Scored:
        """Return the score. Raises ProblemError."""
        outcome, model = AccessOutcome.NOT_ANSWERED, None
        try:
            scored = await self._submit(request)
            outcome, model = AccessOutcome(scored.status), scored.model
        except ScoreError as error:
            outcome = AccessOutcome(error.status)
            raise to_problem(error) from None
        except Exception as error:
            raise to_problem(error) from error
        finally:
            await self._audit.record(request.caller, outcome, request.audited_ref, model)
        return scored

    async def _submit(self, request: GatewayScoreRequest) -> Scored:
        client = self._client.get()
        # A fresh reference, so that no other client's cached result can be returned.
        client_ref = request.audited_ref or random_pseudonym()

        def submit() -> Any:
            return client.submit(
                client_ref, request.features, explain=request.explain, trace=request.trace.kafka_headers
            )

        future = await asyncio.get_running_loop().run_in_executor(self._pool, submit)
        scored: Scored = await asyncio.wrap_future(future)
        return scored
