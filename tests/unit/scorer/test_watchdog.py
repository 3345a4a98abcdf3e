from collections.abc import Mapping

import pytest
from aiokafka import TopicPartition

from scorer.watchdog import StallDetector
from tests.unit.scorer.conftest import Clock

A, B, OTHER = TopicPartition("a", 0), TopicPartition("a", 1), TopicPartition("b", 0)


@pytest.fixture
def stall(clock: Clock) -> StallDetector:
    return StallDetector(clock)


def look(
    stall: StallDetector, clock: Clock, at: float, ends: Mapping[object, int], answered: Mapping[object, int]
) -> object:
    clock.now = at
    return next((topic for topic, seconds in stall.update(ends, answered).items() if seconds >= 30), None)


def test_waiting_without_any_progress_is_a_stall(stall: StallDetector, clock: Clock) -> None:
    assert look(stall, clock, 0, {A: 5, OTHER: 1}, {A: 4, OTHER: 1}) is None
    assert look(stall, clock, 29, {A: 6, OTHER: 1}, {A: 4, OTHER: 1}) is None
    assert look(stall, clock, 30, {A: 6, OTHER: 1}, {A: 4, OTHER: 1}) == "a"


def test_progress_of_a_sister_partition_counts(stall: StallDetector, clock: Clock) -> None:
    for at in range(0, 100, 20):
        assert look(stall, clock, at, {A: 5, B: 500}, {A: 4, B: at}) is None


def test_progress_of_the_other_lane_does_not(stall: StallDetector, clock: Clock) -> None:
    found = [look(stall, clock, at, {A: 5, OTHER: 500}, {A: 4, OTHER: at}) for at in (0, 20, 40)]
    assert found == [None, None, "a"]


def test_idle_is_no_stall_and_time_counts_from_the_first_request(stall: StallDetector, clock: Clock) -> None:
    assert look(stall, clock, 0, {A: 4}, {A: 4}) is None
    assert look(stall, clock, 1000, {A: 4}, {A: 4}) is None
    assert look(stall, clock, 1001, {A: 5}, {A: 4}) is None
    assert look(stall, clock, 1029, {A: 5}, {A: 4}) is None
    assert look(stall, clock, 1030, {A: 5}, {A: 4}) == "a"


def test_a_rebalance_starts_the_time_anew(stall: StallDetector, clock: Clock) -> None:
    assert look(stall, clock, 0, {A: 5}, {A: 4}) is None
    assert look(stall, clock, 20, {B: 5}, {B: 4}) is None
    assert look(stall, clock, 40, {B: 5}, {B: 4}) is None
    assert look(stall, clock, 50, {B: 5}, {B: 4}) == "a"


def test_seconds_are_told_before_the_limit(stall: StallDetector, clock: Clock) -> None:
    stall.update({A: 5, OTHER: 1}, {A: 4, OTHER: 1})
    clock.now = 12
    assert stall.update({A: 5, OTHER: 1}, {A: 4, OTHER: 1}) == {"a": 12, "b": 0}


def test_while_the_broker_is_away_nothing_stands_still(stall: StallDetector, clock: Clock) -> None:
    stall.update({A: 5}, {A: 4})
    stall.reset()
    assert look(stall, clock, 100, {A: 5}, {A: 4}) is None
    assert look(stall, clock, 129, {A: 5}, {A: 4}) is None
    assert look(stall, clock, 130, {A: 5}, {A: 4}) == "a"
