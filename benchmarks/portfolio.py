"""A portfolio from PostgreSQL through the batch lane: time, memory, and interactive latency meanwhile."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.load_generator import INTERACTIVE_TOPICS, LoadGenerator
from benchmarks.memory import MemorySampler, folder_mb, proportional_mb, resident_mb
from benchmarks.pipeline import percentiles
from benchmarks.profiles import INTERACTIVE_RATE, BenchmarkProfile
from benchmarks.testbed import BenchmarkInputs, fresh_log, running_workers
from benchmarks.workload import Workload
from contract.settings import Settings
from stack.local.process import ChildProcess, ProcessSpec
from stack.local.service import LocalService
from stack.workers import service_environment

RUN_SECONDS = 900
"""No portfolio here takes so long."""

POLL_SECONDS = 0.05

START_SECONDS = 3.0
"""The publisher loads its libraries and counts its clients; then blocks flow."""

SLICE_SECONDS = 1.0
"""Requests beside a portfolio go out in slices of this length, each with an even share of the answers' tail."""


def run(
    config: Settings, broker: LocalService, database: LocalService, inputs: BenchmarkInputs, profile: BenchmarkProfile
) -> dict[str, Any]:
    """Score every portfolio with one worker and with two; the largest once more beside interactive requests."""
    config = config.model_copy(update={"database_url": database.address})
    runs = []
    concurrent: dict[str, Any] = {}
    for count in (1, 2):
        with running_workers(config, inputs, count) as workers:
            gauges = {
                **{f"worker {number}": resident_mb(worker.pid) for number, worker in enumerate(workers, 1)},
                "broker": resident_mb(broker.child.pid),
                "broker's log in memory": folder_mb(broker.scratch.path),
                "PostgreSQL": proportional_mb(database.child.pid),
            }
            for rows in profile.portfolio_rows:
                runs.append({"workers": count, **measure_portfolio(config, inputs, rows, gauges)})
            if count == 1:
                concurrent = _interactive_during_batch(config, inputs, profile)
    return {"runs": runs, "lanes": concurrent}


def measure_portfolio(
    config: Settings, inputs: BenchmarkInputs, rows: int, gauges: Mapping[str, Callable[[], float]]
) -> dict[str, Any]:
    """Publish `rows` clients with `neoscore score-portfolio` and return time and memory."""
    publisher = _start_publisher(config, inputs, rows)
    try:
        with MemorySampler({"publisher": resident_mb(publisher.pid), **gauges}) as watch:
            began = time.monotonic()
            _wait(publisher)
            whole = time.monotonic() - began
    finally:
        publisher.stop()
    summary = _summary(publisher)
    return {
        "rows": rows,
        "scored": summary["statuses"].get("scored", 0),
        "seconds": summary["seconds"],
        "command_seconds": whole,
        "rows_per_second": rows / summary["seconds"],
        "memory_mb": watch.summary(since=max(0.0, whole - summary["seconds"])),  # the rest is the command's start
    }


def _interactive_during_batch(config: Settings, inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, Any]:
    """Measure the interactive lane at 100 requests a second, alone and while the largest portfolio runs."""
    with LoadGenerator(config, INTERACTIVE_TOPICS) as load:
        alone = load.run_open_loop(
            inputs.workload.requests(round(INTERACTIVE_RATE * 5 * profile.rate_seconds)), INTERACTIVE_RATE
        )
        publisher = _start_publisher(config, inputs, profile.portfolio_rows[-1])
        try:
            time.sleep(START_SECONDS)
            concurrent = _measure_until_done(load, inputs.workload, publisher, profile.concurrent_seconds)
        finally:
            publisher.stop()
    return {
        "rate": INTERACTIVE_RATE,
        "alone": {"requests": len(alone), **percentiles(alone)},
        "concurrent": {"requests": len(concurrent), **percentiles(concurrent)},
        "portfolio_rows": profile.portfolio_rows[-1],
    }


def _measure_until_done(
    load: LoadGenerator, workload: Workload, publisher: ChildProcess, seconds: float
) -> NDArray[np.float64]:
    """Ask until the portfolio ends, or for so many seconds of a longer one."""
    slices: list[NDArray[np.float64]] = []
    while publisher.exit_code is None and len(slices) * SLICE_SECONDS < seconds:
        slices.append(load.run_open_loop(workload.requests(round(INTERACTIVE_RATE * SLICE_SECONDS)), INTERACTIVE_RATE))
    if not slices or publisher.exit_code not in (None, 0):
        raise publisher.failure_error("left no time to ask people beside it")
    return np.concatenate(slices)


def _start_publisher(config: Settings, inputs: BenchmarkInputs, rows: int) -> ChildProcess:
    command = [sys.executable, "-m", "stack.cli", "score-portfolio", "--json", "--limit", str(rows)]
    variables = service_environment(config, NEOSCORE_MODEL=str(inputs.bundle.path.absolute()))
    return ChildProcess(ProcessSpec("publisher", command, fresh_log("publisher"), variables))


def _wait(publisher: ChildProcess) -> None:
    deadline = time.monotonic() + RUN_SECONDS
    while publisher.exit_code is None and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _summary(publisher: ChildProcess) -> dict[str, Any]:
    if publisher.exit_code != 0:
        raise publisher.failure_error(f"ended with exit code {publisher.exit_code}")
    result: dict[str, Any] = json.loads(publisher.command.log.read_bytes().splitlines()[-1])
    return result
