"""The bookkeeping by which faults are judged."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.codes import Status
from tests.support.ledger import Ledger, content_digest

SCORED, EXPIRED, FAILED = Status.SCORED, Status.EXPIRED, Status.FAILED


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger(10)
    ledger.send(range(4), at=100.0)
    return ledger


def test_a_request_without_an_answer_is_lost(ledger: Ledger) -> None:
    ledger.answer(0, SCORED, 7, 100.1)
    counts = ledger.counts()
    assert (counts.sent, counts.answered, counts.lost, ledger.waiting) == (4, 1, 3, 3)
    assert not counts.kept


def test_who_was_told_that_a_request_was_not_taken_has_not_lost_it(ledger: Ledger) -> None:
    ledger.refuse(range(1, 4))
    ledger.answer(0, SCORED, 7, 100.1)
    ledger.answer(1, SCORED, 7, 100.1)  # it had arrived all the same
    counts = ledger.counts()
    assert (counts.refused, counts.answered, counts.lost) == (2, 2, 0)
    assert counts.kept


def test_a_second_answer_is_compared_with_the_first(ledger: Ledger) -> None:
    for number, (status, digest) in enumerate([(SCORED, 7), (SCORED, 8), (EXPIRED, 9), (FAILED, 10)]):
        ledger.answer(number, SCORED, 7, 100.1)
        ledger.answer(number, status, digest, 100.2)
    counts = ledger.counts()
    assert (counts.repeated, counts.different, counts.contradicted, counts.lost) == (1, 2, 1, 0)
    assert counts.statuses == {SCORED: 4}
    assert not counts.kept


def test_a_request_that_was_once_answered_differently_is_not_also_repeated(ledger: Ledger) -> None:
    for digest in (7, 7, 8, 7):
        ledger.answer(0, SCORED, digest, 100.1)
    assert (ledger.counts().repeated, ledger.counts().different) == (0, 1)


def test_recovery_ends_with_the_last_answer_that_was_held_up(ledger: Ledger) -> None:
    ledger.send(range(4, 6), at=105.0)
    for number, at in enumerate((100.1, 100.2, 107.0, 103.0, 105.1, 109.5)):
        ledger.answer(number, SCORED, 7, at)
    assert ledger.recovery(fault=100.5) == pytest.approx(9.0)
    assert ledger.recovery(fault=100.5, until=105.0) == pytest.approx(6.5)
    assert ledger.recovery(fault=106.5) == 0.0
    ledger.send(range(6, 7), at=106.0)
    assert ledger.recovery(fault=100.5) == math.inf
    assert ledger.late(now=107.1)
    assert not ledger.late(now=106.9)


def test_counts_of_a_span(ledger: Ledger) -> None:
    ledger.send(range(4, 6), at=105.0)
    assert ledger.counts(since=101).sent == 2
    assert ledger.counts(until=101).sent == 4


def test_what_may_differ_is_no_content() -> None:
    answer = {"request_id": "a", "probability": 0.1, "cached": False, "scored_at": "now"}
    assert content_digest(answer) == content_digest({**answer, "cached": True, "scored_at": "then"})
    assert content_digest(answer) == content_digest(dict(reversed(answer.items())))
    assert content_digest(answer) != content_digest({**answer, "probability": 0.1 + 2**-55})


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(Status), st.integers(0, 2)), max_size=30))
def test_each_request_is_counted_once(answers: list[tuple[int, Status, int]]) -> None:
    ledger = Ledger(5)
    ledger.send(range(5), at=0.0)
    for number, status, digest in answers:
        ledger.answer(number, status, digest, 0.1)
    counts = ledger.counts()
    assert counts.answered + counts.lost == counts.sent == 5
    assert sum(counts.statuses.values()) == counts.answered == len({number for number, *_ in answers})
    assert counts.kept == (not counts.lost and not counts.different and not counts.contradicted)
