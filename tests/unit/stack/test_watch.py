"""The pure parts of `neoscore topics watch`: from what was told to what is shown."""

import io
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from contract.codes import ErrorCode, Status
from contract.retention import DEFAULT_RETENTION
from contract.topics import DEAD_LETTERS, REQUESTS, TOPICS
from producers.monitoring.topic_stats import PartitionStats, TopicStats, topic_stats
from scorer.metrics import BATCH, INTERACTIVE, WorkerMetrics
from scorer.record import Outcome, OutgoingRecord, Record
from scorer.scoring_executor import Timed
from stack.watch.view import Snapshot, render
from stack.watch.worker_metrics import WorkerStatus, bucket_delta, parse_metrics, quantile

NOW = 1_000_000.0


def ms(age: float) -> int:
    return int((NOW - age) * 1000)


def test_a_topic_is_the_sum_of_its_partitions_and_as_old_as_the_oldest() -> None:
    parts = [
        PartitionStats(10, 15, ms(40), rate_window_records=3, dead_letter_window_records=5, lag=2, oldest_lag_ms=ms(4)),
        PartitionStats(0, 1, ms(61), rate_window_records=0, dead_letter_window_records=0, lag=1, oldest_lag_ms=ms(61)),
        PartitionStats(7, 7, None, rate_window_records=0, dead_letter_window_records=0, lag=0),
    ]
    assert topic_stats("t", parts, NOW, offsets_reliable=True) == TopicStats("t", 6, 0.3, 3, 61.0, 61.0, 5)


def test_nothing_waits() -> None:
    view = topic_stats("t", [PartitionStats(7, 7, None, 0, 0, lag=0)], NOW, offsets_reliable=True)
    assert view == TopicStats("t", 0, 0.0, 0, 0.0, None, 0)


def test_a_topic_that_no_group_reads_has_no_lag() -> None:
    view = topic_stats("t", [PartitionStats(0, 3, ms(1), 3, 3)], NOW, offsets_reliable=True)
    assert (view.lag, view.lag_seconds, view.retained) == (None, None, 3)


def test_wrong_end_offsets_make_everything_but_the_age_unknown() -> None:
    view = topic_stats("t", [PartitionStats(0, 3, ms(9), 3, 3, 3, ms(9))], NOW, offsets_reliable=False)
    assert view == TopicStats("t", None, None, None, None, 9.0, None)


BOUNDS = (0.001, 0.01, 0.1, 1.0, float("inf"))


