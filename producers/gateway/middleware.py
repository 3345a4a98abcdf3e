"""ASGI middleware of every request: trace context, host and header limits, response headers, metrics."""

import logging
import time
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contract.access import Purpose
from contract.settings import Settings
from producers.gateway.access_log_writer import AccessLogWriter
from producers.gateway.limits import MAX_HEADER_BYTES, MAX_HEADERS
from producers.gateway.metrics import UNMATCHED_ROUTE, GatewayMetrics
from producers.gateway.problems import GatewayCode, ProblemError
from producers.gateway.trace_context import TraceContext, trace_from_headers

log = logging.getLogger(__name__)

SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

PROBES = ("/healthz", "/readyz")
"""A supervisor asks by the address of a container, and learns nothing that it may not."""

HSTS_HEADER = ((b"strict-transport-security", b"max-age=31536000"),)
"""For a year; without subdomains, which may be other services."""


class AllowedHosts:
    """The names under which callers reach the gateway.

    A page of another site can make a browser send requests here under that site's name (DNS rebinding).
    """

    def __init__(self, config: Settings) -> None:
        own = (config.gateway_host, "127.0.0.1", "localhost", "::1")
        named = [name.strip() for name in config.gateway_hosts.split(",") if name.strip()]
        self._allowed = frozenset(name.lower() for name in named or own)

    def allow(self, host_fields: Sequence[str]) -> bool:
        """Return whether the `Host` fields of a request are one field with one of the names."""
        if len(host_fields) != 1:
            return False
        host = host_fields[0].strip().lower()
        return host in self._allowed or _without_port(host) in self._allowed


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).strip("[]")


class GatewayMiddleware:
    """ASGI middleware, outermost."""

    def __init__(
        self, app: ASGIApp, metrics: GatewayMetrics, audit: AccessLogWriter, *, hosts: AllowedHosts, tls: bool
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._metrics = metrics
        self._audit = audit
        self._extra_headers = (*SECURITY_HEADERS, *(HSTS_HEADER if tls else ()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace = trace_from_headers(headers)
        scope["state"]["trace"] = trace
        response = _ResponseHeaders(send, trace, self._extra_headers)
        started = time.perf_counter()
        self._metrics.request_started()
        try:
            if problem := _check_header_size(scope, headers) or self._check_host(scope, headers):
                await self._audit.record_unauthenticated(HTTPConnection(scope), Purpose.GATEWAY_REQUEST)
                await problem.to_response(trace.request_id)(scope, receive, response.send)
            else:
                await self._app(scope, receive, response.send)
        except Exception as error:  # the application has already returned 500 where it still could
            log.error("request %s failed: %s", trace.request_id, type(error).__name__)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", UNMATCHED_ROUTE)
            self._metrics.request_finished(route, response.status, seconds)
            log.info(
                "%s %s %d %.1f ms %s", scope["method"][:8], route, response.status, 1000 * seconds, trace.request_id
            )

    def _check_host(self, scope: Scope, headers: Headers) -> ProblemError | None:
        if scope["path"] in PROBES or self._hosts.allow(headers.getlist("host")):
            return None
        return ProblemError(
            GatewayCode.MISDIRECTED,
            "this server has another name; see NEOSCORE_GATEWAY_HOSTS",
        )


class _ResponseHeaders:
    """Adds the headers that every response has, and remembers the status."""

    def __init__(self, send: Send, trace: TraceContext, extra_headers: Sequence[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._trace = trace
        self._extra_headers = extra_headers
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(header for header in self._extra_headers if header[0] not in own),
                (b"x-request-id", self._trace.request_id.encode()),
                (b"traceparent", self._trace.traceparent.encode()),
            ]
        await self._send(message)


def _check_header_size(scope: Scope, headers: Headers) -> ProblemError | None:
    """Return a problem when the request's head is too large. The server limits one that takes several packets."""
    size = len(scope["raw_path"]) + len(scope["query_string"]) + sum(len(k) + len(v) for k, v in headers.raw)
    if len(headers.raw) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        detail = f"the head of a request may have at most {MAX_HEADERS} fields and {MAX_HEADER_BYTES} bytes"
        return ProblemError(GatewayCode.HEADERS_TOO_LARGE, detail)
    return None
