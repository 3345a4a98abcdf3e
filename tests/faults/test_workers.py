"""Workers that are killed, stopped, frozen, added and taken away under load, on both lanes."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.conftest import Enter
from tests.faults.crew import Crew, wait_until_ended
from tests.support.steady_load import BatchCodec, InteractiveCodec, SteadyLoad
from tests.support.tiny_model import draw_features
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.slow]

FEATURES = draw_features(500, seed=31)

SINGLES_PER_SECOND = 200
ROWS_PER_SECOND = 2_000
BLOCK_ROWS = 250

WARM_ANSWERS = 200
"""From then on both workers are at work."""

MOST_SECONDS = 45
"""For a takeover, which takes ten: far more than a busy machine needs."""


@contextmanager
def both_lanes(crew: Crew) -> Iterator[tuple[SteadyLoad, SteadyLoad]]:
    """Load both lanes."""
    singles = SteadyLoad(crew.config, InteractiveCodec(FEATURES), SINGLES_PER_SECOND)
    blocks = SteadyLoad(crew.config, BatchCodec(FEATURES, BLOCK_ROWS), ROWS_PER_SECOND)
    with singles, blocks:
        for load in (singles, blocks):
            load.wait_for(WARM_ANSWERS)
        yield singles, blocks


def settle(loads: tuple[SteadyLoad, SteadyLoad], enter: Enter, fault: float) -> None:
    """Let the load go on until it has recovered, and check that the promise was kept on both lanes."""
    for load in loads:
        load.wait_until_recovered(MOST_SECONDS)
        load.wait_for(WARM_ANSWERS)
    for load, lane in zip(loads, ("interactive", "batch"), strict=True):
        counts = enter(load.drain(), load.tracker.recovery_seconds(fault), lane)
        assert counts.guarantee_held
        assert counts.statuses == {"scored": counts.sent - counts.delivery_failed}
        assert counts.delivery_failed == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
def test_a_worker_that_ends_loses_nothing(crew: Crew, enter: Enter, number: signal.Signals) -> None:
    victim, _ = crew.muster(2)
    with both_lanes(crew) as loads:
        os.kill(victim.pid, number)
        fault = time.monotonic()
        exit_code = wait_until_ended(victim, MOST_SECONDS)
        settle(loads, enter, fault)
    assert exit_code == (0 if number == signal.SIGTERM else -signal.SIGKILL)


def test_a_restart_answers_nothing_twice(crew: Crew, enter: Enter) -> None:
    crew.muster(1)
    with SteadyLoad(crew.config, InteractiveCodec(FEATURES), SINGLES_PER_SECOND) as load:
        load.wait_for(WARM_ANSWERS)
        crew.dismiss(crew.workers)  # nobody else is there: what comes meanwhile waits
        fault = time.monotonic()
        crew.muster(1)
        load.wait_until_recovered(MOST_SECONDS)
        counts = enter(load.drain(), load.tracker.recovery_seconds(fault))
    assert counts.guarantee_held
    assert counts.duplicates == 0
    assert counts.statuses == {"scored": counts.sent}


def test_a_frozen_worker_wakes_up_as_a_stranger(crew: Crew, enter: Enter) -> None:
    """It was expelled meanwhile; what it had in hand it may answer once more, alike."""
    frozen, _ = crew.muster(2)
    with both_lanes(crew) as loads:
        os.kill(frozen.pid, signal.SIGSTOP)
        fault = time.monotonic()
        try:
            wait_until(
                lambda: any(load.tracker.has_overdue(time.monotonic()) for load in loads), MOST_SECONDS, "no gap"
            )
            for load in loads:
                load.wait_until_recovered(MOST_SECONDS)
        finally:
            os.kill(frozen.pid, signal.SIGCONT)
        settle(loads, enter, fault)
    assert frozen.exit_code is None


def test_workers_come_and_go_under_load(crew: Crew, enter: Enter) -> None:
    crew.muster(1)
    with both_lanes(crew) as loads:
        fault = time.monotonic()
        [_, *others] = crew.muster(3)
        crew.dismiss(others)
        settle(loads, enter, fault)
    assert [worker.exit_code for worker in others] == [0, 0]
