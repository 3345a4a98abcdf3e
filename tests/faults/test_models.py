"""Models that raise on a row, that never return, and that are slower than what is asked of them."""

import time
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from contract.blocks import BlockInfo
from contract.codes import ErrorCode, Status
from contract.ids import new_request_id
from contract.messages import Expired, Failed, Scored
from tests.faults.conftest import Enter
from tests.faults.crew import Crew
from tests.support.faulty_worker import INCOME_THAT_HANGS, INCOME_THAT_RAISES
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.records import block_batch
from tests.support.steady_load import InteractiveCodec, SteadyLoad
from tests.support.tiny_model import draw_features
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.slow]

FEATURES = draw_features(500, seed=33)

MOST_SECONDS = 60

SECONDS_A_ROW = 0.01
"""So slow that a load generator can ask for twice of it."""

OVERLOAD = 1_000
"""Requests in twice the time that they need: some seconds, and many times the lifetime of one."""

MOST_GROWTH = 1.2
"""Requests that wait in memory are few and small beside the process."""


def row_with_income(income: int) -> dict[str, object]:
    return {**FEATURES[0], "income": income}


def test_a_row_on_which_the_model_raises_fails_alone(crew: Crew) -> None:
    crew.dismiss(crew.workers)
    crew.enlist_faulty(1)
    wire = RawKafkaClient(crew.config)
    try:
        good = [wire.send_request(features, f"n{i}") for i, features in enumerate(FEATURES[:100])]
        bad = wire.send_request(row_with_income(INCOME_THAT_RAISES), "bad")
        good += [wire.send_request(features, f"m{i}") for i, features in enumerate(FEATURES[:100])]
        [answer] = wire.wait_for_results([bad])
        assert isinstance(answer, Failed)
        assert answer.error.code is ErrorCode.MODEL_FAILED
        assert all(isinstance(neighbour, Scored) for neighbour in wire.wait_for_results(good))
        info = BlockInfo("batch", new_request_id(), True, datetime.now(UTC) + timedelta(seconds=60))
        wire.send_block(block_batch([*FEATURES[:100], row_with_income(INCOME_THAT_RAISES), *FEATURES[:100]]), info)
        _, rows = wire.wait_for_block(info.block_id)
    finally:
        wire.close()
    assert [row["status"] for row in rows] == ["scored"] * 100 + ["failed"] + ["scored"] * 100
    assert rows[100]["error_code"] == ErrorCode.MODEL_FAILED
    assert all(len(answers) == 1 for answers in wire.results.values())


def test_a_model_that_never_returns_ends_its_worker_and_another_takes_over(crew: Crew, enter: Enter) -> None:
    """It even keeps the interpreter's lock, so that no other thread of the process runs, the watchdog's neither."""
    crew.dismiss(crew.workers)
    hasty = Crew(crew.config, crew.bundle, crew.log_folder, NEOSCORE_WATCHDOG_TIMEOUT_SECONDS="10")
    workers = hasty.enlist_faulty(2)
    wire = RawKafkaClient(crew.config)
    try:
        with SteadyLoad(crew.config, InteractiveCodec(FEATURES), per_second=100) as load:
            load.wait_for(200)
            fault = time.monotonic()
            poison = wire.send_request(
                row_with_income(INCOME_THAT_HANGS), "poison", expires_at=datetime.now(UTC) + timedelta(seconds=5)
            )
            wait_until(lambda: any(worker.exit_code is not None for worker in workers), MOST_SECONDS, "it hangs on")
            load.wait_until_recovered(MOST_SECONDS)
            load.wait_for(200)
            counts = enter(load.drain(), load.tracker.recovery_seconds(fault))
        [answer] = wire.wait_for_results([poison])
    finally:
        wire.close()
        hasty.dismiss(hasty.workers)
    assert isinstance(answer, Expired)  # the worker that took over read it after its deadline, and so never tried it
    assert counts.guarantee_held
    assert counts.statuses == {Status.SCORED: counts.sent}


def test_twice_what_a_worker_can_bear(crew: Crew, enter: Enter) -> None:
    """What is past its deadline is told so, fresh requests are scored, and memory stays flat."""
    crew.dismiss(crew.workers)
    [slow] = crew.enlist_faulty(1, str(SECONDS_A_ROW))
    resident = psutil.Process(slow.pid).memory_info
    with SteadyLoad(crew.config, InteractiveCodec(FEATURES, lifetime=1.0), 2 / SECONDS_A_ROW) as load:
        load.wait_for(200)
        before = resident().rss
        load.wait_for(OVERLOAD)
        during = resident().rss
        counts = enter(load.drain(), note=f"memory {during / before:.2f} times that at the beginning")
    assert not counts.lost
    assert not counts.conflicting
    assert counts.statuses.keys() == {Status.SCORED, Status.EXPIRED}
    assert during < MOST_GROWTH * before
    with SteadyLoad(crew.config, InteractiveCodec(FEATURES, lifetime=10.0), 0.5 / SECONDS_A_ROW, capacity=100) as load:
        load.wait_for(100)
        assert load.drain().statuses == {Status.SCORED: 100}
    crew.dismiss([slow])
