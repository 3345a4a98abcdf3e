from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from scorer.lag import LagTracker, TopicLag
from scorer.monitoring import oldest_record_age
from scorer.record import Record

A, B, OTHER = TopicPartition("a", 0), TopicPartition("a", 1), TopicPartition("b", 0)
LOOKS = 2.0


def record(partition: int, timestamp: float | None) -> Record:
    return Record("a", partition, 0, timestamp, b"", b"")


def test_messages_add_up_and_the_oldest_counts() -> None:
    lag = LagTracker()
    lag.update({A: 0, B: 0, OTHER: 7}, {A: 0, B: 0, OTHER: 7}, now=100)
    lag.update({A: 0, B: 3, OTHER: 7}, {A: 0, B: 0, OTHER: 7}, now=102)
    found = lag.update({A: 2, B: 5, OTHER: 7}, {A: 0, B: 1, OTHER: 7}, now=104)
    assert found == {"a": TopicLag(6, 4.0), "b": TopicLag(0, 0.0)}


def test_a_backlog_found_at_the_start_is_as_old_as_its_last_answer_says() -> None:
    lag = LagTracker()
    assert lag.update({A: 9}, {A: 0}, now=100)["a"] == TopicLag(9, 0.0)
    assert lag.update({A: 9}, {A: 0}, now=103)["a"] == TopicLag(9, 3.0), "at least since the first look"
    lag.mark_processed([record(0, 70), record(0, 80), record(0, None)])
    assert lag.update({A: 9}, {A: 2}, now=105)["a"] == TopicLag(7, 25.0)


def test_what_was_known_of_a_partition_is_forgotten_with_it() -> None:
    lag = LagTracker()
    lag.mark_processed([record(0, 10)])
    lag.update({A: 1}, {A: 0}, now=20)
    lag.update({B: 1}, {B: 0}, now=30)
    assert lag.update({A: 1}, {A: 0}, now=40)["a"].seconds == 0.0


def test_a_broker_whose_clock_is_ahead_gives_no_negative_lag() -> None:
    lag = LagTracker()
    lag.mark_processed([record(0, 120)])
    assert lag.update({A: 1}, {A: 0}, now=100)["a"].seconds == 0.0


@given(
    gaps=st.lists(st.floats(0.01, 5), min_size=1, max_size=40),
    delay=st.floats(0, 60),
    looks=st.integers(1, 40),
)
def test_no_unanswered_record_is_older_than_what_is_said(gaps: list[float], delay: float, looks: int) -> None:
    """Records that come after pauses, are answered after a delay, and are looked at every two seconds."""
    came = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    lag, told = LagTracker(), 0
    for look in range(looks):
        now = look * LOOKS
        end = sum(1 for at in came if at <= now)
        answered = sum(1 for at in came if at + delay <= now)
        lag.mark_processed([record(0, at) for at in came[told:answered]])
        told = answered
        found = lag.update({A: end}, {A: answered}, now)["a"]
        assert found.records == end - answered
        true = now - came[answered] if end > answered else 0.0
        longest_pause = max(LOOKS, *gaps)
        assert true - 1e-6 <= found.seconds <= true + longest_pause + 1e-6


def test_the_age_of_the_oldest_record() -> None:
    assert oldest_record_age([], 100) == 0.0
    assert oldest_record_age([99_000, 40_000], 100) == 60.0
    assert oldest_record_age([101_000], 100) == 0.0
