"""Around every request: its id and trace, what its head may be, the headers of every answer, and errors as problems."""

import logging
import time
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from producers.gateway.audit import Audit
from producers.gateway.limits import MAX_HEADER_BYTES, MAX_HEADERS
from producers.gateway.metrics import OTHER, Metrics
from producers.gateway.problems import MEDIA_TYPE, GatewayCode, Problem, problem_of
from producers.gateway.trace import Trace, begin_trace

log = logging.getLogger(__name__)

PURPOSE = "gateway request"
"""What is refused before anybody looks at what is asked for."""

_ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

_TLS = ((b"strict-transport-security", b"max-age=31536000"),)
"""For a year; without subdomains, which may be other services."""


class Door:
    """ASGI middleware, outermost."""

    def __init__(self, app: ASGIApp, metrics: Metrics, audit: Audit, *, tls: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._audit = audit
        self._always = (*_ALWAYS, *(_TLS if tls else ()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace = begin_trace(headers)
        scope["state"]["trace"] = trace
        answer = _Answer(send, trace, self._always)
        began = time.perf_counter()
        self._metrics.began()
        try:
            if problem := _head_problem(scope, headers):
                await self._audit.refuse_stranger(PURPOSE)
                await problem_response(problem, trace)(scope, receive, answer.send)
            else:
                await self._app(scope, receive, answer.send)
        except Exception as error:  # the application has answered 500 already, where it still could
            log.error("request %s failed: %s", trace.request_id, type(error).__name__)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", OTHER)
            self._metrics.ended(route, answer.status, seconds)
            log.info("%s %s %d %.1f ms %s", scope["method"][:8], route, answer.status, 1000 * seconds, trace.request_id)


class _Answer:
    """Adds what every answer has, and notes its status."""

    def __init__(self, send: Send, trace: Trace, always: Sequence[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._trace = trace
        self._always = always
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(header for header in self._always if header[0] not in own),
                (b"x-request-id", self._trace.request_id.encode()),
                (b"traceparent", self._trace.traceparent.encode()),
            ]
        await self._send(message)


def problem_response(problem: Problem, trace: Trace) -> Response:
    """Return a problem as an answer."""
    return Response(problem.document(trace.request_id), problem.status, problem.headers, MEDIA_TYPE)


async def on_error(request: Request, error: Exception) -> Response:
    """Answer an error of the application; one that nobody foresaw is logged by its type only."""
    problem = problem_of(error)
    if problem.status == 500:
        log.error("unforeseen: %s", type(error).__name__)
    return problem_response(problem, request.state.trace)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: no such page, or not for this method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for no other
    if error.status_code == 405:
        problem = Problem(405, GatewayCode.METHOD_NOT_ALLOWED, "not for this method", headers=error.headers)
    else:
        problem = Problem(404, GatewayCode.NOT_FOUND, "there is no such page")
    return problem_response(problem, request.state.trace)


def _head_problem(scope: Scope, headers: Headers) -> Problem | None:
    """Say what is wrong with a request's head.

    The server limits a head only while it is incomplete.
    """
    size = len(scope["raw_path"]) + len(scope["query_string"]) + sum(len(k) + len(v) for k, v in headers.raw)
    if len(headers.raw) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        detail = f"a request's head may have at most {MAX_HEADERS} fields and {MAX_HEADER_BYTES} bytes"
        return Problem(431, GatewayCode.HEAD_TOO_LARGE, detail)
    return None
