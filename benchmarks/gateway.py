"""What HTTP costs: one request over the gateway, beside the same request straight over Kafka, at the same rate.

The gateway checks a token, publishes, waits for the worker, and writes the access log before it answers. Both are timed
alike, from the moment a request was due (see benchmarks.load_generator), and take turns before the same broker and
worker.
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

from benchmarks.load_generator import INTERACTIVE_TOPICS, LoadGenerator, MissingRepliesError
from benchmarks.pipeline import percentiles
from benchmarks.profiles import INTERACTIVE_RATE, BenchmarkProfile
from benchmarks.testbed import (
    WARM_UP_REQUESTS,
    BenchmarkInputs,
    fresh_log,
    measured_or_skipped,
    running_broker,
    running_database,
    running_workers,
)
from benchmarks.timing import median_and_range
from benchmarks.workload import BenchmarkRequest
from contract.settings import Settings
from stack.local.ports import HOST, choose_port
from stack.local.process import ChildProcess, ProcessSpec
from stack.probes import is_served
from stack.workers import service_environment
from tests.support.fake_issuer import running_issuer
from tests.support.gateway import bearer_header

KAFKA, HTTP = "Kafka", "gateway"

START_SECONDS = 60
"""FastAPI, Arrow and the contract take two seconds to import on a free core."""

TOKEN_SECONDS = 3600
"""Longer than any measurement."""


def run(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, Any]:
    """Return latencies of both ways, and what the gateway adds to the median of Kafka's in each turn."""
    return measured_or_skipped(lambda: _measure(inputs, profile))


def _measure(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, Any]:
    found: dict[str, dict[str, list[float]]] = {way: {"p50_ms": [], "p99_ms": []} for way in (KAFKA, HTTP)}
    count = round(INTERACTIVE_RATE * profile.rate_seconds)
    with (
        running_broker("apache") as (config, _),
        running_database() as database,
        running_workers(config, inputs, 1),
        running_issuer() as issuer,
        _gateway(
            config.model_copy(update={"database_url": database.address, "oidc_issuer": issuer.address}), inputs
        ) as url,
        LoadGenerator(config, INTERACTIVE_TOPICS) as load,
    ):
        headers = {"Content-Type": "application/json", **bearer_header(issuer.token(exp=time.time() + TOKEN_SECONDS))}
        _over_http(url, headers, inputs.workload.requests(WARM_UP_REQUESTS))
        for _ in range(profile.pipeline_rounds):
            _note(found[KAFKA], load.run_open_loop(inputs.workload.requests(count), INTERACTIVE_RATE))
            _note(found[HTTP], _over_http(url, headers, inputs.workload.requests(count)))
    added = [ours - bare for ours, bare in zip(found[HTTP]["p50_ms"], found[KAFKA]["p50_ms"], strict=True)]
    latency = {path: {name: median_and_range(values) for name, values in each.items()} for path, each in found.items()}
    return {"rate": INTERACTIVE_RATE, "latency": latency, "added_ms": median_and_range(added)}


def _note(found: dict[str, list[float]], seconds: NDArray[np.float64]) -> None:
    for name, value in percentiles(seconds).items():
        found[name].append(value)


@contextmanager
def _gateway(config: Settings, inputs: BenchmarkInputs) -> Iterator[str]:
    port = choose_port()
    variables = service_environment(
        config, NEOSCORE_MODEL=str(inputs.bundle.path.absolute()), NEOSCORE_LOG_LEVEL="WARNING"
    )
    command = [sys.executable, "-m", "stack.cli", "gateway", "--port", str(port)]
    child = ChildProcess(ProcessSpec("the gateway", command, fresh_log("gateway"), variables))
    url = f"http://{HOST}:{port}"
    try:
        child.wait_until(lambda: is_served(url, "/readyz"), START_SECONDS)
        yield url
    finally:
        child.stop()


def _over_http(url: str, headers: Mapping[str, str], requests: Sequence[BenchmarkRequest]) -> NDArray[np.float64]:
    """Send on schedule and return each request's latency in seconds. Raises MissingRepliesError."""
    return np.array(asyncio.run(_send_all(url, headers, requests)))


async def _send_all(url: str, headers: Mapping[str, str], requests: Sequence[BenchmarkRequest]) -> list[float]:
    async with aiohttp.ClientSession(url, headers=headers, connector=aiohttp.TCPConnector(limit=0)) as session:
        began = time.perf_counter() + 0.05
        return await asyncio.gather(
            *(_send(session, request, began + i / INTERACTIVE_RATE) for i, request in enumerate(requests))
        )


async def _send(session: aiohttp.ClientSession, request: BenchmarkRequest, due: float) -> float:
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    async with session.post("/predict", data=request.body) as answer:
        await answer.read()
        if answer.status != 200:
            raise MissingRepliesError(f"the gateway answered {answer.status}")
    return time.perf_counter() - due
