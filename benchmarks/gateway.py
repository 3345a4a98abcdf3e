"""What HTTP costs: one request over the gateway, beside the same request straight over Kafka, at the same rate.

The gateway checks a token, publishes, waits for the worker, and writes the access log before it answers. Both are timed
alike, from the moment a request was due (see benchmarks.load), and take turns before the same broker and worker.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import aiohttp
import numpy as np
from numpy.typing import NDArray

from benchmarks.load import INTERACTIVE_CHANNEL, Load, Unanswered
from benchmarks.pipeline import percentiles
from benchmarks.site import (
    WARM_UP_REQUESTS,
    Material,
    fresh_log,
    measured_or_skipped,
    running_broker,
    running_database,
    running_workers,
)
from benchmarks.sizes import LANE_RATE, Sizes
from benchmarks.timing import spread
from benchmarks.workload import Ask
from contract.settings import Settings
from stack.local.ports import HOST, choose_port
from stack.local.process import Child, Command
from stack.probes import is_served
from stack.workers import environment
from tests.support.fake_issuer import running_issuer
from tests.support.gateway import bearer_header

KAFKA, HTTP = "Kafka", "gateway"

START_SECONDS = 60
"""FastAPI, Arrow and the contract take two seconds to import on a free core."""

TOKEN_SECONDS = 3600
"""Longer than any measurement."""


def run(material: Material, sizes: Sizes) -> dict[str, Any]:
    """Return latencies of both ways, and what the gateway adds to the median of Kafka's in each turn."""
    return measured_or_skipped(lambda: _measure(material, sizes))


def _measure(material: Material, sizes: Sizes) -> dict[str, Any]:
    found: dict[str, dict[str, list[float]]] = {way: {"p50_ms": [], "p99_ms": []} for way in (KAFKA, HTTP)}
    requests = round(LANE_RATE * sizes.rate_seconds)
    with (
        running_broker("apache") as (config, _),
        running_database() as database,
        running_workers(config, material, 1),
        running_issuer() as issuer,
        _gateway(
            config.model_copy(update={"database_url": database.address, "oidc_issuer": issuer.address}), material
        ) as url,
        Load(config, INTERACTIVE_CHANNEL) as load,
    ):
        headers = {"Content-Type": "application/json", **bearer_header(issuer.token(exp=time.time() + TOKEN_SECONDS))}
        _over_http(url, headers, material.workload.requests(WARM_UP_REQUESTS))
        for _ in range(sizes.pipeline_rounds):
            _note(found[KAFKA], load.at_rate(material.workload.requests(requests), LANE_RATE))
            _note(found[HTTP], _over_http(url, headers, material.workload.requests(requests)))
    added = [ours - bare for ours, bare in zip(found[HTTP]["p50_ms"], found[KAFKA]["p50_ms"], strict=True)]
    latency = {way: {name: spread(values) for name, values in each.items()} for way, each in found.items()}
    return {"rate": LANE_RATE, "latency": latency, "added_ms": spread(added)}


def _note(found: dict[str, list[float]], seconds: NDArray[np.float64]) -> None:
    for name, value in percentiles(seconds).items():
        found[name].append(value)


@contextmanager
def _gateway(config: Settings, material: Material) -> Iterator[str]:
    port = choose_port()
    variables = environment(config, NEOSCORE_MODEL=str(material.bundle.path.absolute()), NEOSCORE_LOG_LEVEL="WARNING")
    command = [sys.executable, "-m", "stack.cli", "gateway", "--port", str(port)]
    child = Child(Command("the gateway", command, fresh_log("gateway"), variables))
    url = f"http://{HOST}:{port}"
    try:
        child.wait_until(lambda: is_served(url, "/readyz"), START_SECONDS)
        yield url
    finally:
        child.stop()


def _over_http(url: str, headers: Mapping[str, str], asks: Sequence[Ask]) -> NDArray[np.float64]:
    """Send on schedule and return each request's latency in seconds. Raises Unanswered."""
    return np.array(asyncio.run(_send_all(url, headers, asks)))


async def _send_all(url: str, headers: Mapping[str, str], asks: Sequence[Ask]) -> list[float]:
    async with aiohttp.ClientSession(url, headers=headers, connector=aiohttp.TCPConnector(limit=0)) as session:
        began = time.perf_counter() + 0.05
        return await asyncio.gather(*(_send(session, ask, began + i / LANE_RATE) for i, ask in enumerate(asks)))


async def _send(session: aiohttp.ClientSession, ask: Ask, due: float) -> float:
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    async with session.post("/predict", data=ask.body) as answer:
        await answer.read()
        if answer.status != 200:
            raise Unanswered(f"the gateway answered {answer.status}")
    return time.perf_counter() - due
