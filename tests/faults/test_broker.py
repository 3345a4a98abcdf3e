"""A broker that goes away: with its memory, without it, or only for a while."""

import time
from concurrent.futures import Future, wait

import pytest

from contract.errors import BrokerUnavailableError
from contract.messages import Scored
from producers.client import ScoreClient
from producers.errors import ResponseTimeoutError, ScoreError, TooManyInFlightError
from stack.workers import wait_until_serving
from tests.faults.conftest import Enter
from tests.faults.lonely import Lonely
from tests.support.steady_load import InteractiveCodec, SteadyLoad
from tests.support.tiny_model import draw_features

pytestmark = [pytest.mark.broker, pytest.mark.slow]

FEATURES = draw_features(500, seed=32)

PER_SECOND = 200

WARM_ANSWERS = 200

MOST_SECONDS = 90
"""For a broker to start, and for workers to find it again."""


def test_a_requester_with_no_room_left_is_told(lonely: Lonely) -> None:
    """The broker takes nothing for a while; what was accepted ends all the same."""
    lonely.crew.muster(2)
    narrow = lonely.config.model_copy(update={"max_requests_in_flight": 200, "submit_timeout_seconds": 0.5})
    accepted: list[Future[Scored]] = []
    with ScoreClient(narrow, "/test") as client:
        client.score("first", FEATURES[0])
        with lonely.frozen(), pytest.raises(TooManyInFlightError):
            accepted.extend(client.submit(f"c{i}", features) for i, features in enumerate(FEATURES))
        done = wait(accepted, MOST_SECONDS)
    assert not done.not_done
    errors = [error for future in accepted if (error := future.exception())]
    assert all(isinstance(error, ScoreError | ResponseTimeoutError | BrokerUnavailableError) for error in errors)


def test_a_broker_that_restarts_with_its_data_loses_nothing(lonely: Lonely, enter: Enter) -> None:
    lonely.crew.muster(2)
    with lonely.crew.kept_alive(), SteadyLoad(lonely.config, InteractiveCodec(FEATURES), PER_SECOND) as load:
        load.wait_for(WARM_ANSWERS)
        fault = time.monotonic()
        lonely.end_in_order()
        lonely.start_again()
        load.wait_until_recovered(MOST_SECONDS)
        load.wait_for(WARM_ANSWERS)
        counts = enter(load.drain(), load.tracker.recovery_seconds(fault))
    assert counts.guarantee_held
    assert counts.answered + counts.delivery_failed == counts.sent


def test_a_broker_that_comes_back_empty_loses_only_what_it_held(lonely: Lonely, enter: Enter) -> None:
    lonely.crew.muster(2)
    with (
        lonely.crew.kept_alive(),
        SteadyLoad(lonely.config, InteractiveCodec(FEATURES), PER_SECOND) as load,
        ScoreClient(lonely.config, "/test") as client,
    ):
        client.score("first", FEATURES[0])
        load.wait_for(WARM_ANSWERS)
        fault, held = time.monotonic(), load.tracker.pending
        lonely.kill()
        waiting = client.submit("somebody", FEATURES[0], ttl=3)
        assert isinstance(waiting.exception(MOST_SECONDS), BrokerUnavailableError | ResponseTimeoutError)
        lonely.start_empty()
        back = time.monotonic()
        wait_until_serving(lonely.config, lonely.crew.workers)
        load.wait_until_recovered(MOST_SECONDS, since=back)
        load.wait_for(WARM_ANSWERS)
        load.drain(seconds=5)
        enter(load.tracker.counts(until=fault), note="sent before the kill")
        after = enter(load.tracker.counts(since=back), load.tracker.recovery_seconds(back), "sent once it was back")
        assert client.score("somebody", FEATURES[0])
    assert load.tracker.counts(until=fault).lost <= held
    assert load.tracker.counts().conflicting == 0
    assert after.guarantee_held
