"""`GET /model`, `/healthz`, `/readyz`, `/metrics` and `/audit`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from contract.access import AccessOutcome, Purpose
from db.access_log import verify_chain
from db.errors import DatabaseError
from producers.gateway.openapi import AUDIT, HEALTH, METRICS, MODEL, READY, TEXT_PLAIN
from producers.gateway.problems import to_problem
from producers.gateway.readiness import ReadinessChecker
from producers.gateway.schemas import AccessLogStatus, FeatureInfo, ModelInfo, ModelQuality
from producers.gateway.score_routes import json_response
from producers.gateway.served_model import ServedModel
from producers.gateway.services import GatewayServices
from producers.gateway.tokens import Principal


def info_routes(services: GatewayServices) -> APIRouter:
    """Return the routes that give no score."""
    router = APIRouter()
    readiness = ReadinessChecker(services)
    may_read_model = services.auth.require_scope(Purpose.GATEWAY_MODEL)
    may_operate = services.auth.require_scope(Purpose.GATEWAY_METRICS)
    may_audit = services.auth.require_scope(Purpose.GATEWAY_AUDIT)

    @router.get("/model", **MODEL)
    async def model(caller: Annotated[Principal, Depends(may_read_model)]) -> Response:
        return json_response(model_info(services.model.current()))

    @router.get("/healthz", **HEALTH)
    async def healthz() -> Response:
        return Response("ok\n", media_type=TEXT_PLAIN)

    @router.get("/readyz", **READY)
    async def readyz() -> Response:
        found = await readiness.check()
        response = json_response(found)
        response.status_code = 200 if found.ready else 503
        return response

    @router.get("/metrics", **METRICS)
    async def metrics(caller: Annotated[Principal, Depends(may_operate)]) -> Response:
        return Response(services.metrics.render(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    @router.get("/audit", **AUDIT)
    async def audit(caller: Annotated[Principal, Depends(may_audit)]) -> Response:
        await services.audit.record(caller.subject, Purpose.GATEWAY_AUDIT, AccessOutcome.SHOWN)
        try:
            chain = await services.run_in_db_pool(verify_chain, services.engine)
        except DatabaseError as error:
            raise to_problem(error) from error
        status = AccessLogStatus(
            intact=chain.intact, entries=chain.entries, head=chain.head, first_invalid_entry=chain.first_invalid
        )
        return json_response(status)

    return router


def model_info(model: ServedModel) -> ModelInfo:
    """Return what callers need to know of a model."""
    bundle = model.bundle
    metrics = bundle.metrics
    return ModelInfo(
        model=bundle.ref,
        threshold=metrics.threshold,
        quality=ModelQuality(
            metrics.roc_auc.mean, metrics.ks.mean, metrics.brier.mean, metrics.rows, metrics.default_rate
        ),
        features=[
            FeatureInfo(
                name=feature.name,
                type=feature.type,
                label=feature.label.en,
                unit=feature.unit,
                minimum=feature.minimum,
                maximum=feature.maximum,
                levels=[level.value for level in feature.levels],
                missing_allowed=feature.missing_allowed,
            )
            for feature in bundle.schema.model_features
        ],
        example={"features": model.example_features()},
    )
