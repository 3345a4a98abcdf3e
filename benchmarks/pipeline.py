"""The whole way through a broker: same requests, same model, one consumer process each, taking turns.

Throughput: a heap of requests sent at once, from the first answer to the last; the consumer's CPU time in that span.
Latency: requests at a steady rate, each from the moment it was due (see benchmarks.load).
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
from benchmarks.load import BATCH_CHANNEL, INTERACTIVE_CHANNEL, Flood, Load, Unanswered
from benchmarks.site import Material, cpu_seconds, measured_or_skipped, running_broker, running_workers
from benchmarks.sizes import RATES, Sizes
from benchmarks.timing import Spread, interleave, scaled, spread
from benchmarks.workload import Workload
from contract.blocks import MAX_BLOCK_ROWS
from contract.settings import Settings
from scorer.answer_block import CHUNK_ROWS
from scorer.engine import Engine
from stack.local.process import Child
from training.encode import encode_dataset

BROKER_WARM_UP = 10_000
"""Records after which Java has compiled what the broker does with one."""

Latencies = dict[int, dict[str, list[float]]]
"""Requests a second → `p50_ms` and `p99_ms` of each round."""


class Turns:
    """What the turns of one contender gave."""

    def __init__(self) -> None:
        self.floods: list[Flood] = []
        self.given_up = 0
        self.latencies: Latencies = {rate: {"p50_ms": [], "p99_ms": []} for rate in RATES}

    def add_latencies(self, rate: int, seconds: NDArray[np.float64]) -> None:
        """Enter one measurement at a rate."""
        for name, value in percentiles(seconds).items():
            self.latencies[rate][name].append(value)

    def as_result(self, rows_per_answer: int = 1) -> dict[str, Any]:
        """Return medians and spreads."""
        rows = [flood.per_second * rows_per_answer for flood in self.floods]
        cpu = [1000 * flood.cpu_seconds / ((flood.answers - 1) * rows_per_answer) for flood in self.floods]
        return {
            "rows_per_second": spread(rows),
            "cpu_seconds_per_1000_rows": spread(cpu),
            "latency": self.latency_result(),
            "given_up": self.given_up,
        }

    def latency_result(self) -> list[dict[str, Any]]:
        """Return the latencies at each rate that was measured."""
        return [
            {"rate": rate, **{name: spread(values) for name, values in found.items()}}
            for rate, found in self.latencies.items()
            if found["p50_ms"]
        ]


def percentiles(seconds: NDArray[np.float64]) -> dict[str, float]:
    """Return the median and the 99th percentile in milliseconds."""
    p50, p99 = np.percentile(seconds, [50, 99]) * 1e3
    return {"p50_ms": float(p50), "p99_ms": float(p99)}


def run(material: Material, sizes: Sizes) -> dict[str, Any]:
    """Measure on Apache Kafka, and NeoScore's latency on Tansu too."""
    return {
        "apache": measured_or_skipped(lambda: _compare(material, sizes)),
        "tansu": measured_or_skipped(lambda: _on_tansu(material, sizes)),
    }


def _compare(material: Material, sizes: Sizes) -> dict[str, Any]:
    turns: dict[str, Turns] = defaultdict(Turns)
    with running_broker("apache") as (config, _):
        create_peer_topics(config)
        floor = _loopback(config, material, sizes)
        for contender in in_turns(contenders(), sizes.pipeline_rounds):
            try:
                with contender.running(config, material) as child:
                    _take_turn(config, material, sizes, contender, child, turns)
            except Unanswered:  # on a machine too busy for it; what was measured before counts
                turns[contender.name].given_up += 1
    rows = {OURS_BATCH: MAX_BLOCK_ROWS}
    return {
        "loopback": floor.latency_result(),
        "contenders": [
            {"name": name, **turn.as_result(rows.get(name, 1))} for name, turn in turns.items() if turn.floods
        ],
        "kernel_us_per_row": kernel_us_per_row(material, sizes),
        "peers_skipped": None if peers_installed() else NO_PEERS,
    }


def in_turns(everyone: Sequence[Contender], rounds: int) -> list[Contender]:
    """Return who comes when: every round begins with another, so that nobody always has the coldest broker."""
    starts = [number % len(everyone) for number in range(rounds)]
    return [contender for start in starts for contender in (*everyone[start:], *everyone[:start])]


def _loopback(config: Settings, material: Material, sizes: Sizes) -> Turns:
    """Warm the broker up, whose Java is slow at first, and measure what it takes with nobody between."""
    turns = Turns()
    with Load(config, LOOPBACK) as load:
        load.at_once(material.workload.requests(BROKER_WARM_UP))
        measure_latencies(load, material.workload, sizes, turns)
    return turns


def _take_turn(
    config: Settings, material: Material, sizes: Sizes, contender: Contender, child: Child, turns: dict[str, Turns]
) -> None:
    workload = material.workload
    with Load(config, contender.channel) as load:
        turns[contender.name].floods.append(
            load.at_once(workload.requests(sizes.flood_requests), lambda: cpu_seconds(child))
        )
        measure_latencies(load, material.workload, sizes, turns[contender.name])
    if contender.name == OURS:
        with Load(config, BATCH_CHANNEL) as load:
            turns[OURS_BATCH].floods.append(
                load.at_once(workload.blocks(sizes.flood_blocks), lambda: cpu_seconds(child))
            )


def measure_latencies(load: Load, workload: Workload, sizes: Sizes, turns: Turns, rates: Sequence[int] = RATES) -> None:
    """Measure at every rate."""
    for rate in rates:
        turns.add_latencies(rate, load.at_rate(workload.requests(round(rate * sizes.rate_seconds)), rate))


def _on_tansu(material: Material, sizes: Sizes) -> dict[str, Any]:
    turns = Turns()
    with (
        running_broker("tansu") as (config, _),
        running_workers(config, material, 1),
        Load(config, INTERACTIVE_CHANNEL) as load,
    ):
        for _ in range(sizes.pipeline_rounds):
            measure_latencies(load, material.workload, sizes, turns)
    return {"latency": turns.latency_result()}


def kernel_us_per_row(material: Material, sizes: Sizes) -> Spread:
    """Return what the table explainer alone takes for a row, in the chunks of the batch lane."""
    explainer = Engine(material.bundle).explainer
    rows = encode_dataset(material.dataset)[:CHUNK_ROWS]
    timing = interleave({"kernel": lambda: explainer.explain(rows)}, sizes.engine_rounds)["kernel"]
    return scaled(timing, 1e6 / len(rows))
