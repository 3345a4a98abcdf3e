"""A portfolio from PostgreSQL through the batch lane: time, memory of every process, and what people wait meanwhile."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.load import INTERACTIVE_CHANNEL, Load
from benchmarks.pipeline import percentiles
from benchmarks.sampling import MemoryWatch, folder_mb, proportional_mb, resident_mb
from benchmarks.site import Material, fresh_log, running_workers
from benchmarks.sizes import LANE_RATE, Sizes
from benchmarks.workload import Workload
from contract.settings import Settings
from stack.local.part import Part
from stack.local.process import Child, Command
from stack.workers import environment

RUN_SECONDS = 900
"""No portfolio here takes so long."""

POLL_SECONDS = 0.05

START_SECONDS = 3.0
"""The publisher loads its libraries and counts its clients; then blocks flow."""

SLICE_SECONDS = 1.0
"""Requests beside a portfolio go out in slices of this length, each with an even share of the answers' tail."""


def run(config: Settings, broker: Part, database: Part, material: Material, sizes: Sizes) -> dict[str, Any]:
    """Score every portfolio with one worker and with two; the largest once more beside people's requests."""
    config = config.model_copy(update={"database_url": database.address})
    runs = []
    beside: dict[str, Any] = {}
    for count in (1, 2):
        with running_workers(config, material, count) as workers:
            gauges = {
                **{f"worker {number}": resident_mb(worker.pid) for number, worker in enumerate(workers, 1)},
                "broker": resident_mb(broker.child.pid),
                "broker's log in memory": folder_mb(broker.scratch.path),
                "PostgreSQL": proportional_mb(database.child.pid),
            }
            for rows in sizes.portfolio_rows:
                runs.append({"workers": count, **measure_portfolio(config, material, rows, gauges)})
            if count == 1:
                beside = _beside_people(config, material, sizes)
    return {"runs": runs, "lanes": beside}


def measure_portfolio(
    config: Settings, material: Material, rows: int, gauges: Mapping[str, Callable[[], float]]
) -> dict[str, Any]:
    """Publish `rows` clients with `neoscore score-portfolio` and return time and memory."""
    publisher = _start_publisher(config, material, rows)
    try:
        with MemoryWatch({"publisher": resident_mb(publisher.pid), **gauges}) as watch:
            began = time.monotonic()
            _wait(publisher)
            whole = time.monotonic() - began
    finally:
        publisher.stop()
    summary = _outcome(publisher)
    return {
        "rows": rows,
        "scored": summary["statuses"].get("scored", 0),
        "seconds": summary["seconds"],
        "command_seconds": whole,
        "rows_per_second": rows / summary["seconds"],
        "memory_mb": watch.summary(since=max(0.0, whole - summary["seconds"])),  # the rest is the command's start
    }


def _beside_people(config: Settings, material: Material, sizes: Sizes) -> dict[str, Any]:
    """Measure the interactive lane at 100 requests a second, alone and while the largest portfolio runs."""
    with Load(config, INTERACTIVE_CHANNEL) as load:
        alone = load.at_rate(material.workload.requests(round(LANE_RATE * 5 * sizes.rate_seconds)), LANE_RATE)
        publisher = _start_publisher(config, material, sizes.portfolio_rows[-1])
        try:
            time.sleep(START_SECONDS)
            beside = _beside(load, material.workload, publisher, sizes.beside_seconds)
        finally:
            publisher.stop()
    return {
        "rate": LANE_RATE,
        "alone": {"requests": len(alone), **percentiles(alone)},
        "beside": {"requests": len(beside), **percentiles(beside)},
        "portfolio_rows": sizes.portfolio_rows[-1],
    }


def _beside(load: Load, workload: Workload, publisher: Child, seconds: float) -> NDArray[np.float64]:
    """Ask until the portfolio ends, or for so many seconds of a longer one."""
    slices: list[NDArray[np.float64]] = []
    while publisher.exit_code is None and len(slices) * SLICE_SECONDS < seconds:
        slices.append(load.at_rate(workload.requests(round(LANE_RATE * SLICE_SECONDS)), LANE_RATE))
    if not slices or publisher.exit_code not in (None, 0):
        raise publisher.failure("left no time to ask people beside it")
    return np.concatenate(slices)


def _start_publisher(config: Settings, material: Material, rows: int) -> Child:
    command = [sys.executable, "-m", "stack.cli", "score-portfolio", "--json", "--limit", str(rows)]
    variables = environment(config, NEOSCORE_MODEL=str(material.bundle.path.absolute()))
    return Child(Command("publisher", command, fresh_log("publisher"), variables))


def _wait(publisher: Child) -> None:
    deadline = time.monotonic() + RUN_SECONDS
    while publisher.exit_code is None and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _outcome(publisher: Child) -> dict[str, Any]:
    if publisher.exit_code != 0:
        raise publisher.failure(f"ended with exit code {publisher.exit_code}")
    result: dict[str, Any] = json.loads(publisher.command.log.read_bytes().splitlines()[-1])
    return result
