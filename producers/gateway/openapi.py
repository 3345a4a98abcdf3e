"""The OpenAPI 3.1 document: the routes as FastAPI knows them, bodies as the contract and the model's schema have them.

FastAPI does not read the bodies: the contract's own decoders do, so that HTTP takes what Kafka takes.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from contract.access import TokenScope
from contract.headers import ARROW, CSV, JSON, JSON_LINES, PROBLEM_JSON
from contract.ids import UUID_PATTERN
from contract.messages import Contribution, ModelRef, Scored
from contract.schema import Feature, FeatureSchema, FeatureType
from producers.gateway.problems import ProblemDetails
from producers.gateway.schemas import AccessLogStatus, ModelInfo, Readiness
from producers.gateway.score_service import PredictRequest
from producers.gateway.served_model import ServedModel

REF = "#/components/schemas/{name}"

TEXT_PLAIN = "text/plain"

EXAMPLE_CLIENT_REF = "0123456789abcdef0123456789abcdef"
"""Nobody's, in the form of a pseudonym, which production wants."""

_STATUS_DESCRIPTIONS = {
    400: "cannot be read",
    401: "no valid token",
    403: "the token lacks the scope",
    404: "no client has this reference, or no such path",
    406: "no acceptable format",
    408: "the request body timed out",
    413: "the body is too large",
    415: "unsupported media type or content encoding",
    422: "invalid request; `fields` names each invalid feature",
    431: "too many or too large header fields",
    500: "internal server error",
    502: "scoring failed; the same request may succeed later",
    503: "a component is unavailable or the lane is full; `Retry-After` says when to retry",
    504: "timed out waiting for a worker",
}

_AUTH_STATUSES = (401, 403, 431, 500, 503)
_BODY_STATUSES = (400, 408, 413, 415, 422)


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": REF.format(name=kind.__name__)}


