"""`GET /model`, `/healthz`, `/readyz`, `/metrics` and `/audit`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from db.access_log import verify_chain
from db.errors import DatabaseError
from producers.gateway.facts import ChainFacts, FeatureFacts, ModelFacts, Quality
from producers.gateway.model import Model
from producers.gateway.openapi import AUDIT, HEALTH, METRICS, MODEL, PROMETHEUS, READY
from producers.gateway.problems import problem_of
from producers.gateway.readiness import ReadinessProbe
from producers.gateway.routes import json_response
from producers.gateway.services import Services
from producers.gateway.tokens import Caller, Scope


def page_routes(services: Services) -> APIRouter:
    """Return the routes that give no score."""
    router = APIRouter()
    probe = ReadinessProbe(services)
    may_read_model = services.guard.require("gateway model", Scope.SCORE, Scope.BATCH)
    may_operate = services.guard.require("gateway metrics", Scope.OPERATIONS)
    may_audit = services.guard.require("gateway audit", Scope.AUDIT)

    @router.get("/model", **MODEL)
    async def model(caller: Annotated[Caller, Depends(may_read_model)]) -> Response:
        return json_response(facts_of(services.model.current()))

    @router.get("/healthz", **HEALTH)
    async def healthz() -> Response:
        return Response("ok\n", media_type=PROMETHEUS)

    @router.get("/readyz", **READY)
    async def readyz() -> Response:
        found = await probe.look()
        response = json_response(found)
        response.status_code = 200 if found.ready else 503
        return response

    @router.get("/metrics", **METRICS)
    async def metrics(caller: Annotated[Caller, Depends(may_operate)]) -> Response:
        return Response(services.metrics.render(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    @router.get("/audit", **AUDIT)
    async def audit(caller: Annotated[Caller, Depends(may_audit)]) -> Response:
        await services.audit.record(caller.name, "gateway audit", "shown")
        try:
            chain = await services.in_database(verify_chain, services.engine)
        except DatabaseError as error:
            raise problem_of(error) from error
        facts = ChainFacts(sound=chain.intact, entries=chain.entries, head=chain.head, broken_at=chain.first_invalid)
        return json_response(facts)

    return router


def facts_of(model: Model) -> ModelFacts:
    """Return what callers need to know of a model."""
    bundle = model.bundle
    metrics = bundle.metrics
    return ModelFacts(
        model=bundle.ref,
        threshold=metrics.threshold,
        quality=Quality(metrics.roc_auc.mean, metrics.ks.mean, metrics.brier.mean, metrics.rows, metrics.default_rate),
        features=[
            FeatureFacts(
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
        example={"features": model.example()},
    )
