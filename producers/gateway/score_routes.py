"""`POST /predict` and `POST /clients/{client_ref}/score`."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from contract.access import AccessOutcome, Purpose
from contract.codes import ErrorCode
from contract.headers import JSON
from contract.messages import MAX_REQUEST_BYTES, ClientRef, Scored, encode
from contract.pseudonyms import is_pseudonym
from db.clients import Client, find_client
from db.errors import DatabaseError
from producers.gateway.openapi import CLIENT_SCORE, PREDICT
from producers.gateway.problems import GatewayCode, ProblemError, service_unavailable, to_problem
from producers.gateway.request_body import read_body, require_media_type
from producers.gateway.score_service import GatewayScoreRequest, decode_predict_request
from producers.gateway.served_model import ServedModel
from producers.gateway.services import GatewayServices
from producers.gateway.tokens import Principal


class BooleanParam(StrEnum):
    """A query parameter that is on or off, in the only two spellings."""

    TRUE = "true"
    FALSE = "false"


def score_routes(services: GatewayServices) -> APIRouter:
    """Return the routes for one client at a time."""
    router = APIRouter()
    may_predict = services.auth.require_scope(Purpose.GATEWAY_PREDICT)
    may_score = services.auth.require_scope(Purpose.GATEWAY_SCORE)

    @router.post("/predict", **PREDICT)
    async def predict(request: Request, caller: Annotated[Principal, Depends(may_predict)]) -> Response:
        async with services.audit.record_invalid_requests(caller.subject, Purpose.GATEWAY_PREDICT):
            require_media_type(request, JSON)
            body = decode_predict_request(await read_body(request, MAX_REQUEST_BYTES))
            _check_pseudonym(services, body.client_ref)
            model = services.model.current()
            features = model.features_by_name(body.features)
        trace = request.state.trace
        score_request = GatewayScoreRequest(
            caller.subject, Purpose.GATEWAY_PREDICT, features, body.explain, trace, body.client_ref or ""
        )
        scored = await services.score_service.score(score_request)
        if isinstance(body.features, list):
            await _check_feature_order(services, model, scored)
        return _score_response(scored)

    @router.post("/clients/{client_ref}/score", **CLIENT_SCORE)
    async def score(
        request: Request,
        client_ref: Annotated[str, Path(description="pseudonym of a client of the database", max_length=128)],
        caller: Annotated[Principal, Depends(may_score)],
        explain: BooleanParam = BooleanParam.TRUE,
    ) -> Response:
        async with services.audit.record_invalid_requests(caller.subject, Purpose.GATEWAY_SCORE):
            _check_pseudonym(services, client_ref)
        client = await _load_client(services, caller, client_ref)
        feature_names = services.model.current().feature_names
        features = {name: client.attributes.get(name) for name in feature_names}
        score_request = GatewayScoreRequest(
            caller.subject,
            Purpose.GATEWAY_SCORE,
            features,
            explain is BooleanParam.TRUE,
            request.state.trace,
            client.client_ref,
        )
        return _score_response(await services.score_service.score(score_request))

    return router


def _check_pseudonym(services: GatewayServices, client_ref: str | None) -> None:
    """Refuse, in production, what may be a customer number, before it gets anywhere. Raises ProblemError."""
    strict = services.config.environment == "production"
    if strict and client_ref is not None and not is_pseudonym(client_ref):
        raise ProblemError(
            422, ErrorCode.NOT_A_PSEUDONYM, "client_ref must be a pseudonym; customer numbers are not accepted"
        )


async def _load_client(services: GatewayServices, caller: Principal, client_ref: str) -> Client:
    """Return a client of the database. Raises ProblemError; a request for an unknown client is recorded too."""
    unknown = ProblemError(404, GatewayCode.CLIENT_UNKNOWN, "no client has this reference")
    try:
        msgspec.convert(client_ref, ClientRef)
        client_ref.encode()
    except (msgspec.ValidationError, UnicodeEncodeError):
        await services.audit.record(caller.subject, Purpose.GATEWAY_SCORE, AccessOutcome.NOT_FOUND)
        raise unknown from None
    try:
        client = await services.run_in_db_pool(find_client, services.engine, client_ref)
    except DatabaseError as error:
        raise to_problem(error) from error
    if client is None:
        await services.audit.record(caller.subject, Purpose.GATEWAY_SCORE, AccessOutcome.NOT_FOUND, client_ref)
        raise unknown
    return client


async def _check_feature_order(services: GatewayServices, model: ServedModel, scored: Scored) -> None:
    """Refuse a score of values that another model may have understood in another order. Raises ProblemError."""
    if scored.model.digest == model.bundle.ref.digest:
        return
    await asyncio.to_thread(services.model.reload_if_changed)
    now = services.model.current()
    if scored.model.digest != now.bundle.ref.digest or now.feature_names != model.feature_names:
        raise service_unavailable(
            GatewayCode.MODEL_UNAVAILABLE,
            "the response came from a different model than the one used to read the list of features; retry",
        )


def _score_response(scored: Scored) -> Response:
    return Response(encode(scored), media_type=JSON)


def json_response(content: Any) -> Response:
    """Return anything that msgspec can write as JSON."""
    return Response(msgspec.json.encode(content), media_type=JSON)
