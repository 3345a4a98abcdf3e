"""What a worker's pages say, asked over HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from contract.codes import ErrorCode, Status
from scorer.errors import ListenError
from scorer.health import WorkerHealth
from scorer.histogram import FastHistogram
from scorer.metrics import BATCH, INTERACTIVE, WorkerMetrics
from scorer.monitoring_http import http_server
from scorer.record import DEAD_LETTERED, Outcome, Outcomes, OutgoingRecord, Record
from scorer.scoring_executor import Timed
from scorer.watchdog import OffsetSnapshot

Samples = dict[tuple[str, ...], float]


def samples(text: str) -> Samples:
    """Name and values of labels in the order of their names → value."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def record(topic: str, age: float | None = 0.01) -> Record:
    return Record(topic, 0, 0, None if age is None else time.time() - age, b"", b"")


def answer(outcomes: Outcomes) -> OutgoingRecord:
    return OutgoingRecord("t", None, b"", [], outcomes)


def metrics(*, end_offsets_reliable: bool = True) -> WorkerMetrics:
    return WorkerMetrics(lambda: "uci-1", end_offsets_reliable=end_offsets_reliable)


def told(metrics: WorkerMetrics) -> Samples:
    return samples(metrics.render(ready=True).decode())


def test_answers_are_counted_by_lane_and_status() -> None:
    worker = metrics()
    scored, cached = Outcome(Status.SCORED), Outcome(Status.SCORED, cached=True)
    refused, dead = Outcome(Status.REJECTED, ErrorCode.NOT_CACHED), Outcome(DEAD_LETTERED, ErrorCode.MALFORMED_MESSAGE)
    singles = [answer({outcome: 1}) for outcome in (scored, scored, cached, refused, dead)]
    work = Timed(None, time.time(), 0.003)
    worker.observe_responses(INTERACTIVE, [record("a") for _ in singles], work, singles)
    worker.observe_responses(BATCH, [record("b", age=None)], work, [answer({scored: 1000, refused: 24})])
    found = told(worker)
    assert found["neoscore_model_info", "uci-1"] == 1
    assert found["neoscore_requests_total", "interactive", "scored"] == 3
    assert found["neoscore_requests_total", "interactive", "dead_lettered"] == 1
    assert found["neoscore_requests_total", "interactive", "expired"] == 0, "exists from the start"
    assert found["neoscore_requests_total", "batch", "scored"] == 1000
    assert found["neoscore_errors_total", "not_cached", "batch"] == 24
    assert found["neoscore_errors_total", "malformed_message", "interactive"] == 1
    assert (found["neoscore_cache_hits_total",], found["neoscore_cache_misses_total",]) == (1, 3)
    assert found["neoscore_batch_rows_sum", "batch"] == 1024
    assert found["neoscore_latency_seconds_count", "interactive", "total"] == 5
    assert found["neoscore_latency_seconds_count", "interactive", "compute"] == 1
    assert found["neoscore_latency_seconds_count", "batch", "queue"] == 0, "the broker gave no time"
    assert found["neoscore_latency_seconds_sum", "interactive", "total"] > 0.05


def test_lag_is_told_unless_the_brokers_offsets_are_wrong() -> None:
    partition = TopicPartition("a", 0)
    look = OffsetSnapshot({partition: 9}, {partition: 4}, {"a": 3.0})
    right, wrong = metrics(), metrics(end_offsets_reliable=False)
    right.update_offsets(look)
    wrong.update_offsets(look)
    assert told(right)["neoscore_consumer_lag_records", "a"] == 5
    assert told(right)["neoscore_stalled_seconds", "a"] == 3
    assert not [key for key in told(wrong) if key[0].startswith("neoscore_consumer_lag")]
    right.update_offsets(None)
    assert not [key for key in told(right) if key[0].startswith(("neoscore_consumer_lag", "neoscore_stalled"))]


def test_what_is_not_known_any_more_is_not_told_any_more() -> None:
    worker = metrics()
    worker.record_rebalance({"a": 3, "b": 2})
    worker.record_rebalance({"b": 6})
    worker.set_oldest_record_ages({"a": 61.0})
    found = told(worker)
    assert found["neoscore_rebalances_total",] == 2
    assert [key for key in found if key[0] == "neoscore_assigned_partitions"] == [("neoscore_assigned_partitions", "b")]
    assert found["neoscore_oldest_record_age_seconds", "a"] == 61


@given(st.lists(st.floats(0, 10)))
def test_buckets_hold_all_that_is_not_larger(values: list[float]) -> None:
    bounds = (0.5, 1.0, 5.0)
    histogram = FastHistogram("h", "text", ["l"], [("x",)], bounds)
    for value in values:
        histogram["x",].observe(value)
    registry = CollectorRegistry()
    registry.register(histogram)
    for bound in bounds:
        wanted = sum(value <= bound for value in values)
        assert registry.get_sample_value("h_bucket", {"l": "x", "le": str(bound)}) == wanted
    assert registry.get_sample_value("h_count", {"l": "x"}) == len(values)
    assert registry.get_sample_value("h_sum", {"l": "x"}) == pytest.approx(sum(values))


@pytest.fixture
async def place() -> AsyncIterator[tuple[str, WorkerHealth]]:
    health = WorkerHealth(30)
    async with http_server("127.0.0.1", 0, health, metrics()) as address:
        yield address, health


async def get(address: str, path: str) -> tuple[int, str, str]:
    async with ClientSession() as session, session.get(address + path) as response:
        return response.status, await response.text(), response.headers["Content-Type"]


async def test_probes_say_in_one_line_what_is_wrong(place: tuple[str, WorkerHealth]) -> None:
    address, health = place
    assert (await get(address, "/healthz"))[:2] == (200, "ok\n")
    assert (await get(address, "/readyz"))[:2] == (503, "starting\n")
    health.mark_joined()
    assert (await get(address, "/readyz"))[:2] == (200, "ok\n")
    health.update({"score.requests": 20})
    for path in ("/healthz", "/readyz"):
        assert (await get(address, path))[:2] == (
            503,
            "score.requests stalled: requests pending, none processed for 20 s\n",
        )


async def test_metrics_are_in_the_text_format(place: tuple[str, WorkerHealth]) -> None:
    status, text, kind = await get(place[0], "/metrics")
    assert status == 200
    assert "neoscore_ready 0.0" in text
    assert kind.startswith("text/plain; version=")
    assert "process_resident_memory_bytes" in text
    assert "_created" not in text
    assert (await get(place[0], "/table"))[0] == 404


async def test_a_port_that_is_taken_is_said(place: tuple[str, WorkerHealth]) -> None:
    port = int(place[0].rpartition(":")[2])
    with pytest.raises(ListenError, match="NEOSCORE_METRICS_PORT"):
        async with http_server("127.0.0.1", port, place[1], metrics()):
            await asyncio.sleep(0)
