"""The session forgets when it should, and late answers change nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.clients import Client
from reporting.pages.client.state import (
    ClientLoaded,
    ClientLoadFailed,
    ClientPageState,
    DiscardReason,
    PurposeNeeded,
    ScoreDiscarded,
    ScoreDisplayed,
    ScoreNotRequested,
    ScorePending,
)
from reporting.problems import Problem, ScoreFailure
from reporting.widgets.theme import DisplayPreferences
from tests.unit.reporting.samples import scored

CLIENT = Client("a1b2", {"INCOME": 20_000})
RESULT = scored(0.2, [0.1])


def opened() -> ClientPageState:
    session = ClientPageState().select_client("a1b2")
    return session.client_loaded(session.request_seq, CLIENT)


def waiting() -> ClientPageState:
    return opened().request_score()


def shown() -> ClientPageState:
    session = waiting()
    return session.score_received(session.request_seq, RESULT, expires_at=100.0)


def test_the_usual_way() -> None:
    assert opened().client == ClientLoaded(CLIENT)
    assert isinstance(waiting().result, ScorePending)
    assert shown().result == ScoreDisplayed(RESULT, 100.0)


def test_french_first_and_switching_keeps_everything_else() -> None:
    assert ClientPageState().look == DisplayPreferences("fr", dark=False)
    assert replace(shown().with_preferences(DisplayPreferences("en", dark=True)), look=DisplayPreferences()) == shown()


def test_a_client_that_cannot_be_shown() -> None:
    session = ClientPageState().select_client("a1b2")
    assert session.client_loaded(session.request_seq, Problem.ACCESS_NOT_RECORDED).client == ClientLoadFailed(
        "a1b2", Problem.ACCESS_NOT_RECORDED
    )


def test_a_client_waits_while_the_advisor_is_asked_for_what_and_a_score_is_gone() -> None:
    session = shown().ask_purpose("c3d4")
    assert session.client == PurposeNeeded("c3d4")
    assert session.result == ScoreNotRequested()
    assert session.client_loaded(session.request_seq, CLIENT) is session, "nothing was loaded"
    assert session.score_received(session.request_seq - 1, RESULT, expires_at=100.0) is session


def test_nothing_is_asked_without_a_client_or_twice_at_once() -> None:
    assert ClientPageState().request_score() == ClientPageState()
    assert waiting().request_score() == waiting()


def test_choosing_another_client_forgets() -> None:
    assert isinstance(shown().select_client("c3d4").result, ScoreNotRequested)
    assert isinstance(shown().close_client().result, ScoreNotRequested)


def test_forgetting_on_request() -> None:
    assert shown().discard().result == ScoreDiscarded(DiscardReason.BY_USER)
    assert opened().discard() == opened()


def test_forgetting_in_time() -> None:
    assert shown().expire(99.9) == shown()
    assert shown().expire(100.0).result == ScoreDiscarded(DiscardReason.EXPIRED)


def test_asking_again_forgets_first() -> None:
    assert isinstance(shown().request_score().result, ScorePending)


@pytest.mark.parametrize("step", [lambda s: s.select_client("c3d4"), lambda s: s.close_client()])
def test_an_answer_that_comes_too_late_changes_nothing(step) -> None:
    session = waiting()
    later = step(session)

    assert later.score_received(session.request_seq, RESULT, 100.0) == later


def test_no_score_says_why() -> None:
    session = waiting()
    problem = ScoreFailure(Problem.NO_ANSWER)

    assert session.score_received(session.request_seq, problem, 0).result == problem


STEPS = {
    "choose": lambda s, n: s.select_client(f"c{n}"),
    "opened": lambda s, n: s.client_loaded(s.request_seq - n % 2, CLIENT),
    "ask": lambda s, n: s.request_score(),
    "answered": lambda s, n: s.score_received(s.request_seq - n % 2, RESULT, n),
    "forget": lambda s, n: s.discard(),
    "tick": lambda s, n: s.expire(n),
    "leave": lambda s, n: s.close_client(),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9))))
def test_a_score_is_only_ever_shown_for_the_client_on_the_screen(steps: list[tuple[str, int]]) -> None:
    session = ClientPageState()
    for name, n in steps:
        session = STEPS[name](session, n)
        if isinstance(session.result, ScoreDisplayed | ScorePending):
            assert isinstance(session.client, ClientLoaded)
        assert isinstance(session.expire(10**9).result, ScoreDisplayed) is False
