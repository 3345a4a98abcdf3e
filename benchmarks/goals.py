"""What was promised, as ratios within one run, beside what was measured. No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import OURS, OURS_BATCH
from benchmarks.engine import CONTRIBS
from benchmarks.results import Results, measured
from benchmarks.screen import GOALS_MS
from benchmarks.sizes import LANE_RATE


@dataclass(frozen=True)
class Goal:
    """One promise: `value` must be at least (or at most) `bound`."""

    text: str
    value: float
    bound: float
    at_least: bool
    unit: str

    @property
    def holds(self) -> bool:
        """Whether the measured value keeps the promise."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def goals(results: Results) -> list[Goal]:
    """Return every promise that the measured parts can judge."""
    return [*_engine(results), *_pipeline(results), *_scaling(results), *_screen(results), *_gateway(results)]


def _engine(results: Results) -> Iterator[Goal]:
    part = measured(results, "engine") or {}
    for depth, trees, bound in ((4, 400, 12), (6, 300, 5)):
        for row in part.get("explainers", []):
            if (row["depth"], row["trees"], row["batch"], row["way"]) == (depth, trees, 32, CONTRIBS):
                text = f"table explainer against `pred_contribs`, batch 32, depth {depth} × {trees}"
                yield Goal(text, row["times_tables"], bound, True, "×")
    if path := part.get("request_path"):
        text = "whole request path at batch 1 with explanation, against the naive service"
        yield Goal(text, path["times_ours"], 25, True, "×")


def _pipeline(results: Results) -> Iterator[Goal]:
    apache = (measured(results, "pipeline") or {}).get("apache", {})
    found = {row["name"]: row for row in apache.get("contenders", [])}
    if OURS_BATCH in found:
        yield from _batch_lane(found, apache["kernel_us_per_row"]["median"])
    for row in found.get(OURS, {}).get("latency", []):
        if row["rate"] == LANE_RATE:
            text = f"interactive lane at {LANE_RATE} requests/s"
            yield Goal(f"{text}, median", row["p50_ms"]["median"], 15, False, "ms")
            yield Goal(f"{text}, p99", row["p99_ms"]["median"], 60, False, "ms")


def _batch_lane(found: dict[str, Any], kernel_us: float) -> Iterator[Goal]:
    cpu = {name: row["cpu_seconds_per_1000_rows"]["median"] for name, row in found.items()}
    peers = [seconds for name, seconds in cpu.items() if name not in (OURS, OURS_BATCH)]
    if peers:
        text = "batch lane against the best peer, rows per CPU second of the consumer"
        yield Goal(text, min(peers) / cpu[OURS_BATCH], 5, True, "×")
    text = "CPU of a worker per row of the batch lane, against the kernel alone"
    yield Goal(text, cpu[OURS_BATCH] * 1000 / kernel_us, 3, False, "×")


def _scaling(results: Results) -> Iterator[Goal]:
    portfolio = (measured(results, "scaling") or {}).get("portfolio")
    if not portfolio:
        return
    lanes = portfolio["lanes"]
    text = f"interactive p99 at {LANE_RATE} requests/s while {lanes['portfolio_rows']:,} rows run, against alone"
    yield Goal(text, lanes["beside"]["p99_ms"] / lanes["alone"]["p99_ms"], 4, False, "×")
    largest = max(run["rows"] for run in portfolio["runs"])
    for run in portfolio["runs"]:
        if run["rows"] == largest:
            yield from _memory(run)


def _memory(run: dict[str, Any]) -> Iterator[Goal]:
    text = f"{run['rows']:,} rows with {run['workers']} worker{'s' * (run['workers'] > 1)}"
    memory = {name: mb for name, mb in run["memory_mb"].items() if name != "broker's log in memory"}
    largest = max(memory, key=lambda name: memory[name]["peak"])
    yield Goal(f"{text}: peak memory of the largest process ({largest})", memory[largest]["peak"], 600, False, "MB")
    growing = max(memory, key=lambda name: memory[name]["end"] / memory[name]["warm"])
    growth = memory[growing]["end"] / memory[growing]["warm"]
    yield Goal(f"{text}: memory at the end against after warm-up ({growing})", growth, FLAT, False, "×")


FLAT = 1.1
"""Within a tenth: allocators keep a little of what they were given, a leak over a million rows shows far more."""


def _screen(results: Results) -> Iterator[Goal]:
    waits = (measured(results, "screen") or {}).get("waits_ms", {})
    for name, bound in GOALS_MS.items():
        if name in waits:
            yield Goal(f"screen, {name}, median", waits[name]["median"], bound, False, "ms")


def _gateway(results: Results) -> Iterator[Goal]:
    if added := (measured(results, "gateway") or {}).get("added_ms"):
        text = f"gateway with its access log at {LANE_RATE} requests/s: added to the median of Kafka's round trip"
        yield Goal(text, added["median"], 8, False, "ms")
