"""The application: every route, and the door around them."""

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
from producers.gateway.audit import Audit
from producers.gateway.batch.route import batch_routes
from producers.gateway.docs_page import docs_routes
from producers.gateway.door import Door, on_error, on_http_error, problem_response
from producers.gateway.pages import page_routes
from producers.gateway.problems import Problem
from producers.gateway.routes import score_routes
from producers.gateway.services import Services

DESCRIPTION = """\
Score requests over HTTP, answered by the same workers, with the same numbers, as those on Kafka. No score is stored.

Errors are problem details (RFC 9457) with a stable `code`. `X-Request-Id` and `traceparent` are echoed, or made up."""


def build_app(config: Settings) -> ASGIApp:
    """Return the application. To be called in the event loop that serves it."""
    services = Services(config)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with services.running():
            yield

    app = FastAPI(
        title="NeoScore",
        version=version("neoscore"),
        description=DESCRIPTION,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.include_router(score_routes(services))
    app.include_router(batch_routes(services))
    app.include_router(page_routes(services))
    app.include_router(docs_routes(app, services))
    app.add_exception_handler(Problem, on_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, partial(_on_invalid_parameter, services.audit))
    app.add_exception_handler(Exception, on_error)
    return Door(app, services.metrics, services.audit, tls=config.tls_cert is not None or config.tls_proxy)


async def _on_invalid_parameter(audit: Audit, request: Request, error: Exception) -> Response:
    """Name the parameter at fault, never its value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for no other
    await audit.refuse(*request.state.access)
    detail = "expected what the interface's document says"
    names = sorted({str(fault["loc"][-1])[:64] for fault in error.errors()})
    fields = [FieldError(name, ErrorCode.INVALID_MESSAGE, detail) for name in names]
    problem = Problem(422, ErrorCode.INVALID_MESSAGE, "a parameter is at fault", fields)
    return problem_response(problem, request.state.trace)
