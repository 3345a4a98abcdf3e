"""A worker's metrics and probes, asked as Prometheus and a supervisor ask."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contract.blocks import BlockInfo
from contract.bundle import Bundle
from contract.ids import new_request_id
from contract.settings import Settings
from contract.topic_admin import create_topics
from contract.topics import REQUESTS
from stack.local.process import ChildProcess
from stack.local.service import LocalService
from stack.probes import fetch
from stack.workers import metrics_url, service_environment, start_worker, wait_until_serving, with_metrics_port
from tests.support.brokers import Broker
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.records import block_batch
from tests.support.tiny_model import draw_features
from tests.support.waiting import WAIT_SECONDS, wait_until

pytestmark = pytest.mark.broker

CANARY = "canary-client-that-nobody-may-see"
FEATURES = [{**row, "debt": 31415.926535 + n} for n, row in enumerate(draw_features(8, seed=31))]
LATE = "1999-01-01T00:00:00Z"


def start_serving(config: Settings, tiny_bundle: Bundle, log: Path) -> tuple[ChildProcess, str]:
    worker = start_worker(1, log, with_metrics_port(service_environment(config, NEOSCORE_MODEL=str(tiny_bundle.path))))
    address = metrics_url(worker)
    assert address is not None
    return worker, address


def ask(address: str, path: str) -> tuple[int, str] | None:
    """Status and text; None while nothing listens there."""
    try:
        return fetch(address, path)
    except (OSError, HTTPException):
        return None


def scrape(address: str) -> Counter[tuple[str, ...]]:
    """Name and values of labels, without those of buckets → value."""
    return Counter(
        {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(fetch(address, "/metrics")[1])
            for sample in family.samples
        }
    )


@pytest.fixture(scope="module")
def address(config: Settings, tiny_bundle: Bundle, log_folder: Path) -> Iterator[str]:
    worker, address = start_serving(config, tiny_bundle, log_folder / "metrics.log")
    try:
        wait_until_serving(config, [worker])
        yield address
    finally:
        worker.stop()


def test_the_numbers_are_those_of_what_was_asked(address: str, wire: RawKafkaClient, tiny_bundle: Bundle) -> None:
    before = scrape(address)
    scored = wire.wait_for_results([wire.send_request(row, CANARY) for row in FEATURES])
    wire.wait_for_result(wire.send_request(FEATURES[0], CANARY))
    wire.wait_for_result(wire.send_request(None, CANARY))
    wire.wait_for_results(
        [
            wire.send_request({**FEATURES[0], "late": 99}, CANARY),
            wire.send_request(FEATURES[0], CANARY, expires_at=LATE),
        ]
    )
    dead = wire.send(REQUESTS, b"{", None)
    info = BlockInfo("batch", new_request_id(), True, datetime.now(UTC) + timedelta(seconds=60))
    wire.send_block(block_batch([{**FEATURES[0], "late": 99}, *FEATURES]), info)
    wire.wait_for_block(info.block_id)
    dead.get(timeout=WAIT_SECONDS)
    expected = {
        ("neoscore_requests_total", "interactive", "scored"): 10,
        ("neoscore_requests_total", "interactive", "rejected"): 1,
        ("neoscore_requests_total", "interactive", "expired"): 1,
        ("neoscore_requests_total", "interactive", "dead_lettered"): 1,
        ("neoscore_requests_total", "batch", "scored"): 8,
        ("neoscore_requests_total", "batch", "rejected"): 1,
        ("neoscore_errors_total", "malformed_message", "interactive"): 1,
        ("neoscore_errors_total", "deadline_exceeded", "interactive"): 1,
        ("neoscore_errors_total", "invalid_features", "batch"): 1,
        ("neoscore_cache_hits_total",): 2,
        ("neoscore_cache_misses_total",): 8,
        ("neoscore_latency_seconds_count", "interactive", "queue"): 13,
        ("neoscore_latency_seconds_count", "interactive", "total"): 13,
        ("neoscore_latency_seconds_count", "batch", "compute"): 1,
        ("neoscore_batch_rows_sum", "interactive"): 13,
        ("neoscore_batch_rows_sum", "batch"): 9,
    }

    def added() -> dict[tuple[str, ...], float]:
        now = scrape(address)
        return {key: now[key] - before[key] for key in expected}

    wait_until(lambda: sum(added().values()) >= sum(expected.values()))  # an answer is counted just after it was sent
    assert added() == expected
    now = scrape(address)
    assert now["neoscore_model_info", tiny_bundle.ref.version] == 1
    assert now["neoscore_rebalances_total",] >= 1
    text = fetch(address, "/metrics")[1]
    for secret in (CANARY, "31415.92", *(repr(answer.probability)[:10] for answer in scored)):
        assert secret not in text


def test_lag_and_ages_are_told_where_the_broker_tells_them(
    address: str, broker: Broker, config: Settings, wire: RawKafkaClient
) -> None:
    wire.wait_for_result(wire.send_request(FEATURES[0]))
    requests = config.topic(REQUESTS)
    wait_until(lambda: scrape(address)["neoscore_oldest_record_age_seconds", requests] > 0)
    for spec in config.topics():
        wait_until(lambda spec=spec: ("neoscore_oldest_record_age_seconds", spec.name) in scrape(address))
    now = scrape(address)
    assert now["neoscore_assigned_partitions", requests] == 6
    assert (("neoscore_consumer_lag_records", requests) in now) == broker.forgets, "Tansu's end offsets are wrong"
    wait_until(
        lambda: scrape(address)["neoscore_consumer_lag_records", requests] == 0
    )  # as of the next look, all is answered


def test_probes_before_and_after_the_broker_is_away(
    own_broker: LocalService, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    config = Settings(kafka_bootstrap_servers=own_broker.address, home=tmp_path)
    create_topics(config)
    worker, address = start_serving(config, tiny_bundle, tmp_path / "worker.log")
    try:
        seen: list[tuple[int, str] | None] = []
        wait_until(lambda: seen.append(ask(address, "/readyz")) or seen[-1] == (200, "ok\n"))  # type: ignore[func-returns-value]
        assert (503, "starting\n") in seen
        os.kill(own_broker.child.pid, signal.SIGSTOP)
        wait_until(lambda: ask(address, "/readyz") != (200, "ok\n"))
        status, said = fetch(address, "/readyz")
        assert status == 503
        assert said.startswith("the broker has not answered for")
        assert scrape(address)["neoscore_ready",] == 0
        # What was true before is not told any more.
        wait_until(lambda: ("neoscore_consumer_lag_records", REQUESTS) not in scrape(address))
        assert fetch(address, "/healthz") == (200, "ok\n"), "no restart of a worker brings the broker back"
        os.kill(own_broker.child.pid, signal.SIGCONT)
        wait_until(lambda: ask(address, "/readyz") == (200, "ok\n"))
    finally:
        worker.stop()
    assert worker.exit_code == 0
