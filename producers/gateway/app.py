"""The ASGI application: routes, error handlers, middleware."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from contract.codes import ErrorCode
from contract.messages import FieldError
from contract.settings import Settings
from producers.gateway.access_log_writer import AccessLogWriter
from producers.gateway.batch.route import batch_routes
from producers.gateway.docs_page import docs_routes
from producers.gateway.info_routes import info_routes
from producers.gateway.lanes import Lanes
from producers.gateway.middleware import GatewayMiddleware, error_handler, http_error_handler, problem_response
from producers.gateway.problems import ProblemError
from producers.gateway.score_routes import score_routes
from producers.gateway.services import GatewayServices

DESCRIPTION = """\
Score requests over HTTP, answered by the same workers and with the same numbers as over Kafka. No score is stored.

Errors are problem details (RFC 9457) with a stable `code`. `X-Request-Id` and `traceparent` are echoed or generated."""


def build_app(config: Settings, lanes: Lanes) -> ASGIApp:
    """Return the application. Call it in the event loop that serves it."""
    services = GatewayServices(config, lanes)

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
    app.include_router(score_routes(services))
    app.include_router(batch_routes(services))
    app.include_router(info_routes(services))
    app.include_router(docs_routes(app, services))
    app.add_exception_handler(ProblemError, error_handler)
    app.add_exception_handler(HTTPException, http_error_handler)
    app.add_exception_handler(RequestValidationError, partial(validation_error_handler, services.audit))
    app.add_exception_handler(Exception, error_handler)
    return GatewayMiddleware(
        app, services.metrics, services.audit, tls=config.tls_cert is not None or config.behind_tls_proxy
    )


async def validation_error_handler(audit: AccessLogWriter, request: Request, error: Exception) -> Response:
    """Name the invalid parameter, never its value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for no other
    await audit.record_refusal(*request.state.audit_context)
    detail = "invalid value; see /openapi.json"
    names = sorted({str(fault["loc"][-1])[:64] for fault in error.errors()})
    fields = [FieldError(name, ErrorCode.INVALID_MESSAGE, detail) for name in names]
    problem = ProblemError(422, ErrorCode.INVALID_MESSAGE, "invalid parameter", fields)
    return problem_response(problem, request.state.trace)
