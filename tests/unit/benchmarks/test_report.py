from typing import Any

import pytest

from benchmarks.contenders import OURS, OURS_BATCH
from benchmarks.dashboard import TARGETS_MS
from benchmarks.engine import CONTRIBS, PROBABILITY, SHAP, TABLES
from benchmarks.report import DOCUMENT, fill_regions, markdown
from benchmarks.request_path import NAIVE as NAIVE_PATH
from benchmarks.request_path import OURS as OUR_PATH
from benchmarks.tables import ResultTable, all_tables
from benchmarks.targets import PerformanceTarget, targets


def exactly(value: float) -> dict[str, float]:
    return {"median": value, "low": value, "high": value}


def contender(name: str, cpu: float, p50: float = 8.0, p99: float = 30.0) -> dict[str, Any]:
    latency = [{"rate": rate, "p50_ms": exactly(p50), "p99_ms": exactly(p99)} for rate in (50, 100, 200)]
    return {
        "name": name,
        "rows_per_second": exactly(1 / cpu),
        "cpu_seconds_per_1000_rows": exactly(cpu),
        "latency": [] if name == OURS_BATCH else latency,
    }


@pytest.fixture
def results() -> dict[str, Any]:
    found = [contender(OURS, 0.2), contender(OURS_BATCH, 0.02), contender("best peer", 0.3), contender("other", 0.9)]
    apache = {"contenders": found, "kernel_us_per_row": exactly(10.0)}
    return {"pipeline": {"measured": {"apache": apache, "tansu": {}}}}


def engine_part() -> dict[str, Any]:
    times = {TABLES: 1.0, CONTRIBS: 20.0, SHAP: 21.0, PROBABILITY: 0.5}
    explainers = [
        {
            "depth": 4,
            "trees": 400,
            "batch": 32,
            "method": way,
            "us_per_row": exactly(12 * factor),
            "times_tables": factor,
        }
        for way, factor in times.items()
    ]
    path = {"us_per_request": {OUR_PATH: exactly(100), NAIVE_PATH: exactly(4000)}, "times_ours": 40.0}
    return {"explainers": explainers, "request_path": path}


def scaling_part() -> dict[str, Any]:
    memory = {name: {"warm": 200.0, "end": 202.0, "peak": 210.0} for name in ("publisher", "worker 1", "broker")}
    memory["broker's log in memory"] = {"warm": 0.0, "end": 900.0, "peak": 900.0}
    run = {"scored": 1000, "seconds": 1.0, "command_seconds": 2.0, "rows_per_second": 1000.0, "memory_mb": memory}
    waits = {"requests": 100, "p50_ms": 5.0, "p99_ms": 20.0}
    return {
        "bundles": [
            {"trees": n, "model_mb": 0.5, "tables_mb": tables, "load_seconds": 1.0, "us_per_row": exactly(9.0)}
            for n, tables in ((100, 3.4), (300, None))
        ],
        "clients": [
            {"clients": 10, "seed_seconds": 1.0, "stream_us_per_client": 9.0, "milliseconds": {"find": exactly(1.0)}}
        ],
        "portfolio": {
            "runs": [{"workers": workers, "rows": 1000, **run} for workers in (1, 2)],
            "lanes": {"rate": 100, "alone": waits, "concurrent": {**waits, "p99_ms": 90.0}, "portfolio_rows": 1000},
        },
    }


def by_text(found: list[PerformanceTarget], words: str) -> PerformanceTarget:
    [goal] = [goal for goal in found if words in goal.text]
    return goal


def test_the_batch_lane_is_compared_with_the_best_peer(results: dict[str, Any]) -> None:
    goal = by_text(targets(results), "best peer")
    assert goal.value == pytest.approx(15)
    assert goal.met


def test_a_promise_that_fails_says_so(results: dict[str, Any]) -> None:
    results["pipeline"]["measured"]["apache"]["kernel_us_per_row"]["median"] = 5.0
    goal = by_text(targets(results), "kernel alone")
    assert goal.value == pytest.approx(4)
    assert not goal.met
    assert "**no**" in markdown(all_tables(results)["targets"])


def test_without_peers_nothing_is_claimed_against_them(results: dict[str, Any]) -> None:
    apache = results["pipeline"]["measured"]["apache"]
    apache["contenders"] = apache["contenders"][:2]
    assert not any("peer" in goal.text for goal in targets(results))
    assert "throughput" in all_tables(results)


def test_regions_are_rewritten_and_words_kept(results: dict[str, Any]) -> None:
    text = "before\n<!-- latency -->\nold\n<!-- end -->\nbetween\n<!-- memory -->\nold\n<!-- end -->\nafter\n"
    once = fill_regions(text, results)
    assert "old" not in once
    assert "8 / 30.0 (30.0–30.0)" in once
    assert "Not measured." in once
    assert [line for line in once.splitlines() if line in ("before", "between", "after")] == [
        "before",
        "between",
        "after",
    ]
    assert fill_regions(once, results) == once


def test_markdown_aligns_numbers_to_the_right() -> None:
    table = ResultTable("t", ["way", "µs"], [["tables", "1"]])
    assert markdown(table).splitlines() == ["| way | µs |", "| --- | ---: |", "| tables | 1 |"]


def test_everything_measured_fills_every_region_of_the_document(results: dict[str, Any]) -> None:
    results["engine"] = {"measured": engine_part()}
    results["scaling"] = {"measured": scaling_part()}
    results["dashboard"] = {
        "measured": {"delays_ms": {name: {"median": 1.0, "low": 1.0, "high": 2.0} for name in TARGETS_MS}}
    }
    wait = {"median": 1.0, "low": 1.0, "high": 2.0}
    latency = {way: {"p50_ms": wait, "p99_ms": wait} for way in ("Kafka", "gateway")}
    results["gateway"] = {"measured": {"rate": 100, "latency": latency, "added_ms": wait}}
    sealed = {"worker, plain": wait, "worker, sealed": wait}
    results["sealing"] = {
        "measured": {"us_per_request": sealed, "us_per_row": sealed, "times_plain": 1.2, "times_plain_row": 1.1}
    }
    measures = {"roc_auc": 0.8, "brier": 0.1, "calibration_error": 0.01}
    results["training"] = {
        "measured": [
            {
                "file": "f",
                "rows": 1000,
                "features": 9,
                "default_rate": 0.2,
                "seconds": 9.0,
                "shape": "9 × 1, depth 3",
                "ours": measures,
                "chance": 0.008,
                "peers": {"XGBoost": measures},
            }
        ]
    }
    machine = {"processor": "p", "cores": 2, "load": 0.5, "python": "3.11", "packages": {"shap": "1"}}
    entries = {name: {"at": "now", "seconds": 60.0, "quick": False, **results[name]} for name in results}
    assert "Not measured." not in fill_regions(DOCUMENT.read_text(encoding="utf-8"), {"machine": machine, **entries})


def test_the_broker_s_log_is_no_process(results: dict[str, Any]) -> None:
    results["scaling"] = {"measured": scaling_part()}
    found = [goal for goal in targets(results) if "memory" in goal.text]
    assert len(found) == 4
    assert all(goal.met for goal in found)
    assert not by_text(targets(results), "against alone").met


def test_nothing_measured_writes_a_document_all_the_same() -> None:
    assert "Not measured." in fill_regions(DOCUMENT.read_text(encoding="utf-8"), {})
