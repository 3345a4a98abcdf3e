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

from contract.headers import ARROW, JSON
from contract.ids import UUID_PATTERN
from contract.messages import Contribution, ModelRef, Scored
from contract.schema import Feature, FeatureSchema, FeatureType
from producers.gateway.asking import Asked
from producers.gateway.batch.formats import CSV, JSON_LINES
from producers.gateway.facts import ChainFacts, ModelFacts, Readiness
from producers.gateway.model import Model
from producers.gateway.problems import MEDIA_TYPE, ProblemDocument
from producers.gateway.tokens import Scope

REF = "#/components/schemas/{name}"

PROMETHEUS = "text/plain"

EXAMPLE_REF = "0123456789abcdef0123456789abcdef"
"""Nobody's, in the form of a pseudonym, which production wants."""

_WHY = {
    400: "cannot be read",
    401: "no valid token",
    403: "the token lacks the scope",
    404: "unknown to the database, or no such page",
    406: "none of the formats asked for can be had",
    408: "the body came too slowly",
    413: "the body is too large",
    415: "the body is of a type, or in an encoding, that is not read here",
    422: "the request is at fault; `fields` names each feature at fault",
    431: "too many header fields, or too long ones",
    500: "the gateway failed",
    502: "the scorer failed; the same request may succeed later",
    503: "a part is away or the lane is full; `Retry-After` says when to ask again",
    504: "no worker answered in time",
}

_GUARDED = (401, 403, 431, 500, 503)
_BODY = (400, 408, 413, 415, 422)


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": REF.format(name=kind.__name__)}


