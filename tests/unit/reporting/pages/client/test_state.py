"""The session forgets when it should, and late answers change nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.clients import Client
from reporting.pages.client.state import (
    Forgetting,
    Forgotten,
    NoResult,
    NotOpened,
    Opened,
    Session,
    Shown,
    Waiting,
)
from reporting.problems import NotScored, Problem
from reporting.widgets.theme import Look
from tests.unit.reporting.samples import scored

CLIENT = Client("a1b2", {"INCOME": 20_000})
RESULT = scored(0.2, [0.1])


def opened() -> Session:
    session = Session().choose("a1b2")
    return session.opened(session.ticket, CLIENT)


def waiting() -> Session:
    return opened().ask()


def shown() -> Session:
    session = waiting()
    return session.answered(session.ticket, RESULT, forget_at=100.0)


def test_the_usual_way() -> None:
    assert opened().client == Opened(CLIENT)
    assert isinstance(waiting().result, Waiting)
    assert shown().result == Shown(RESULT, 100.0)


def test_french_first_and_switching_keeps_everything_else() -> None:
    assert Session().look == Look("fr", dark=False)
    assert replace(shown().wear(Look("en", dark=True)), look=Look()) == shown()


def test_a_client_that_cannot_be_shown() -> None:
    session = Session().choose("a1b2")
    assert session.opened(session.ticket, Problem.NOT_RECORDED).client == NotOpened("a1b2", Problem.NOT_RECORDED)


def test_nothing_is_asked_without_a_client_or_twice_at_once() -> None:
    assert Session().ask() == Session()
    assert waiting().ask() == waiting()


def test_choosing_another_client_forgets() -> None:
    assert isinstance(shown().choose("c3d4").result, NoResult)
    assert isinstance(shown().leave().result, NoResult)


def test_forgetting_on_request() -> None:
    assert shown().forget().result == Forgotten(Forgetting.ASKED)
    assert opened().forget() == opened()


def test_forgetting_in_time() -> None:
    assert shown().tick(99.9) == shown()
    assert shown().tick(100.0).result == Forgotten(Forgetting.TIME)


def test_asking_again_forgets_first() -> None:
    assert isinstance(shown().ask().result, Waiting)


@pytest.mark.parametrize("step", [lambda s: s.choose("c3d4"), lambda s: s.leave()])
def test_an_answer_that_comes_too_late_changes_nothing(step) -> None:
    session = waiting()
    later = step(session)

    assert later.answered(session.ticket, RESULT, 100.0) == later


def test_no_score_says_why() -> None:
    session = waiting()
    problem = NotScored(Problem.NO_ANSWER)

    assert session.answered(session.ticket, problem, 0).result == problem


STEPS = {
    "choose": lambda s, n: s.choose(f"c{n}"),
    "opened": lambda s, n: s.opened(s.ticket - n % 2, CLIENT),
    "ask": lambda s, n: s.ask(),
    "answered": lambda s, n: s.answered(s.ticket - n % 2, RESULT, n),
    "forget": lambda s, n: s.forget(),
    "tick": lambda s, n: s.tick(n),
    "leave": lambda s, n: s.leave(),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9))))
def test_a_score_is_only_ever_shown_for_the_client_on_the_screen(steps: list[tuple[str, int]]) -> None:
    session = Session()
    for name, n in steps:
        session = STEPS[name](session, n)
        if isinstance(session.result, Shown | Waiting):
            assert isinstance(session.client, Opened)
        assert isinstance(session.tick(10**9).result, Shown) is False
