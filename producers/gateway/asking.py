"""What a caller may send for one client, and the way of a request: to the worker, into the access log, back."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from contract.codes import ErrorCode
from contract.errors import NOT_JSON
from contract.ids import new_pseudonym
from contract.messages import ClientRef, Scored
from producers.client import ScoreClient
from producers.errors import ScoreError
from producers.gateway.audit import Audit
from producers.gateway.lanes import Lane
from producers.gateway.problems import Problem, problem_of
from producers.gateway.trace import Trace

NOT_ANSWERED = "not_answered"


class Asked(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Ask for one client's probability of default."""

    features: Annotated[
        dict[str, Any] | list[Any],
        Meta(description="feature name → value, or the values alone in the order of `GET /model`"),
    ]
    client_ref: Annotated[
        ClientRef | None, Meta(description="pseudonym of the client; a fresh one is made up where there is none")
    ] = None
    explain: Annotated[bool, Meta(description="false leaves `contributions` and `reasons` out of the answer")] = True


_decoder = msgspec.json.Decoder(Asked)


def decode_asked(body: bytes) -> Asked:
    """Read a request. Raises Problem, whose detail names the field at fault and never its value."""
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Problem(422, ErrorCode.INVALID_MESSAGE, str(error)) from None
    except NOT_JSON:
        raise Problem(400, ErrorCode.MALFORMED_MESSAGE, "the body is not one JSON object in UTF-8") from None


@dataclass(frozen=True)
class Wish:
    """One request on its way. `told_ref` is what the access log tells of the client: nothing when it has no name."""

    caller: str
    purpose: str
    features: Mapping[str, Any]
    explain: bool
    trace: Trace
    told_ref: str = ""


class Asker:
    """Asks over the interactive lane. No answer leaves before its entry is in the access log."""

    def __init__(self, lane: Lane[ScoreClient], pool: Executor, audit: Audit) -> None:
        self._lane = lane
        self._pool = pool
        self._audit = audit

    async def ask(self, wish: Wish) -> Scored:
        """Return the score. Raises Problem."""
        outcome = NOT_ANSWERED
        try:
            scored = await self._score(wish)
            outcome = str(scored.status)
        except ScoreError as error:
            outcome = str(error.status)
            raise problem_of(error) from None
        except Exception as error:
            raise problem_of(error) from error
        finally:
            await self._audit.record(wish.caller, wish.purpose, outcome, wish.told_ref)
        return scored

    async def _score(self, wish: Wish) -> Scored:
        client = self._lane.client()
        # A fresh reference: nobody else's cached result can answer.
        client_ref = wish.told_ref or new_pseudonym()

        def submit() -> Any:
            return client.submit(client_ref, wish.features, explain=wish.explain, trace=wish.trace.kafka)

        future = await asyncio.get_running_loop().run_in_executor(self._pool, submit)
        scored: Scored = await asyncio.wrap_future(future)
        return scored
