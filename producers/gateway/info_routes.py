"""`GET /model`, `/healthz`, `/readyz`, `/metrics` and `/audit`."""

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from contract.access import AccessOutcome, Purpose
from contract.headers import JSON
from db.access_log_chain import verify_chain
from db.errors import DatabaseError
from producers.gateway.problems import to_problem
from producers.gateway.readiness import ReadinessChecker
from producers.gateway.routing import (
    PLAIN_TEXT,
    TAG_MODEL,
    TAG_OPERATIONS,
    TEXT_PLAIN,
    CallerParam,
    GatewayRouter,
    json_response,
    schema_ref,
)
from producers.gateway.schemas import AccessLogStatus, FeatureInfo, ModelInfo, ModelQuality, Readiness
from producers.gateway.served_model import ServedModel
from producers.gateway.services import GatewayServices


def info_routes(services: GatewayServices) -> GatewayRouter:
    """Return the routes that return no score."""
    router = GatewayRouter(services.auth)
    readiness = ReadinessChecker(services)

    @router.route(
        "GET",
        "/model",
        "The active model, its features, and a valid request",
        purpose=Purpose.GATEWAY_MODEL,
        tag=TAG_MODEL,
        response={JSON: schema_ref(ModelInfo)},
    )
    async def model() -> Response:
        return json_response(model_info(services.model.current()))

    @router.route("GET", "/healthz", "Liveness probe", tag=TAG_OPERATIONS, response={TEXT_PLAIN: PLAIN_TEXT})
    async def healthz() -> Response:
        return Response("ok\n", media_type=TEXT_PLAIN)

    @router.route(
        "GET",
        "/readyz",
        "Readiness probe",
        tag=TAG_OPERATIONS,
        response={JSON: schema_ref(Readiness)},
        unready={JSON: schema_ref(Readiness)},
    )
    async def readyz() -> Response:
        found = await readiness.check()
        return json_response(found, 200 if found.ready else 503)

    @router.route(
        "GET",
        "/metrics",
        "Metrics in the Prometheus text format",
        purpose=Purpose.GATEWAY_METRICS,
        tag=TAG_OPERATIONS,
        response={TEXT_PLAIN: PLAIN_TEXT},
    )
    async def metrics() -> Response:
        try:
            services.metrics.reading(await services.run_in_db_pool(services.reading.report))
        except DatabaseError:
            services.metrics.reading(None)
        return Response(services.metrics.render(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    @router.route(
        "GET",
        "/audit",
        "Verify the hash chain of the access log",
        description="Store the head hash outside the database: a later check against it proves that no entry up to it "
        "was removed or changed.",
        purpose=Purpose.GATEWAY_AUDIT,
        tag=TAG_OPERATIONS,
        response={JSON: schema_ref(AccessLogStatus)},
    )
    async def audit(caller: CallerParam) -> Response:
        await services.audit.record(caller, AccessOutcome.SHOWN)
        try:
            chain = await services.run_in_db_pool(verify_chain, services.engine)
        except DatabaseError as error:
            raise to_problem(error) from error
        return json_response(
            AccessLogStatus(
                intact=chain.intact, entries=chain.entries, head=chain.head, first_invalid_entry=chain.first_invalid
            )
        )

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
                label=feature.label["en"],
                unit=feature.unit,
                minimum=feature.minimum,
                maximum=feature.maximum,
                codes={code: words["en"] if words else None for code, words in feature.codes.items()},
                outside=feature.outside,
                levels=[level.value for level in feature.levels],
                other_level=feature.other_level,
                missing_allowed=feature.missing_allowed,
            )
            for feature in bundle.schema.model_features
        ],
        example={"features": model.example_features()},
    )
