"""Declaring routes: each states its path, purpose and document once; scopes, audit and OpenAPI follow from that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from contract.access import ROUTE_SCOPES, Purpose
from contract.headers import JSON, PROBLEM_JSON
from producers.gateway.access_log_writer import Caller
from producers.gateway.auth import BearerAuth
from producers.gateway.problems import ProblemDetails

Content = Mapping[str, Any]
"""Media type → OpenAPI media type object."""

TAG_SCORES, TAG_CLIENTS, TAG_MODEL, TAG_OPERATIONS = "Scores", "Clients", "The model", "Operations and audit"

TAGS = {
    TAG_SCORES: "Score one client or many.",
    TAG_CLIENTS: "Keep the bank's client data up to date.",
    TAG_MODEL: "The active model and its features.",
    TAG_OPERATIONS: "Probes, metrics and the access log.",
}

TEXT_PLAIN = "text/plain"
PLAIN_TEXT = {"schema": {"type": "string"}}

BODY_STATUSES = (400, 408, 413, 415, 422)
"""Errors of a request that has a body."""

SCORING_STATUSES = (502, 504)
"""Errors of a request that a worker scores."""

_GUARDED_STATUSES = (401, 403, 429, 503)
_ALL_STATUSES = (421, 431, 500)

_DESCRIPTIONS = {
    400: "the body or the path cannot be read",
    401: "no valid token",
    403: "the token lacks the scope",
    404: "no client has this reference",
    406: "no acceptable format",
    408: "the body arrived too slowly, or the upload took too long",
    413: "the body is too large",
    415: "unsupported media type or content encoding",
    422: "invalid request; `fields` names each invalid feature",
    421: "the `Host` field names another server",
    429: "this caller sent too many requests within a minute, or has too many uploads in progress; `Retry-After` says "
    "when to retry",
    431: "too many or too large header fields",
    500: "internal server error",
    502: "scoring failed; the same request may succeed later",
    503: "a component is unavailable or the lane is full; `Retry-After` says when to retry",
    504: "timed out waiting for a worker",
}

_HEADERS = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}

Handler = TypeVar("Handler", bound=Callable[..., Any])


class BooleanParam(StrEnum):
    """A query parameter that is true or false, in the only two spellings."""

    TRUE = "true"
    FALSE = "false"


def schema_ref(kind: type) -> dict[str, Any]:
    """Return the OpenAPI media type object of a Struct."""
    return {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}


def json_response(content: Any, status: int = 200) -> Response:
    """Return anything that msgspec can encode as JSON."""
    return Response(msgspec.json.encode(content), status, media_type=JSON)


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CallerParam = Annotated[Caller, Depends(_caller)]
"""Parameter of a handler whose route has a purpose: who calls it, and for what."""


class GatewayRouter:
    """Routes of one part of the gateway."""

    def __init__(self, auth: BearerAuth) -> None:
        self.router = APIRouter()
        self._auth = auth

    def route(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        purpose: Purpose | None = None,
        tag: str,
        response: Content | None = None,
        success: Sequence[int] = (200,),
        body: Content | None = None,
        statuses: Iterable[int] = (),
        unready: Content | None = None,
        description: str = "",
    ) -> Callable[[Handler], Handler]:
        """Register a handler for a path.

        `success`: the statuses of a success, each with the body `response`, or without one. `purpose`: what a call is
        recorded as; it decides the scopes, and a route without one is public. `statuses`:
        errors beyond those that every route has. `unready`: body of the 503 of a probe.
        """
        scopes = ROUTE_SCOPES[purpose] if purpose else ()
        needs = f"Needs the scope {' or '.join(f'`{scope}`' for scope in scopes)}." if scopes else ""
        errors = {*_ALL_STATUSES, *(_GUARDED_STATUSES if purpose else ()), *statuses}
        responses: dict[int | str, dict[str, Any]] = {
            status: {"description": HTTPStatus(status).phrase, **({"content": response} if response else {})}
            for status in success
        }
        responses |= {status: _error(status) for status in sorted(errors)}
        if unready:
            responses[503] = {"description": "Not ready", "content": unready}
        extra: dict[str, Any] = {"x-scopes": [str(scope) for scope in scopes]}
        if body:
            extra["requestBody"] = {"required": True, "content": body}

        def register(handler: Handler) -> Handler:
            self.router.add_api_route(
                path,
                handler,
                methods=[method],
                status_code=success[0],
                dependencies=[Depends(self._auth.authenticate_for(purpose))] if purpose else [],
                tags=[tag],
                summary=summary,
                description=f"{description}\n\n{needs}".strip(),
                operation_id=handler.__name__,
                response_class=Response,
                responses=responses,
                openapi_extra=extra,
            )
            return handler

        return register


def _error(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}: {_DESCRIPTIONS[status]}",
        "content": {PROBLEM_JSON: schema_ref(ProblemDetails)},
    }
    if status in _HEADERS:
        described["headers"] = {_HEADERS[status]: {"schema": {"type": "string"}}}
    return described
