"""A worker's listener: `/healthz`, `/readyz` and `/metrics`, served by the event loop that the worker runs on."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST

from scorer.errors import ListenError
from scorer.health import WorkerHealth
from scorer.metrics import WorkerMetrics

DRAIN_TIMEOUT_SECONDS = 0.5
"""An answer takes a millisecond or two; a client that keeps its connection must not keep a worker from ending."""

CANNOT_LISTEN = "a worker cannot listen on"
"""How the error begins of a worker whose address another program has."""


@asynccontextmanager
async def http_server(host: str, port: int, health: WorkerHealth, metrics: WorkerMetrics) -> AsyncIterator[str]:
    """Listen while the block runs; gives the address. Port 0 takes a free one. Raises ListenError."""
    runner = web.AppRunner(
        _app(health, metrics), access_log=None, handle_signals=False, shutdown_timeout=DRAIN_TIMEOUT_SECONDS
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise ListenError(
            f"{CANNOT_LISTEN} {host}:{port} ({error.strerror or type(error).__name__}); set "
            "NEOSCORE_METRICS_HOST and NEOSCORE_METRICS_PORT to a free address, or unset the port to disable the "
            "listener"
        ) from error
    try:
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _app(health: WorkerHealth, metrics: WorkerMetrics) -> web.Application:
    async def metrics_handler(request: web.Request) -> web.Response:
        body = metrics.render(ready=health.readiness_failure() is None)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes(
        [
            web.get("/healthz", _probe_handler(health.liveness_failure)),
            web.get("/readyz", _probe_handler(health.readiness_failure)),
            web.get("/metrics", metrics_handler),
        ]
    )
    return app


def _probe_handler(check: Callable[[], str | None]) -> Handler:
    async def probe(request: web.Request) -> web.Response:
        reason = check()
        return web.Response(text=f"{reason or 'ok'}\n", status=503 if reason else 200)

    return probe
