"""The bookkeeping by which faults are judged."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.codes import Status
from tests.support.delivery_tracker import DeliveryTracker, result_digest

SCORED, EXPIRED, FAILED = Status.SCORED, Status.EXPIRED, Status.FAILED


@pytest.fixture
def tracker() -> DeliveryTracker:
    tracker = DeliveryTracker(10)
    tracker.record_sent(range(4), at=100.0)
    return tracker


def test_a_request_without_an_answer_is_lost(tracker: DeliveryTracker) -> None:
    tracker.record_reply(0, SCORED, 7, 100.1)
    counts = tracker.counts()
    assert (counts.sent, counts.answered, counts.lost, tracker.pending) == (4, 1, 3, 3)
    assert not counts.guarantee_held


def test_who_was_told_that_a_request_was_not_taken_has_not_lost_it(tracker: DeliveryTracker) -> None:
    tracker.record_delivery_failure(range(1, 4))
    tracker.record_reply(0, SCORED, 7, 100.1)
    tracker.record_reply(1, SCORED, 7, 100.1)  # it had arrived all the same
    counts = tracker.counts()
    assert (counts.delivery_failed, counts.answered, counts.lost) == (2, 2, 0)
    assert counts.guarantee_held


def test_a_second_answer_is_compared_with_the_first(tracker: DeliveryTracker) -> None:
    for number, (status, digest) in enumerate([(SCORED, 7), (SCORED, 8), (EXPIRED, 9), (FAILED, 10)]):
        tracker.record_reply(number, SCORED, 7, 100.1)
        tracker.record_reply(number, status, digest, 100.2)
    counts = tracker.counts()
    assert (counts.duplicates, counts.conflicting, counts.expired_and_answered, counts.lost) == (1, 2, 1, 0)
    assert counts.statuses == {SCORED: 4}
    assert not counts.guarantee_held


def test_a_request_that_was_once_answered_differently_is_not_also_repeated(tracker: DeliveryTracker) -> None:
    for digest in (7, 7, 8, 7):
        tracker.record_reply(0, SCORED, digest, 100.1)
    assert (tracker.counts().duplicates, tracker.counts().conflicting) == (0, 1)


def test_recovery_ends_with_the_last_answer_that_was_held_up(tracker: DeliveryTracker) -> None:
    tracker.record_sent(range(4, 6), at=105.0)
    for number, at in enumerate((100.1, 100.2, 107.0, 103.0, 105.1, 109.5)):
        tracker.record_reply(number, SCORED, 7, at)
    assert tracker.recovery_seconds(fault=100.5) == pytest.approx(9.0)
    assert tracker.recovery_seconds(fault=100.5, until=105.0) == pytest.approx(6.5)
    assert tracker.recovery_seconds(fault=106.5) == 0.0
    tracker.record_sent(range(6, 7), at=106.0)
    assert tracker.recovery_seconds(fault=100.5) == math.inf
    assert tracker.has_overdue(now=107.1)
    assert not tracker.has_overdue(now=106.9)


def test_counts_of_a_span(tracker: DeliveryTracker) -> None:
    tracker.record_sent(range(4, 6), at=105.0)
    assert tracker.counts(since=101).sent == 2
    assert tracker.counts(until=101).sent == 4


def test_what_may_differ_is_no_content() -> None:
    answer = {"request_id": "a", "probability": 0.1, "cached": False, "scored_at": "now"}
    assert result_digest(answer) == result_digest({**answer, "cached": True, "scored_at": "then"})
    assert result_digest(answer) == result_digest(dict(reversed(answer.items())))
    assert result_digest(answer) != result_digest({**answer, "probability": 0.1 + 2**-55})


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(Status), st.integers(0, 2)), max_size=30))
def test_each_request_is_counted_once(answers: list[tuple[int, Status, int]]) -> None:
    tracker = DeliveryTracker(5)
    tracker.record_sent(range(5), at=0.0)
    for number, status, digest in answers:
        tracker.record_reply(number, status, digest, 0.1)
    counts = tracker.counts()
    assert counts.answered + counts.lost == counts.sent == 5
    assert sum(counts.statuses.values()) == counts.answered == len({number for number, *_ in answers})
    assert counts.guarantee_held == (not counts.lost and not counts.conflicting and not counts.expired_and_answered)
