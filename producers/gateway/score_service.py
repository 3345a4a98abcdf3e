"""What a caller may send for one client, and the way of a request: to the worker, into the access log, back."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from contract.access import AccessOutcome, Purpose
from contract.codes import ErrorCode
from contract.errors import JSON_DECODE_ERRORS
from contract.messages import ClientRef, Scored
from contract.pseudonyms import random_pseudonym
from producers.errors import ScoreError
from producers.gateway.access_log_writer import AccessLogWriter
from producers.gateway.lanes import LazyClient, ScoreLane
from producers.gateway.problems import ProblemError, to_problem
from producers.gateway.trace_context import TraceContext


class PredictRequest(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Ask for one client's probability of default."""

    features: Annotated[
        dict[str, Any] | list[Any],
        Meta(description="feature name → value, or the values alone in the order of `GET /model`"),
    ]
    client_ref: Annotated[
        ClientRef | None, Meta(description="pseudonym of the client; a fresh one is made up where there is none")
    ] = None
    explain: Annotated[bool, Meta(description="false leaves `contributions` and `reasons` out of the answer")] = True


_decoder = msgspec.json.Decoder(PredictRequest)


def decode_predict_request(body: bytes) -> PredictRequest:
    """Read a request. Raises ProblemError, whose detail names the field at fault and never its value."""
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise ProblemError(422, ErrorCode.INVALID_MESSAGE, str(error)) from None
    except JSON_DECODE_ERRORS:
        raise ProblemError(400, ErrorCode.MALFORMED_MESSAGE, "the body is not one JSON object in UTF-8") from None


@dataclass(frozen=True)
class GatewayScoreRequest:
    """One request on its way. `audited_ref` is what the access log tells of the client: nothing when it has no name."""

    caller: str
    purpose: Purpose
    features: Mapping[str, Any]
    explain: bool
    trace: TraceContext
    audited_ref: str = ""


class ScoreService:
    """Asks over the interactive lane. No answer leaves before its entry is in the access log."""

    def __init__(self, client: LazyClient[ScoreLane], pool: Executor, audit: AccessLogWriter) -> None:
        self._client = client
        self._pool = pool
        self._audit = audit

    async def score(self, request: GatewayScoreRequest) -> Scored:
        """Return the score. Raises ProblemError."""
        outcome = AccessOutcome.NOT_ANSWERED
        try:
            scored = await self._submit(request)
            outcome = AccessOutcome(scored.status)
        except ScoreError as error:
            outcome = AccessOutcome(error.status)
            raise to_problem(error) from None
        except Exception as error:
            raise to_problem(error) from error
        finally:
            await self._audit.record(request.caller, request.purpose, outcome, request.audited_ref)
        return scored

    async def _submit(self, request: GatewayScoreRequest) -> Scored:
        client = self._client.get()
        # A fresh reference: nobody else's cached result can answer.
        client_ref = request.audited_ref or random_pseudonym()

        def submit() -> Any:
            return client.submit(
                client_ref, request.features, explain=request.explain, trace=request.trace.kafka_headers
            )

        future = await asyncio.get_running_loop().run_in_executor(self._pool, submit)
        scored: Scored = await asyncio.wrap_future(future)
        return scored