def _problems(codes: Iterable[int]) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA_TYPE: {"schema": _ref(ProblemDocument)}}
    described: dict[int | str, dict[str, Any]] = {}
    for code in sorted(codes):
        described[code] = {"description": f"{HTTPStatus(code).phrase}: {_WHY[code]}", "content": content}
        if code == 401:
            described[code]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
        if code == 503:
            described[code]["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return described


def _route(
    tag: str,
    summary: str,
    answer: Mapping[str, Any],
    codes: Iterable[int],
    scopes: Iterable[Scope] = (),
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


SCORES, ABOUT, RUNNING = "Scores", "The model", "Operations and audit"
"""How the document groups its operations."""

PREDICT = _route(
    SCORES,
    "The probability of default of one client, from its features",
    {JSON: {"schema": _ref(Scored)}},
    (*_GUARDED, *_BODY, 502, 504),
    [Scope.SCORE],
    {JSON: {"schema": _ref(Asked)}},
)

CLIENT_SCORE = _route(
    SCORES,
    "The probability of default of a client of the database",
    {JSON: {"schema": _ref(Scored)}},
    (*_GUARDED, 404, 422, 502, 504),
    [Scope.SCORE],
)

_UPLOAD = {
    JSON_LINES: {"schema": {"type": "string", "description": "a line for each row, as the body of `POST /predict`"}},
    CSV: {"schema": {"type": "string", "description": "a header with `client_ref` and feature names, a line a row"}},
    ARROW: {"schema": {"type": "string", "format": "binary", "description": "an Arrow IPC stream, a column a feature"}},
}

BATCHES = _route(
    SCORES,
    "The probabilities of default of many clients\n"
    "Answers come in the order of the rows, in the format asked for by `Accept`, while the upload is still under way. "
    "Each row has one; what is wrong with a row does not touch the others. Nothing is kept on a disk. An answer "
    "without its end was broken off.",
    {media_type: {"schema": {"type": "string"}} for media_type in _UPLOAD},
    (*_GUARDED, *_BODY, 406, 504),
    [Scope.BATCH],
    _UPLOAD,
)

MODEL = _route(
    ABOUT,
    "What the model is, which features it reads, and a request that runs",
    {JSON: {"schema": _ref(ModelFacts)}},
    _GUARDED,
    [Scope.SCORE, Scope.BATCH],
)

HEALTH = _route(RUNNING, "Is the gateway alive?", {PROMETHEUS: {"schema": {"type": "string"}}}, (431, 500))

READY = _route(RUNNING, "Can a request be answered now?", {JSON: {"schema": _ref(Readiness)}}, (431, 500))
READY["responses"][503] = {"description": "something is away", "content": {JSON: {"schema": _ref(Readiness)}}}

METRICS = _route(
    RUNNING,
    "Metrics in Prometheus' text format",
    {PROMETHEUS: {"schema": {"type": "string"}}},
    _GUARDED,
    [Scope.OPERATIONS],
)

AUDIT = _route(
    RUNNING,
    "Is the access log unaltered, and what is its head?\n"
    "Keep the head elsewhere: it proves that nobody cut off the end.",
    {JSON: {"schema": _ref(ChainFacts)}},
    _GUARDED,
    [Scope.AUDIT],
)


def document(app: FastAPI, model: Model | None, *, guarded: bool) -> dict[str, Any]:
    """Return the document. Without a model at hand, features are not told apart."""
    made = get_openapi(title="NeoScore", version=app.version, description=app.description, routes=app.routes)
    components = made.setdefault("components", {}).setdefault("schemas", {})
    kinds = (Asked, Scored, Contribution, ModelRef, ProblemDocument, ModelFacts, Readiness, ChainFacts)
    components.update(msgspec.json.schema_components(kinds, ref_template=REF)[1])
    components["Scored"]["properties"]["request_id"] = {"type": "string", "pattern": UUID_PATTERN}
    _describe_body(components, model)
    if guarded:
        made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for path in made["paths"].values():
        for operation in path.values():
            if operation.pop("x-scopes", None) and guarded:
                operation["security"] = [{"token": []}]
    if model is not None:
        _give_examples(made["paths"], model)
    return made


def _describe_body(components: dict[str, Any], model: Model | None) -> None:
    features = components["Asked"]["properties"]["features"]
    if model is None:
        return
    schema = model.bundle.schema
    components["Features"] = features_schema(schema)
    ordered = [feature_schema(feature) for feature in schema.model_features]
    components["FeatureValues"] = {
        "type": "array",
        "description": "the values alone, in this order: " + ", ".join(model.names),
        "prefixItems": ordered,
        "minItems": len(ordered),
        "maxItems": len(ordered),
    }
    features.pop("type", None)
    features["anyOf"] = [{"$ref": REF.format(name=name)} for name in ("Features", "FeatureValues")]


def features_schema(schema: FeatureSchema) -> dict[str, Any]:
    """Return the JSON Schema of features by name."""
    read = {feature.name: feature_schema(feature) for feature in schema.model_features}
    ignored = {f.name: {"description": "taken, and not read by the model"} for f in schema if not f.in_model}
    return {
        "type": "object",
        "properties": {**read, **ignored},
        "required": [feature.name for feature in schema.model_features if not feature.missing_allowed],
        "additionalProperties": False,
    }


def feature_schema(feature: Feature) -> dict[str, Any]:
    """Return the JSON Schema of one feature's value: what contract.encoding takes."""
    unit = f" ({feature.unit})" if feature.unit else ""
    described: dict[str, Any] = {"description": f"{feature.label.en}{unit}"}
    nothing = [None] if feature.missing_allowed else []
    if feature.type is FeatureType.CHOICE:
        levels: list[Any] = [level.value for level in feature.levels]
        numbers = [int(level) for level in levels if level.removeprefix("-").isdecimal() and str(int(level)) == level]
        return described | {"enum": [*levels, *numbers, *nothing]}
    kind = str(feature.type)
    bounds = {"minimum": feature.minimum, "maximum": feature.maximum}
    return described | {"type": [kind, "null"] if nothing else kind, **bounds}


def _give_examples(paths: dict[str, Any], model: Model) -> None:
    features = model.example()
    by_name = {"client_ref": EXAMPLE_REF, "features": features}
    content = paths["/predict"]["post"]["requestBody"]["content"]
    content[JSON]["examples"] = {
        "names": {"summary": "features by name", "value": by_name},
        "list": {"summary": "the values alone", "value": {"features": list(features.values()), "explain": False}},
    }
    uploads = paths["/batches"]["post"]["requestBody"]["content"]
    uploads[JSON_LINES]["example"] = msgspec.json.encode(by_name).decode() + "\n"
    header = ",".join(["client_ref", *features])
    uploads[CSV]["example"] = f"{header}\n{','.join(map(str, [EXAMPLE_REF, *features.values()]))}\n"
