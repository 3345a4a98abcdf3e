import pytest

from scorer.health import SILENT_SECONDS, Health, Phase
from tests.unit.scorer.conftest import Clock


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health(30, clock)


def test_a_worker_that_starts_or_stops_lives_but_does_not_serve(health: Health) -> None:
    assert (health.unwell(), health.unready()) == (None, "starting")
    health.joined()
    assert (health.unwell(), health.unready()) == (None, None)
    health.phase = Phase.STOPPING
    assert (health.unwell(), health.unready()) == (None, "stopping")


def test_a_silent_broker_is_no_reason_to_end_the_worker(health: Health, clock: Clock) -> None:
    health.joined()
    clock.now = SILENT_SECONDS + 1
    assert health.unwell() is None
    assert health.unready() == f"the broker has not answered for {SILENT_SECONDS + 1:.0f} s"
    health.looked({})
    assert health.unready() is None


def test_a_start_that_takes_long_is_not_the_brokers_silence(health: Health, clock: Clock) -> None:
    clock.now = 60
    health.joined()
    assert health.unready() is None


def test_a_rebalance_is_said(health: Health) -> None:
    health.joined()
    health.rebalancing = lambda: True
    assert health.unready() == "its group is sharing out the partitions"
    assert health.unwell() is None


def test_a_lane_that_stands_still_is_said_before_the_watchdog_acts(health: Health) -> None:
    health.joined()
    health.looked({"a": 14.0, "b": 0.0})
    assert health.unwell() is None
    health.looked({"a": 15.0, "b": 20.0})
    assert health.unwell() == health.unready() == "requests wait in b and none was answered for 20 s"