@given(st.lists(st.floats(0.0001, 5), min_size=1), st.sampled_from([0.5, 0.9, 0.99]))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(values: list[float], share: float) -> None:
    found = quantile({bound: float(sum(value <= bound for value in values)) for bound in BOUNDS}, share)
    true = sorted(values)[max(0, -int(-share * len(values) // 1) - 1)]
    upper = next(bound for bound in BOUNDS if true <= bound)
    lower = max((bound for bound in (0.0, *BOUNDS) if bound < upper), default=0.0)
    assert found is not None
    assert lower <= found <= min(upper, 1.0) + 1e-9, "beyond the last bound, that is all that is known"


def test_without_requests_there_is_no_quantile() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({0.1: 0.0, float("inf"): 0.0}, 0.5) is None


def test_latency_is_that_of_the_time_between_unless_the_worker_began_anew() -> None:
    assert bucket_delta({0.1: 5, 1.0: 9}, {0.1: 4, 1.0: 4}) == {0.1: 1, 1.0: 5}
    assert bucket_delta({0.1: 1, 1.0: 2}, {0.1: 4, 1.0: 4}) == {0.1: 1, 1.0: 2}
    assert bucket_delta({0.1: 1}, {}) == {0.1: 1}


def test_a_workers_metrics_are_read_as_they_are_written() -> None:
    metrics = WorkerMetrics(lambda: "uci-1", end_offsets_reliable=True)
    record = Record("t", 0, 0, time.time() - 3, b"", b"")
    for lane, outcomes in (
        (INTERACTIVE, {Outcome(Status.SCORED): 1}),
        (BATCH, {Outcome(Status.SCORED): 7, Outcome(Status.REJECTED, ErrorCode.INVALID_FEATURES): 2}),
    ):
        metrics.observe_responses(
            lane, [record], Timed(None, time.time(), 0.1), [OutgoingRecord("t", None, b"", [], outcomes)]
        )
    view = parse_metrics("worker 1", None, metrics.render(ready=True).decode())
    assert {status: count for status, count in view.requests.items() if count} == {"scored": 8, "rejected": 2}
    assert view.latency[float("inf")] == 1, "of single requests"
    assert 2 < (quantile(view.latency, 0.5) or 0) < 5


def shown(snapshot: Snapshot, width: int = 80) -> list[str]:
    output = io.StringIO()
    Console(file=output, width=width, highlight=False).print(render(snapshot))
    return [line.rstrip() for line in output.getvalue().splitlines()]


def topics(*, old: float = 20.0, known: bool = True, letters: int = 0) -> list[TopicStats]:
    many = 123_456_789 if known else None
    rate = 12_345.6 if known else None
    return [
        TopicStats(spec.name, many, rate, many, 12_345.6 if known else None, old, letters if known else None)
        for spec in TOPICS
    ]


REQUESTS_OF_A_BUSY_WORKER = dict.fromkeys(["scored", "rejected", "expired", "failed", "dead_lettered"], 999_999.0)
BUSY = WorkerStatus("worker 12", None, REQUESTS_OF_A_BUSY_WORKER, {0.005: 50.0, 30.0: 100.0, float("inf"): 100.0})
AWAY = WorkerStatus("worker 13", "it does not answer at http://127.0.0.1:46565 (ConnectionRefusedError)")


@pytest.mark.parametrize(
    "snapshot",
    [
        Snapshot("broker 127.0.0.1:9092", topics(), [BUSY, AWAY]),
        Snapshot("broker 127.0.0.1:9092", topics(old=1e6, letters=10_000), [BUSY], {"worker 12": {}}),
        Snapshot("broker 127.0.0.1:9092", topics(known=False), [], offsets_reliable=False),
    ],
)
def test_it_fits_into_eighty_columns(snapshot: Snapshot) -> None:
    lines = shown(snapshot)
    assert max(map(len, lines)) <= 80
    assert not any("…" in line for line in lines)


def test_topics_are_shown_without_the_prefix_of_the_installation() -> None:
    views = [replace(view, topic=f"bank-a.{view.topic}") for view in topics(letters=2)]
    assert shown(Snapshot("", views, [])) == shown(Snapshot("", topics(letters=2), []))


def test_a_topic_that_is_not_forgotten_is_marked() -> None:
    lines = shown(Snapshot("", topics(old=DEFAULT_RETENTION.max_record_age_seconds - 1), []))
    assert not any("!" in line for line in lines)
    lines = shown(Snapshot("", topics(old=DEFAULT_RETENTION.max_record_age_seconds + 1), []))
    assert next(line for line in lines if line.startswith(REQUESTS)).endswith("101 s !")
    assert "! readable for more than 100 s: the broker has not deleted it in time" in lines


def test_what_is_unknown_is_said_to_be_unknown() -> None:
    lines = shown(Snapshot("", topics(known=False), [], offsets_reliable=False))
    assert next(line for line in lines if line.startswith(REQUESTS)).split()[1:5] == ["unknown"] * 4
    assert "dead letters in the last minute: unknown" in lines
    assert any(line.startswith("unknown: this broker") for line in lines)


def test_a_broker_that_does_not_know_the_group_yet_is_no_reason_for_a_lie() -> None:
    lines = shown(Snapshot("", [TopicStats(REQUESTS, 5, 0, None, None, 1, 5)], []))
    assert lines[3].split() == [REQUESTS, "5", "0.0", "unknown", "unknown", "1.0", "s"]
    assert "unknown: the broker does not report yet what the workers' group has committed" in lines


def test_dead_letters_are_those_of_their_topic() -> None:
    views = [TopicStats(REQUESTS, 5, 0, 0, 0, 1, 5), TopicStats(DEAD_LETTERS, 3, 0, None, None, 1, 2)]
    assert "dead letters in the last minute: 2" in shown(Snapshot("", views, []))


def test_why_a_worker_is_not_ready_is_said_below() -> None:
    lines = shown(Snapshot("", topics(), [BUSY, AWAY]))
    assert next(line for line in lines if line.startswith("worker 12")).split()[2] == "yes"
    assert next(line for line in lines if line.startswith("worker 13  ")).split() == ["worker", "13", "no", *"-" * 7]
    assert "worker 13 is not ready: it does not answer at http://127.0.0.1:46565" in " ".join(lines)
