"""The ASGI application: routes, error handlers, middleware."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp

from contract.codes import ErrorCode
from contract.messages import FieldError
from contract.settings import Settings
from producers.gateway.access_log_writer import AccessLogWriter
from producers.gateway.batch.route import batch_routes
from producers.gateway.client_routes import client_routes
from producers.gateway.docs_page import docs_routes
from producers.gateway.info_routes import info_routes
from producers.gateway.lanes import Lanes
from producers.gateway.middleware import AllowedHosts, GatewayMiddleware
from producers.gateway.problems import GatewayCode, ProblemError, to_problem
from producers.gateway.score_routes import score_routes
from producers.gateway.services import GatewayServices

log = logging.getLogger(__name__)

DESCRIPTION = """\
Score requests over HTTP, answered by the same workers and with the same numbers as over Kafka. No score is stored.
A caller with the scope for it keeps the bank's client data up to date.

Errors are problem details (RFC 9457) with a stable `code`. `X-Request-Id` and `traceparent` are echoed or generated."""


def build_app(config: Settings, lanes: Lanes) -> ASGIApp:
    """Return the application. Call it in the event loop that serves it."""
    services = GatewayServices(config, lanes)
    tls = config.tls_cert is not None or config.behind_tls_proxy
    return GatewayMiddleware(build_api(services), services.metrics, services.audit, hosts=AllowedHosts(config), tls=tls)


def build_api(services: GatewayServices) -> FastAPI:
    """Return the routes and error handlers, without the middleware."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with services.lifespan():
            yield

    app = FastAPI(
        title="NeoScore",
        version=version("neoscore"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    routers = [make(services).router for make in (score_routes, batch_routes, client_routes, info_routes)]
    routers.append(docs_routes(app, services))
    for router in routers:
        app.include_router(router)
    routes = [route for router in routers for route in router.routes if isinstance(route, Route)]
    app.add_exception_handler(ProblemError, error_handler)
    app.add_exception_handler(HTTPException, partial(http_error_handler, routes))
    app.add_exception_handler(RequestValidationError, partial(validation_error_handler, services.audit))
    app.add_exception_handler(Exception, error_handler)
    return app


async def validation_error_handler(audit: AccessLogWriter, request: Request, error: Exception) -> Response:
    """Name the invalid parameter, never its value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for no other
    await audit.record_refusal(request.state.caller)
    detail = "invalid value; see /openapi.json"
    names = sorted({str(found["loc"][-1])[:64] for found in error.errors()})
    fields = [FieldError(name, ErrorCode.INVALID_MESSAGE, detail) for name in names]
    problem = ProblemError(ErrorCode.INVALID_MESSAGE, "invalid parameter", fields)
    return problem.to_response(request.state.trace.request_id)


async def error_handler(request: Request, error: Exception) -> Response:
    """Respond to an error of the application; an unexpected one is logged by its type only."""
    problem = to_problem(error)
    if problem.status == 500:
        log.error("unhandled exception: %s", type(error).__name__)
    return problem.to_response(request.state.trace.request_id)


async def http_error_handler(routes: Sequence[Route], request: Request, error: Exception) -> Response:
    """Respond to what the router refuses: an unknown path or method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for no other
    if error.status_code == 405:
        allowed = {"Allow": ", ".join(_allowed_methods(routes, request))}
        problem = ProblemError(GatewayCode.METHOD_NOT_ALLOWED, "method not allowed", headers=allowed)
    else:
        problem = ProblemError(GatewayCode.NOT_FOUND, "not found")
    return problem.to_response(request.state.trace.request_id)


def _allowed_methods(routes: Sequence[Route], request: Request) -> list[str]:
    """Return the methods of all routes of the request's path: the router's own answer knows the first of them only."""
    found = [route.methods or () for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for methods in found for method in methods})
