"""Matching answers to requests: once each, in time, and never more than there is room for."""

import threading
from concurrent.futures import CancelledError

import pytest

from producers.errors import ClientClosed, NoAnswer, TooManyInFlight
from producers.pending import PendingTable


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(clock: Clock) -> PendingTable[str]:
    return PendingTable(capacity=2, clock=clock)


def test_an_answer_reaches_its_own_request_only(table):
    first, second = table.open("a", 10, wait=0), table.open("b", 10, wait=0)
    assert table.settle("b", "for b")
    assert second.result(0) == "for b"
    assert not first.done()
    assert len(table) == 1


def test_late_repeated_and_foreign_answers_are_ignored(table, clock):
    answered, expired = table.open("a", 10, wait=0), table.open("b", 1, wait=0)
    assert table.settle("a", "first")
    clock.now += 5
    table.expire()
    assert not table.settle("a", "second")
    assert not table.settle("b", "late")
    assert not table.settle("somebody else's", "x")
    assert answered.result(0) == "first"
    assert isinstance(expired.exception(0), NoAnswer)


def test_each_request_dies_at_its_own_deadline(table, clock):
    short, long = table.open("a", 1, wait=0), table.open("b", 2, wait=0)
    clock.now += 0.999
    assert table.expire() == 0
    clock.now += 0.001
    assert table.expire() == 1
    assert short.done()
    assert not long.done()


def test_a_full_table_refuses_until_there_is_room(table):
    table.open("a", 10, wait=0)
    table.open("b", 10, wait=0)
    with pytest.raises(TooManyInFlight, match="2 requests are unanswered"):
        table.open("c", 10, wait=0)
    table.settle("a", "x")
    assert not table.open("c", 10, wait=0).done()


def test_whoever_waits_for_room_gets_it_when_an_answer_comes(table):
    table.open("a", 10, wait=0)
    table.open("b", 10, wait=0)
    opened = []
    waiting = threading.Thread(target=lambda: opened.append(table.open("c", 10, wait=30)))
    waiting.start()
    table.settle("a", "x")
    waiting.join(30)
    assert len(opened) == 1


def test_closing_fails_what_is_pending_and_refuses_the_rest(table):
    pending = table.open("a", 10, wait=0)
    table.close()
    assert isinstance(pending.exception(0), ClientClosed)
    with pytest.raises(ClientClosed):
        table.open("b", 10, wait=0)


def test_closing_releases_whoever_waits_for_room(table):
    table.open("a", 10, wait=0)
    table.open("b", 10, wait=0)
    caught = []

    def wait() -> None:
        try:
            table.open("c", 10, wait=30)
        except ClientClosed as error:
            caught.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    table.close()
    waiting.join(30)
    assert caught


def test_a_cancelled_request_makes_room(table):
    future = table.open("a", 10, wait=0)
    assert future.cancel()
    assert len(table) == 0
    assert not table.settle("a", "x")
    with pytest.raises(CancelledError):
        future.result(0)


def test_a_failure_ends_a_request_once(table):
    future = table.open("a", 10, wait=0)
    assert table.fail("a", ValueError("x"))
    assert not table.fail("a", ValueError("y"))
    assert str(future.exception(0)) == "x"


def test_a_reader_rests_until_a_request_waits(table):
    assert not table.wait_for_some(0)
    future = table.open("a", 10, wait=0)
    assert table.wait_for_some(0)
    table.settle("a", "answer")
    assert future.result(0) == "answer"
    assert not table.wait_for_some(0)


def test_a_resting_reader_wakes_for_a_request_and_for_the_end(table):
    for wake in (lambda: table.open("a", 10, wait=0), table.close):
        thread = threading.Thread(target=table.wait_for_some, args=(60,))
        thread.start()
        wake()
        thread.join(10)
        assert not thread.is_alive()
        table.fail("a", ValueError())
