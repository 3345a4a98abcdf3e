from typing import Any

import pytest

from benchmarks.contenders import OURS, OURS_BATCH
from benchmarks.goals import Goal, goals
from benchmarks.report import DOCUMENT, fill, markdown
from benchmarks.tables import Table, all_tables


def contender(name: str, cpu: float, p50: float = 8.0, p99: float = 30.0) -> dict[str, Any]:
    def exactly(value: float) -> dict[str, float]:
        return {"median": value, "low": value, "high": value}

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
    kernel = {"median": 10.0, "low": 10.0, "high": 10.0}
    return {"pipeline": {"measured": {"apache": {"contenders": found, "kernel_us_per_row": kernel}, "tansu": {}}}}


def by_text(found: list[Goal], words: str) -> Goal:
    [goal] = [goal for goal in found if words in goal.text]
    return goal


def test_the_batch_lane_is_compared_with_the_best_peer(results: dict[str, Any]) -> None:
    goal = by_text(goals(results), "best peer")
    assert goal.value == pytest.approx(15)
    assert goal.holds


def test_a_promise_that_fails_says_so(results: dict[str, Any]) -> None:
    results["pipeline"]["measured"]["apache"]["kernel_us_per_row"]["median"] = 5.0
    goal = by_text(goals(results), "kernel alone")
    assert goal.value == pytest.approx(4)
    assert not goal.holds
    assert "**no**" in markdown(all_tables(results)["goals"])


def test_without_peers_nothing_is_claimed_against_them(results: dict[str, Any]) -> None:
    apache = results["pipeline"]["measured"]["apache"]
    apache["contenders"] = apache["contenders"][:2]
    assert not any("peer" in goal.text for goal in goals(results))
    assert "throughput" in all_tables(results)


def test_regions_are_rewritten_and_words_kept(results: dict[str, Any]) -> None:
    text = "before\n<!-- latency -->\nold\n<!-- end -->\nbetween\n<!-- memory -->\nold\n<!-- end -->\nafter\n"
    once = fill(text, results)
    assert "old" not in once
    assert "8 / 30.0 (30.0–30.0)" in once
    assert "Not measured." in once
    assert [line for line in once.splitlines() if line in ("before", "between", "after")] == [
        "before",
        "between",
        "after",
    ]
    assert fill(once, results) == once


def test_markdown_aligns_numbers_to_the_right() -> None:
    table = Table("t", ["way", "µs"], [["tables", "1"]])
    assert markdown(table).splitlines() == ["| way | µs |", "| --- | ---: |", "| tables | 1 |"]


def test_nothing_measured_writes_a_document_all_the_same() -> None:
    assert "Not measured." in fill(DOCUMENT.read_text(encoding="utf-8"), {})
