"""The gateway's HTTP server."""

import asyncio
import gc
import socket
import sys

import uvicorn

from contract.settings import Settings
from producers.gateway.app import build_app
from producers.gateway.connections import GatewayProtocol
from producers.gateway.lanes import Lanes, kafka_lanes
from producers.gateway.limits import KEEP_ALIVE_SECONDS, OBJECTS_BETWEEN_COLLECTIONS, SWITCH_SECONDS
from producers.gateway.listener import tls_context

STOP_SECONDS = 10
"""For responses in progress at shutdown: most take milliseconds, and an upload can be sent again."""


def serve(config: Settings, listener: socket.socket, lanes: Lanes | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C, over Kafka unless other lanes are given."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
    asyncio.run(_serve(config, listener, lanes or kafka_lanes(config)))


async def _serve(config: Settings, listener: socket.socket, lanes: Lanes) -> None:
    context = tls_context(config)
    server_config = uvicorn.Config(
        build_app(config, lanes),
        http=GatewayProtocol,
        loop="asyncio",
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_context_factory=(lambda *_: context) if context else None,
    )
    await uvicorn.Server(server_config).serve(sockets=[listener])