def _problems(codes: Iterable[int]) -> dict[int | str, dict[str, Any]]:
    content = {PROBLEM_JSON: {"schema": _ref(ProblemDetails)}}
    described: dict[int | str, dict[str, Any]] = {}
    for code in sorted(codes):
        described[code] = {
            "description": f"{HTTPStatus(code).phrase}: {_STATUS_DESCRIPTIONS[code]}",
            "content": content,
        }
        if code == 401:
            described[code]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
        if code == 503:
            described[code]["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return described


def _operation(
    tag: str,
    summary: str,
    answer: Mapping[str, Any],
    codes: Iterable[int],
    scopes: Iterable[TokenScope] = (),
    body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the arguments of a FastAPI route."""
    extra: dict[str, Any] = {"x-scopes": [str(scope) for scope in scopes]}
    if body:
        extra["requestBody"] = {"required": True, "content": body}
    needs = f"\n\nNeeds the scope {' or '.join(f'`{scope}`' for scope in scopes)}." if scopes else ""
    return {
        "tags": [tag],
        "summary": summary.partition("\n")[0],
        "description": summary.partition("\n")[2].strip() + needs,
        "response_description": "OK",
        "response_class": Response,
        "responses": {200: {"description": "OK", "content": answer}, **_problems(codes)},
        "openapi_extra": extra,
    }


TAG_SCORES, TAG_MODEL, TAG_OPERATIONS = "Scores", "The model", "Operations and audit"
"""How the document groups its operations."""

PREDICT = _operation(
    TAG_SCORES,
    "The probability of default of one client, from its features",
    {JSON: {"schema": _ref(Scored)}},
    (*_AUTH_STATUSES, *_BODY_STATUSES, 502, 504),
    [TokenScope.SCORE],
    {JSON: {"schema": _ref(PredictRequest)}},
)

CLIENT_SCORE = _operation(
    TAG_SCORES,
    "The probability of default of a client of the database",
    {JSON: {"schema": _ref(Scored)}},
    (*_AUTH_STATUSES, 404, 422, 502, 504),
    [TokenScope.SCORE],
)

_UPLOAD_CONTENT = {
    JSON_LINES: {"schema": {"type": "string", "description": "a line for each row, as the body of `POST /predict`"}},
    CSV: {"schema": {"type": "string", "description": "a header with `client_ref` and feature names, a line a row"}},
    ARROW: {"schema": {"type": "string", "format": "binary", "description": "an Arrow IPC stream, a column a feature"}},
}

BATCHES = _operation(
    TAG_SCORES,
    "The probabilities of default of many clients\n"
    "Results arrive in the order of the rows, in the format that `Accept` names, during the upload. "
    "Each row has one; an invalid row does not affect the others. Nothing is written to a disk. A response "
    "without its terminator is incomplete.",
    {media_type: {"schema": {"type": "string"}} for media_type in _UPLOAD_CONTENT},
    (*_AUTH_STATUSES, *_BODY_STATUSES, 406, 504),
    [TokenScope.BATCH],
    _UPLOAD_CONTENT,
)

MODEL = _operation(
    TAG_MODEL,
    "What the model is, which features it reads, and a request that runs",
    {JSON: {"schema": _ref(ModelInfo)}},
    _AUTH_STATUSES,
    [TokenScope.SCORE, TokenScope.BATCH],
)

HEALTH = _operation(TAG_OPERATIONS, "Liveness probe", {TEXT_PLAIN: {"schema": {"type": "string"}}}, (431, 500))

READY = _operation(TAG_OPERATIONS, "Readiness probe", {JSON: {"schema": _ref(Readiness)}}, (431, 500))
READY["responses"][503] = {"description": "Not ready", "content": {JSON: {"schema": _ref(Readiness)}}}

METRICS = _operation(
    TAG_OPERATIONS,
    "Metrics in the Prometheus text format",
    {TEXT_PLAIN: {"schema": {"type": "string"}}},
    _AUTH_STATUSES,
    [TokenScope.OPERATIONS],
)

AUDIT = _operation(
    TAG_OPERATIONS,
    "Verify the hash chain of the access log\n"
    "Store the head hash outside the database: a later check against it proves that no entry up to it was removed or "
    "changed.",
    {JSON: {"schema": _ref(AccessLogStatus)}},
    _AUTH_STATUSES,
    [TokenScope.AUDIT],
)


def build_openapi(app: FastAPI, model: ServedModel | None, *, requires_auth: bool) -> dict[str, Any]:
    """Return the document. Without a model at hand, features are not told apart."""
    document = get_openapi(title="NeoScore", version=app.version, description=app.description, routes=app.routes)
    components = document.setdefault("components", {}).setdefault("schemas", {})
    kinds = (PredictRequest, Scored, Contribution, ModelRef, ProblemDetails, ModelInfo, Readiness, AccessLogStatus)
    components.update(msgspec.json.schema_components(kinds, ref_template=REF)[1])
    components["Scored"]["properties"]["request_id"] = {"type": "string", "pattern": UUID_PATTERN}
    _add_feature_schemas(components, model)
    if requires_auth:
        document["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        }
    for path in document["paths"].values():
        for operation in path.values():
            if operation.pop("x-scopes", None) and requires_auth:
                operation["security"] = [{"token": []}]
    if model is not None:
        _add_examples(document["paths"], model)
    return document


def _add_feature_schemas(components: dict[str, Any], model: ServedModel | None) -> None:
    features = components["PredictRequest"]["properties"]["features"]
    if model is None:
        return
    schema = model.bundle.schema
    components["Features"] = features_json_schema(schema)
    ordered = [feature_json_schema(feature) for feature in schema.model_features]
    components["FeatureValues"] = {
        "type": "array",
        "description": "the values alone, in this order: " + ", ".join(model.feature_names),
        "prefixItems": ordered,
        "minItems": len(ordered),
        "maxItems": len(ordered),
    }
    features.pop("type", None)
    features["anyOf"] = [{"$ref": REF.format(name=name)} for name in ("Features", "FeatureValues")]


def features_json_schema(schema: FeatureSchema) -> dict[str, Any]:
    """Return the JSON Schema of features by name."""
    read = {feature.name: feature_json_schema(feature) for feature in schema.model_features}
    ignored = {f.name: {"description": "taken, and not read by the model"} for f in schema if not f.in_model}
    return {
        "type": "object",
        "properties": {**read, **ignored},
        "required": [feature.name for feature in schema.model_features if not feature.missing_allowed],
        "additionalProperties": False,
    }


def feature_json_schema(feature: Feature) -> dict[str, Any]:
    """Return the JSON Schema of one feature's value: what contract.encoding takes."""
    unit = f" ({feature.unit})" if feature.unit else ""
    described: dict[str, Any] = {"description": f"{feature.label.en}{unit}"}
    nothing = [None] if feature.missing_allowed else []
    if feature.type is FeatureType.CATEGORICAL:
        levels: list[Any] = [level.value for level in feature.levels]
        numbers = [int(level) for level in levels if level.removeprefix("-").isdecimal() and str(int(level)) == level]
        return described | {"enum": [*levels, *numbers, *nothing]}
    kind = str(feature.type)
    bounds = {"minimum": feature.minimum, "maximum": feature.maximum}
    return described | {"type": [kind, "null"] if nothing else kind, **bounds}


def _add_examples(paths: dict[str, Any], model: ServedModel) -> None:
    features = model.example_features()
    by_name = {"client_ref": EXAMPLE_CLIENT_REF, "features": features}
    content = paths["/predict"]["post"]["requestBody"]["content"]
    content[JSON]["examples"] = {
        "names": {"summary": "features by name", "value": by_name},
        "list": {"summary": "the values alone", "value": {"features": list(features.values()), "explain": False}},
    }
    uploads = paths["/batches"]["post"]["requestBody"]["content"]
    uploads[JSON_LINES]["example"] = msgspec.json.encode(by_name).decode() + "\n"
    header = ",".join(["client_ref", *features])
    uploads[CSV]["example"] = f"{header}\n{','.join(map(str, [EXAMPLE_CLIENT_REF, *features.values()]))}\n"
