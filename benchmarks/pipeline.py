"""The whole way through a broker: same requests, same model, one consumer process each, taking turns.

Throughput: a heap of requests sent at once, from the first answer to the last; the consumer's CPU time in that span.
Latency: requests at a steady rate, each from the moment it was due (see benchmarks.load_generator).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders import (
    LOOPBACK,
    NO_PEERS,
    OURS,
    OURS_BATCH,
    Contender,
    contenders,
    create_peer_topics,
    peers_installed,
)
from benchmarks.load_generator import BATCH_TOPICS, INTERACTIVE_TOPICS, Burst, LoadGenerator, MissingRepliesError
from benchmarks.profiles import RATES, BenchmarkProfile
from benchmarks.testbed import BenchmarkInputs, cpu_seconds, measured_or_skipped, running_broker, running_workers
from benchmarks.timing import MedianRange, median_and_range, scale, time_interleaved
from benchmarks.workload import Workload
from contract.blocks import MAX_BLOCK_ROWS
from contract.settings import Settings
from scorer.block_scorer import CHUNK_ROWS
from scorer.engine import Engine
from stack.local.process import ChildProcess
from training.dataset import encode_dataset

BROKER_WARM_UP = 10_000
"""Records after which Java has compiled what the broker does with one."""

Latencies = dict[int, dict[str, list[float]]]
"""Requests a second → `p50_ms` and `p99_ms` of each round."""


class ContenderResults:
    """What the turns of one contender gave."""

    def __init__(self) -> None:
        self.bursts: list[Burst] = []
        self.timeouts = 0
        self.latencies: Latencies = {rate: {"p50_ms": [], "p99_ms": []} for rate in RATES}

    def add_latencies(self, rate: int, seconds: NDArray[np.float64]) -> None:
        """Enter one measurement at a rate."""
        for name, value in percentiles(seconds).items():
            self.latencies[rate][name].append(value)

    def as_result(self, rows_per_answer: int = 1) -> dict[str, Any]:
        """Return medians and spreads."""
        rows = [burst.per_second * rows_per_answer for burst in self.bursts]
        cpu = [1000 * burst.cpu_seconds / ((burst.answers - 1) * rows_per_answer) for burst in self.bursts]
        return {
            "rows_per_second": median_and_range(rows),
            "cpu_seconds_per_1000_rows": median_and_range(cpu),
            "latency": self.latency_result(),
            "timeouts": self.timeouts,
        }

    def latency_result(self) -> list[dict[str, Any]]:
        """Return the latencies at each rate that was measured."""
        return [
            {"rate": rate, **{name: median_and_range(values) for name, values in found.items()}}
            for rate, found in self.latencies.items()
            if found["p50_ms"]
        ]


def percentiles(seconds: NDArray[np.float64]) -> dict[str, float]:
    """Return the median and the 99th percentile in milliseconds."""
    p50, p99 = np.percentile(seconds, [50, 99]) * 1e3
    return {"p50_ms": float(p50), "p99_ms": float(p99)}


def run(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, Any]:
    """Measure on Apache Kafka, and NeoScore's latency on Tansu too."""
    return {
        "apache": measured_or_skipped(lambda: _compare(inputs, profile)),
        "tansu": measured_or_skipped(lambda: _on_tansu(inputs, profile)),
    }


def _compare(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, Any]:
    results: dict[str, ContenderResults] = defaultdict(ContenderResults)
    with running_broker("apache") as (config, _):
        create_peer_topics(config)
        loopback_result = _loopback(config, inputs, profile)
        for contender in rotated_order(contenders(), profile.pipeline_rounds):
            try:
                with contender.running(config, inputs) as child:
                    _measure_contender(config, inputs, profile, contender, child, results)
            except MissingRepliesError:  # on a machine too busy for it; what was measured before counts
                results[contender.name].timeouts += 1
    rows = {OURS_BATCH: MAX_BLOCK_ROWS}
    return {
        "loopback": loopback_result.latency_result(),
        "contenders": [
            {"name": name, **result.as_result(rows.get(name, 1))} for name, result in results.items() if result.bursts
        ],
        "kernel_us_per_row": kernel_us_per_row(inputs, profile),
        "peers_skipped": None if peers_installed() else NO_PEERS,
    }


def rotated_order(everyone: Sequence[Contender], rounds: int) -> list[Contender]:
    """Return the order of measurements: every round begins with another, so that none always has the cold broker."""
    starts = [number % len(everyone) for number in range(rounds)]
    return [contender for start in starts for contender in (*everyone[start:], *everyone[:start])]


def _loopback(config: Settings, inputs: BenchmarkInputs, profile: BenchmarkProfile) -> ContenderResults:
    """Warm the broker up, whose Java is slow at first, and measure it without a consumer."""
    results = ContenderResults()
    with LoadGenerator(config, LOOPBACK) as load:
        load.run_burst(inputs.workload.requests(BROKER_WARM_UP))
        measure_latencies(load, inputs.workload, profile, results)
    return results


def _measure_contender(
    config: Settings,
    inputs: BenchmarkInputs,
    profile: BenchmarkProfile,
    contender: Contender,
    child: ChildProcess,
    results: dict[str, ContenderResults],
) -> None:
    workload = inputs.workload
    with LoadGenerator(config, contender.channel) as load:
        results[contender.name].bursts.append(
            load.run_burst(workload.requests(profile.burst_requests), lambda: cpu_seconds(child))
        )
        measure_latencies(load, inputs.workload, profile, results[contender.name])
    if contender.name == OURS:
        with LoadGenerator(config, BATCH_TOPICS) as load:
            results[OURS_BATCH].bursts.append(
                load.run_burst(workload.blocks(profile.burst_blocks), lambda: cpu_seconds(child))
            )


def measure_latencies(
    load: LoadGenerator,
    workload: Workload,
    profile: BenchmarkProfile,
    results: ContenderResults,
    rates: Sequence[int] = RATES,
) -> None:
    """Measure at every rate."""
    for rate in rates:
        results.add_latencies(rate, load.run_open_loop(workload.requests(round(rate * profile.rate_seconds)), rate))


def _on_tansu(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> dict[str, Any]:
    results = ContenderResults()
    with (
        running_broker("tansu") as (config, _),
        running_workers(config, inputs, 1),
        LoadGenerator(config, INTERACTIVE_TOPICS) as load,
    ):
        for _ in range(profile.pipeline_rounds):
            measure_latencies(load, inputs.workload, profile, results)
    return {"latency": results.latency_result()}


def kernel_us_per_row(inputs: BenchmarkInputs, profile: BenchmarkProfile) -> MedianRange:
    """Return what the table explainer alone takes for a row, in the chunks of the batch lane."""
    explainer = Engine(inputs.bundle).explainer
    rows = encode_dataset(inputs.dataset)[:CHUNK_ROWS]
    timing = time_interleaved({"kernel": lambda: explainer.explain(rows)}, profile.engine_rounds)["kernel"]
    return scale(timing, 1e6 / len(rows))
