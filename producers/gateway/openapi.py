"""The OpenAPI 3.1 document: routes from FastAPI, bodies from the contract, features from the active model.

FastAPI does not parse the bodies: the contract's decoders do, so that HTTP accepts what Kafka accepts.
"""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from contract.headers import CSV, JSON, JSON_LINES
from contract.ids import UUID_PATTERN
from contract.messages import Contribution, ModelRef, Scored
from contract.schema import Feature, FeatureSchema, FeatureType
from db.client_rows import storable
from producers.gateway.problems import ProblemDetails
from producers.gateway.routing import TAGS
from producers.gateway.schemas import AccessLogStatus, ClientData, ModelInfo, PredictRequest, Readiness, StoredClient
from producers.gateway.served_model import ServedModel

REF = "#/components/schemas/{name}"

EXAMPLE_CLIENT_REF = "0123456789abcdef0123456789abcdef"
"""Of no client, in the form of a pseudonym, which production requires."""


def build_openapi(app: FastAPI, model: ServedModel | None, *, requires_auth: bool) -> dict[str, Any]:
    """Return the document. Without a model it does not list features."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/"}],
        tags=[{"name": name, "description": description} for name, description in TAGS.items()],
        routes=app.routes,
    )
    components = document.setdefault("components", {}).setdefault("schemas", {})
    kinds = (
        PredictRequest, Scored, Contribution, ModelRef, ClientData, StoredClient, ProblemDetails, ModelInfo, Readiness,
        AccessLogStatus,
    )  # fmt: skip
    components.update(msgspec.json.schema_components(kinds, ref_template=REF)[1])
    components["Scored"]["properties"]["request_id"] = {"type": "string", "pattern": UUID_PATTERN}
    _add_feature_schemas(components, model)
    if requires_auth:
        document["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        }
    for path in document["paths"].values():
        for operation in path.values():
            scopes = operation.pop("x-scopes")
            operation["security"] = [{"token": []}] if scopes and requires_auth else []
    if model is not None:
        _add_examples(document["paths"], model)
    return document


def _add_feature_schemas(components: dict[str, Any], model: ServedModel | None) -> None:
    features = components["PredictRequest"]["properties"]["features"]
    if model is None:
        return
    schema = model.bundle.schema
    components["Features"] = features_json_schema(schema)
    components["StoredFeatures"] = features_json_schema(storable(schema))
    components["ClientData"]["properties"]["features"] = {"$ref": REF.format(name="StoredFeatures")}
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
    ignored = {f.name: {"description": "accepted, and not used by the model"} for f in schema if not f.in_model}
    return {
        "type": "object",
        "properties": {**read, **ignored},
        "required": [feature.name for feature in schema.model_features if not feature.missing_allowed],
        "additionalProperties": False,
    }


def feature_json_schema(feature: Feature) -> dict[str, Any]:
    """Return the JSON Schema of one feature's value: what contract.encoding takes."""
    unit = f" ({feature.unit})" if feature.unit else ""
    described: dict[str, Any] = {"description": f"{feature.label['en']}{unit}"}
    nothing = [None] if feature.missing_allowed else []
    if feature.type is FeatureType.CATEGORICAL:
        levels: list[Any] = [level.value for level in feature.levels]
        numbers = [int(level) for level in levels if level.removeprefix("-").isdecimal() and str(int(level)) == level]
        return described | {"enum": [*levels, *numbers, *nothing]}
    kind = str(feature.type)
    amount = {"type": kind, "minimum": feature.minimum, "maximum": feature.maximum}
    if not feature.codes:
        return described | amount | ({"type": [kind, "null"]} if nothing else {})
    codes = [float(code) for code in feature.codes]
    return described | {"anyOf": [amount, {"enum": [*codes, *nothing]}]}


def _add_examples(paths: dict[str, Any], model: ServedModel) -> None:
    features = model.example_features()
    by_name = {"client_ref": EXAMPLE_CLIENT_REF, "features": features}
    content = paths["/predict"]["post"]["requestBody"]["content"]
    content[JSON]["examples"] = {
        "names": {"summary": "features by name", "value": by_name},
        "list": {"summary": "the values alone", "value": {"features": list(features.values()), "explain": False}},
    }
    client = paths["/clients/{client_ref}"]["put"]["requestBody"]["content"]
    client[JSON]["example"] = {"features": features}
    uploads = paths["/batches"]["post"]["requestBody"]["content"]
    uploads[JSON_LINES]["example"] = msgspec.json.encode(by_name).decode() + "\n"
    header = ",".join(["client_ref", *features])
    uploads[CSV]["example"] = f"{header}\n{','.join(map(str, [EXAMPLE_CLIENT_REF, *features.values()]))}\n"
