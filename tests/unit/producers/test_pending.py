"""Matching answers to requests: once each, in time, and never more than there is room for."""

import threading
from concurrent.futures import CancelledError

import pytest

from producers.errors import ClientClosedError, ResponseTimeoutError, TooManyInFlightError
from producers.pending import PendingRequests


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(clock: Clock) -> PendingRequests[str]:
    return PendingRequests(capacity=2, clock=clock)


def test_an_answer_reaches_its_own_request_only(table):
    first, second = table.add("a", 10, wait=0), table.add("b", 10, wait=0)
    assert table.resolve("b", "for b")
    assert second.result(0) == "for b"
    assert not first.done()
    assert len(table) == 1


def test_late_repeated_and_foreign_answers_are_ignored(table, clock):
    answered, expired = table.add("a", 10, wait=0), table.add("b", 1, wait=0)
    assert table.resolve("a", "first")
    clock.now += 5
    table.expire_overdue()
    assert not table.resolve("a", "second")
    assert not table.resolve("b", "late")
    assert not table.resolve("somebody else's", "x")
    assert answered.result(0) == "first"
    assert isinstance(expired.exception(0), ResponseTimeoutError)


def test_each_request_dies_at_its_own_deadline(table, clock):
    short, long = table.add("a", 1, wait=0), table.add("b", 2, wait=0)
    clock.now += 0.999
    assert table.expire_overdue() == 0
    clock.now += 0.001
    assert table.expire_overdue() == 1
    assert short.done()
    assert not long.done()


def test_a_full_table_refuses_until_there_is_room(table):
    table.add("a", 10, wait=0)
    table.add("b", 10, wait=0)
    with pytest.raises(TooManyInFlightError, match="2 requests are waiting for a response"):
        table.add("c", 10, wait=0)
    table.resolve("a", "x")
    assert not table.add("c", 10, wait=0).done()


def test_whoever_waits_for_room_gets_it_when_an_answer_comes(table):
    table.add("a", 10, wait=0)
    table.add("b", 10, wait=0)
    opened = []
    waiting = threading.Thread(target=lambda: opened.append(table.add("c", 10, wait=30)))
    waiting.start()
    table.resolve("a", "x")
    waiting.join(30)
    assert len(opened) == 1


def test_closing_fails_what_is_pending_and_refuses_the_rest(table):
    pending = table.add("a", 10, wait=0)
    table.close()
    assert isinstance(pending.exception(0), ClientClosedError)
    with pytest.raises(ClientClosedError):
        table.add("b", 10, wait=0)


def test_closing_releases_whoever_waits_for_room(table):
    table.add("a", 10, wait=0)
    table.add("b", 10, wait=0)
    caught = []

    def wait() -> None:
        try:
            table.add("c", 10, wait=30)
        except ClientClosedError as error:
            caught.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    table.close()
    waiting.join(30)
    assert caught


def test_a_cancelled_request_makes_room(table):
    future = table.add("a", 10, wait=0)
    assert future.cancel()
    assert len(table) == 0
    assert not table.resolve("a", "x")
    with pytest.raises(CancelledError):
        future.result(0)


def test_a_failure_ends_a_request_once(table):
    future = table.add("a", 10, wait=0)
    assert table.fail("a", ValueError("x"))
    assert not table.fail("a", ValueError("y"))
    assert str(future.exception(0)) == "x"


def test_a_reader_rests_until_a_request_waits(table):
    assert not table.wait_until_not_empty(0)
    future = table.add("a", 10, wait=0)
    assert table.wait_until_not_empty(0)
    table.resolve("a", "answer")
    assert future.result(0) == "answer"
    assert not table.wait_until_not_empty(0)


def test_a_resting_reader_wakes_for_a_request_and_for_the_end(table):
    for wake in (lambda: table.add("a", 10, wait=0), table.close):
        thread = threading.Thread(target=table.wait_until_not_empty, args=(60,))
        thread.start()
        wake()
        thread.join(10)
        assert not thread.is_alive()
        table.fail("a", ValueError())
