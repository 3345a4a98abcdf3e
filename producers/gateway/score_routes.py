"""`POST /predict` and `POST /clients/{client_ref}/score`."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from contract.access import AccessOutcome, Purpose
from contract.codes import ErrorCode
from contract.headers import JSON
from contract.messages import MAX_REQUEST_BYTES, ClientRef, Scored, encode
from contract.pseudonyms import is_pseudonym
from db.clients import Client, find_client
from db.errors import DatabaseError
from producers.gateway.access_log_writer import Caller
from producers.gateway.problems import GatewayCode, ProblemError, to_problem
from producers.gateway.request_body import read_body, require_media_type
from producers.gateway.routing import (
    BODY_STATUSES,
    SCORING_STATUSES,
    TAG_SCORES,
    BooleanParam,
    CallerParam,
    GatewayRouter,
    schema_ref,
)
from producers.gateway.schemas import PredictRequest, decode_predict_request
from producers.gateway.score_service import GatewayScoreRequest
from producers.gateway.served_model import ServedModel
from producers.gateway.services import GatewayServices


def score_routes(services: GatewayServices) -> GatewayRouter:
    """Return the routes for one client at a time."""
    router = GatewayRouter(services.auth)

    @router.route(
        "POST",
        "/predict",
        "Score one client from its features",
        purpose=Purpose.GATEWAY_PREDICT,
        tag=TAG_SCORES,
        response={JSON: schema_ref(Scored)},
        body={JSON: schema_ref(PredictRequest)},
        statuses=(*BODY_STATUSES, *SCORING_STATUSES),
    )
    async def predict(request: Request, caller: CallerParam) -> Response:
        async with services.audit.record_invalid_requests(caller):
            require_media_type(request, JSON)
            body = decode_predict_request(await read_body(request, MAX_REQUEST_BYTES))
            check_pseudonym(services, body.client_ref)
            model = services.model.current()
            features = model.features_by_name(body.features)
        score_request = GatewayScoreRequest(
            caller, features, body.explain, request.state.trace, audited_ref=body.client_ref or ""
        )
        scored = await services.score_service.score(score_request)
        if isinstance(body.features, list):
            await _check_feature_order(services, model, scored)
        return _score_response(scored)

    @router.route(
        "POST",
        "/clients/{client_ref}/score",
        "Score a client of the database",
        purpose=Purpose.GATEWAY_SCORE,
        tag=TAG_SCORES,
        response={JSON: schema_ref(Scored)},
        statuses=(404, 422, *SCORING_STATUSES),
    )
    async def score_client(
        request: Request,
        client_ref: Annotated[str, Path(description="pseudonym of a client of the database", max_length=128)],
        caller: CallerParam,
        explain: BooleanParam = BooleanParam.TRUE,
    ) -> Response:
        async with services.audit.record_invalid_requests(caller):
            check_pseudonym(services, client_ref)
        client = await _load_client(services, caller, client_ref)
        features = {name: client.attributes.get(name) for name in services.model.current().feature_names}
        score_request = GatewayScoreRequest(
            caller, features, explain is BooleanParam.TRUE, request.state.trace, audited_ref=client.client_ref
        )
        return _score_response(await services.score_service.score(score_request))

    return router


def check_pseudonym(services: GatewayServices, client_ref: str | None) -> None:
    """Refuse, in production, what may be a customer number, before it is used or recorded. Raises ProblemError."""
    strict = services.config.environment == "production"
    if strict and client_ref is not None and not is_pseudonym(client_ref):
        raise ProblemError(
            ErrorCode.NOT_A_PSEUDONYM, "client_ref must be a pseudonym; customer numbers are not accepted"
        )


async def _load_client(services: GatewayServices, caller: Caller, client_ref: str) -> Client:
    """Return a client of the database. Raises ProblemError; a request for an unknown client is recorded too."""
    unknown = ProblemError(GatewayCode.CLIENT_UNKNOWN, "no client has this reference")
    try:
        msgspec.convert(client_ref, ClientRef)
        client_ref.encode()
    except (msgspec.ValidationError, UnicodeEncodeError):
        await services.audit.record(caller, AccessOutcome.NOT_FOUND)
        raise unknown from None
    try:
        client = await services.run_in_db_pool(find_client, services.engine, client_ref)
    except DatabaseError as error:
        raise to_problem(error) from error
    if client is None:
        await services.audit.record(caller, AccessOutcome.NOT_FOUND, client_ref)
        raise unknown
    return client


async def _check_feature_order(services: GatewayServices, model: ServedModel, scored: Scored) -> None:
    """Refuse a score of values that another model may have understood in another order. Raises ProblemError."""
    if scored.model.digest == model.bundle.ref.digest:
        return
    await asyncio.to_thread(services.model.reload_if_changed)
    now = services.model.current()
    if scored.model.digest != now.bundle.ref.digest or now.feature_names != model.feature_names:
        raise ProblemError(
            GatewayCode.MODEL_UNAVAILABLE,
            "the response came from a different model than the one used to read the list of features; retry",
        )


def _score_response(scored: Scored) -> Response:
    return Response(encode(scored), media_type=JSON)
