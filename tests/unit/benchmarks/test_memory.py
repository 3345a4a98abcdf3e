import pytest

from benchmarks.memory import summarise_samples
from benchmarks.timing import median_and_range, time_interleaved


def test_memory_that_grows_in_warm_up_only_is_as_large_at_the_end_as_when_warm() -> None:
    samples = [(float(second), min(100.0 + 10 * second, 200.0)) for second in range(101)]
    assert summarise_samples(samples) == {"warm": 200.0, "end": 200.0, "peak": 200.0}


def test_a_leak_shows() -> None:
    samples = [(float(second), 100.0 + second) for second in range(101)]
    found = summarise_samples(samples)
    assert found["end"] > 1.5 * found["warm"]
    assert found["peak"] == 200.0


def test_a_run_of_one_sample_has_a_summary() -> None:
    assert summarise_samples([(0.5, 7.0)]) == {"warm": 7.0, "end": 7.0, "peak": 7.0}


def test_spread_is_the_median_and_the_ends() -> None:
    assert median_and_range([3.0, 1.0, 2.0]) == {"median": 2.0, "low": 1.0, "high": 3.0}


def test_ways_take_turns() -> None:
    calls: list[str] = []
    found = time_interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=2)
    assert found.keys() == {"a", "b"}
    assert all(timing["low"] <= timing["median"] <= timing["high"] for timing in found.values())
    assert calls[-1] == "b"
    assert calls.count("a") > 2


@pytest.mark.parametrize("values", [[], ()])
def test_no_value_has_no_spread(values: list[float]) -> None:
    with pytest.raises(ValueError):
        median_and_range(values)
