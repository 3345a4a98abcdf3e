import pytest

from scorer.health import BROKER_DOWN_AFTER_SECONDS, Phase, WorkerHealth
from tests.unit.scorer.conftest import Clock


@pytest.fixture
def health(clock: Clock) -> WorkerHealth:
    return WorkerHealth(30, clock)


def test_a_worker_that_starts_or_stops_lives_but_does_not_serve(health: WorkerHealth) -> None:
    assert (health.liveness_failure(), health.readiness_failure()) == (None, "starting")
    health.mark_joined()
    assert (health.liveness_failure(), health.readiness_failure()) == (None, None)
    health.phase = Phase.STOPPING
    assert (health.liveness_failure(), health.readiness_failure()) == (None, "stopping")


def test_a_silent_broker_is_no_reason_to_end_the_worker(health: WorkerHealth, clock: Clock) -> None:
    health.mark_joined()
    clock.now = BROKER_DOWN_AFTER_SECONDS + 1
    assert health.liveness_failure() is None
    assert health.readiness_failure() == f"the broker has not answered for {BROKER_DOWN_AFTER_SECONDS + 1:.0f} s"
    health.update({})
    assert health.readiness_failure() is None


def test_a_start_that_takes_long_is_not_the_brokers_silence(health: WorkerHealth, clock: Clock) -> None:
    clock.now = 60
    health.mark_joined()
    assert health.readiness_failure() is None


def test_a_rebalance_is_said(health: WorkerHealth) -> None:
    health.mark_joined()
    health.rebalancing = lambda: True
    assert health.readiness_failure() == "consumer group is rebalancing"
    assert health.liveness_failure() is None


def test_a_lane_that_stands_still_is_said_before_the_watchdog_acts(health: WorkerHealth) -> None:
    health.mark_joined()
    health.update({"a": 14.0, "b": 0.0})
    assert health.liveness_failure() is None
    health.update({"a": 15.0, "b": 20.0})
    assert (
        health.liveness_failure()
        == health.readiness_failure()
        == "b stalled: requests pending, none processed for 20 s"
    )
