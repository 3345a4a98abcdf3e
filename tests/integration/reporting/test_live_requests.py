"""Requests that travel over a real broker are counted into the training data's bins, and nothing else of them stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from contract.blocks import BlockInfo
from contract.ids import new_request_id
from contract.topics import REQUESTS
from reporting.backend.monitors import MonitorSubscription
from reporting.backend.request_monitor import RequestMonitors, RequestStats
from reporting.pages.model.stability import DriftLevel, feature_drifts
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.records import block_batch
from tests.support.waiting import wait_until
from training.sources import load_dataset

pytestmark = pytest.mark.broker


@pytest.fixture
def live(config) -> Iterator[RequestMonitors]:
    shared = RequestMonitors(config)
    yield shared
    shared.close()


@pytest.fixture
def wire(config) -> Iterator[RawKafkaClient]:
    opened = RawKafkaClient(config)
    yield opened
    opened.close()


def watch(live: RequestMonitors, bundle) -> MonitorSubscription[RequestStats]:
    """Open a view that is connected: what is sent from now on is seen."""
    opened = live.subscribe(bundle)
    wait_until(lambda: opened.snapshot().connected)
    return opened


@pytest.fixture(scope="module")
def people() -> list[dict]:
    return load_dataset("uci-credit-default").frame.head(1_000).to_dict("records")


def block_info() -> BlockInfo:
    return BlockInfo(new_request_id(), new_request_id(), False, datetime.now(UTC) + timedelta(minutes=1))


def test_both_lanes_are_counted_and_bad_requests_are_not(live, wire, bundle, people) -> None:
    opened = watch(live, bundle)
    before = opened.snapshot().requests
    for person in people[:20]:
        wire.send_request(person)
    wire.send_request({**people[0], "PAY_0": 99})
    wire.send_request(None)
    wire.send(REQUESTS, b"no JSON at all", b"c1")
    wire.send_block(block_batch(people), block_info())
    wire.flush()

    wait_until(lambda: opened.snapshot().requests >= before + 1_020)
    seen = opened.snapshot()
    assert seen.requests == before + 1_020
    assert set(seen.features) == set(bundle.schema.model_feature_names)
    assert {int(counts.sum()) for counts in seen.features.values()} == {seen.requests}
    assert {drift.level for drift in feature_drifts(bundle.baseline, seen.features)} == {DriftLevel.STABLE}


def test_another_population_shows(live, wire, bundle, people) -> None:
    opened = watch(live, bundle)
    poor = [{**person, "LIMIT_BAL": 10_000.0} for person in people]
    before = opened.snapshot().requests
    wire.send_block(block_batch(poor), block_info())
    wire.flush()
    wait_until(lambda: opened.snapshot().requests >= before + 1_000)

    greatest = feature_drifts(bundle.baseline, opened.snapshot().features)[0]
    assert (greatest.feature, greatest.level) == ("LIMIT_BAL", DriftLevel.SIGNIFICANT)


def test_pages_share_one_reading_and_the_last_one_ends_it(live, wire, bundle, people) -> None:
    first, second = watch(live, bundle), watch(live, bundle)
    before = first.snapshot().requests
    wire.send_request(people[0])
    wire.flush()
    wait_until(lambda: first.snapshot().requests > before)
    assert second.snapshot().requests == first.snapshot().requests

    first.close()
    first.close()
    wire.send_request(people[0])
    wire.flush()
    wait_until(lambda: second.snapshot().requests > before + 1)

    second.close()
    assert live.subscribe(bundle).snapshot().requests == 0


def test_a_broker_that_is_away_is_no_error(bundle, config) -> None:
    away = RequestMonitors(config.model_copy(update={"kafka_bootstrap_servers": "127.0.0.1:9"}))
    assert not away.subscribe(bundle).snapshot().connected
    away.close()
