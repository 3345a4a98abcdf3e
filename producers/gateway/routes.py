"""`POST /predict` and `POST /clients/{client_ref}/score`."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from contract.codes import ErrorCode
from contract.headers import JSON
from contract.ids import is_pseudonym
from contract.messages import MAX_REQUEST_BYTES, ClientRef, Scored, encode
from db.clients import Client, find_client
from db.errors import DatabaseError
from producers.gateway.asking import Wish, decode_asked
from producers.gateway.body import read_whole, require_media_type
from producers.gateway.model import Model
from producers.gateway.openapi import CLIENT_SCORE, PREDICT
from producers.gateway.problems import GatewayCode, Problem, away, problem_of
from producers.gateway.services import Services
from producers.gateway.tokens import Caller, Scope

PREDICT_PURPOSE = "gateway predict"
SCORE_PURPOSE = "gateway score"


class Switch(StrEnum):
    """A query parameter that is on or off, in the only two spellings."""

    ON = "true"
    OFF = "false"


def score_routes(services: Services) -> APIRouter:
    """Return the routes for one client at a time."""
    router = APIRouter()
    may_predict = services.guard.require(PREDICT_PURPOSE, Scope.SCORE)
    may_score = services.guard.require(SCORE_PURPOSE, Scope.SCORE)

    @router.post("/predict", **PREDICT)
    async def predict(request: Request, caller: Annotated[Caller, Depends(may_predict)]) -> Response:
        async with services.audit.reading(caller.name, PREDICT_PURPOSE):
            require_media_type(request, JSON)
            asked = decode_asked(await read_whole(request, MAX_REQUEST_BYTES))
            _check_pseudonym(services, asked.client_ref)
            model = services.model.current()
            features = model.named(asked.features)
        trace = request.state.trace
        wish = Wish(caller.name, PREDICT_PURPOSE, features, asked.explain, trace, asked.client_ref or "")
        scored = await services.asker.ask(wish)
        if isinstance(asked.features, list):
            await _check_order(services, model, scored)
        return _scored(scored)

    @router.post("/clients/{client_ref}/score", **CLIENT_SCORE)
    async def score(
        request: Request,
        client_ref: Annotated[str, Path(description="pseudonym of a client of the database", max_length=128)],
        caller: Annotated[Caller, Depends(may_score)],
        explain: Switch = Switch.ON,
    ) -> Response:
        async with services.audit.reading(caller.name, SCORE_PURPOSE):
            _check_pseudonym(services, client_ref)
        client = await _find(services, caller, client_ref)
        names = services.model.current().names
        features = {name: client.attributes.get(name) for name in names}
        wish = Wish(caller.name, SCORE_PURPOSE, features, explain is Switch.ON, request.state.trace, client.client_ref)
        return _scored(await services.asker.ask(wish))

    return router


def _check_pseudonym(services: Services, client_ref: str | None) -> None:
    """Refuse, in production, what may be a customer number, before it gets anywhere. Raises Problem."""
    strict = services.config.environment == "production"
    if strict and client_ref is not None and not is_pseudonym(client_ref):
        raise Problem(422, ErrorCode.NOT_A_PSEUDONYM, "client_ref must be a pseudonym: it may be a customer number")


async def _find(services: Services, caller: Caller, client_ref: str) -> Client:
    """Return a client of the database. Raises Problem; who asks for one that is not there is in the access log, too."""
    unknown = Problem(404, GatewayCode.CLIENT_UNKNOWN, "the database has no client of this reference")
    try:
        msgspec.convert(client_ref, ClientRef)
        client_ref.encode()
    except (msgspec.ValidationError, UnicodeEncodeError):
        await services.audit.record(caller.name, SCORE_PURPOSE, "not_found")
        raise unknown from None
    try:
        client = await services.in_database(find_client, services.engine, client_ref)
    except DatabaseError as error:
        raise problem_of(error) from error
    if client is None:
        await services.audit.record(caller.name, SCORE_PURPOSE, "not_found", client_ref)
        raise unknown
    return client


async def _check_order(services: Services, model: Model, scored: Scored) -> None:
    """Refuse a score of values that another model may have understood in another order. Raises Problem."""
    if scored.model.digest == model.bundle.ref.digest:
        return
    await asyncio.to_thread(services.model.look)
    now = services.model.current()
    if scored.model.digest != now.bundle.ref.digest or now.names != model.names:
        raise away(GatewayCode.MODEL_UNAVAILABLE, "another model answered than the list of features was read by")


def _scored(scored: Scored) -> Response:
    return Response(encode(scored), media_type=JSON)


def json_response(content: Any) -> Response:
    """Return anything that msgspec can write as JSON."""
    return Response(msgspec.json.encode(content), media_type=JSON)
