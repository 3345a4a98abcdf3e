"""What was promised, as ratios within one run, beside what was measured. No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import OURS, OURS_BATCH
from benchmarks.dashboard import TARGETS_MS
from benchmarks.engine import CONTRIBS
from benchmarks.profiles import INTERACTIVE_RATE
from benchmarks.results import Results, measured


@dataclass(frozen=True)
class PerformanceTarget:
    """One promise: `value` must be at least (or at most) `bound`."""

    text: str
    value: float
    bound: float
    at_least: bool
    unit: str

    @property
    def met(self) -> bool:
        """Whether the measured value keeps the promise."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def targets(results: Results) -> list[PerformanceTarget]:
    """Return every promise that the measured parts can judge."""
    return [*_engine(results), *_pipeline(results), *_scaling(results), *_screen(results), *_gateway(results)]


def _engine(results: Results) -> Iterator[PerformanceTarget]:
    part = measured(results, "engine") or {}
    for depth, trees, bound in ((4, 400, 12), (6, 300, 5)):
        for row in part.get("explainers", []):
            if (row["depth"], row["trees"], row["batch"], row["method"]) == (depth, trees, 32, CONTRIBS):
                text = f"table explainer against `pred_contribs`, batch 32, depth {depth} × {trees}"
                yield PerformanceTarget(text, row["times_tables"], bound, True, "×")
    if path := part.get("request_path"):
        text = "whole request path at batch 1 with explanation, against the naive service"
        yield PerformanceTarget(text, path["times_ours"], 25, True, "×")


def _pipeline(results: Results) -> Iterator[PerformanceTarget]:
    apache = (measured(results, "pipeline") or {}).get("apache", {})
    found = {row["name"]: row for row in apache.get("contenders", [])}
    if OURS_BATCH in found:
        yield from _batch_lane(found, apache["kernel_us_per_row"]["median"])
    for row in found.get(OURS, {}).get("latency", []):
        if row["rate"] == INTERACTIVE_RATE:
            text = f"interactive lane at {INTERACTIVE_RATE} requests/s"
            yield PerformanceTarget(f"{text}, median", row["p50_ms"]["median"], 15, False, "ms")
            yield PerformanceTarget(f"{text}, p99", row["p99_ms"]["median"], 60, False, "ms")


def _batch_lane(found: dict[str, Any], kernel_us: float) -> Iterator[PerformanceTarget]:
    cpu = {name: row["cpu_seconds_per_1000_rows"]["median"] for name, row in found.items()}
    peers = [seconds for name, seconds in cpu.items() if name not in (OURS, OURS_BATCH)]
    if peers:
        text = "batch lane against the best peer, rows per CPU second of the consumer"
        yield PerformanceTarget(text, min(peers) / cpu[OURS_BATCH], 5, True, "×")
    text = "CPU of a worker per row of the batch lane, against the kernel alone"
    yield PerformanceTarget(text, cpu[OURS_BATCH] * 1000 / kernel_us, 3, False, "×")


def _scaling(results: Results) -> Iterator[PerformanceTarget]:
    portfolio = (measured(results, "scaling") or {}).get("portfolio")
    if not portfolio:
        return
    lanes = portfolio["lanes"]
    text = f"interactive p99 at {INTERACTIVE_RATE} requests/s while {lanes['portfolio_rows']:,} rows run, against alone"
    yield PerformanceTarget(text, lanes["concurrent"]["p99_ms"] / lanes["alone"]["p99_ms"], 4, False, "×")
    largest = max(run["rows"] for run in portfolio["runs"])
    for run in portfolio["runs"]:
        if run["rows"] == largest:
            yield from _memory(run)


def _memory(run: dict[str, Any]) -> Iterator[PerformanceTarget]:
    text = f"{run['rows']:,} rows with {run['workers']} worker{'s' * (run['workers'] > 1)}"
    memory = {name: mb for name, mb in run["memory_mb"].items() if name != "broker's log in memory"}
    largest = max(memory, key=lambda name: memory[name]["peak"])
    yield PerformanceTarget(
        f"{text}: peak memory of the largest process ({largest})", memory[largest]["peak"], 600, False, "MB"
    )
    growing = max(memory, key=lambda name: memory[name]["end"] / memory[name]["warm"])
    growth = memory[growing]["end"] / memory[growing]["warm"]
    yield PerformanceTarget(f"{text}: memory at the end against after warm-up ({growing})", growth, FLAT, False, "×")


FLAT = 1.1
"""Within a tenth: allocators keep a little of what they were given, a leak over a million rows shows far more."""


def _screen(results: Results) -> Iterator[PerformanceTarget]:
    waits = (measured(results, "dashboard") or {}).get("delays_ms", {})
    for name, bound in TARGETS_MS.items():
        if name in waits:
            yield PerformanceTarget(f"dashboard, {name}, median", waits[name]["median"], bound, False, "ms")


def _gateway(results: Results) -> Iterator[PerformanceTarget]:
    if added := (measured(results, "gateway") or {}).get("added_ms"):
        text = (
            f"gateway with its access log at {INTERACTIVE_RATE} requests/s: added to the median of Kafka's round trip"
        )
        yield PerformanceTarget(text, added["median"], 8, False, "ms")
