"""What is sealed can be opened by whom it is for, for as long as it should be, and by nobody else."""

import contextlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.codes import ErrorCode
from contract.seal.announcement import decode_announcement
from contract.seal.envelope import is_sealed, parse_request
from contract.seal.errors import InvalidSealError, NoSealingKeyError, SealError, UnknownSealingKeyError
from contract.seal.keys import SealKey
from contract.seal.requester import SESSION_SECONDS, Sealer
from contract.seal.worker import WorkerKeyring

TOPIC, ANSWERS = "score.requests", "score.responses"
SEAL_KEY = SealKey(b"a seal key of the test, long enough")
OTHER_KEY = SealKey(b"another seal key, of somebody else.")
WINDOW, GRACE = 60.0, 40.0


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def worker(clock: Clock, key: SealKey = SEAL_KEY) -> WorkerKeyring:
    return WorkerKeyring(key, WINDOW, GRACE, clock)


def sealer(clock: Clock, *workers: WorkerKeyring, key: SealKey = SEAL_KEY) -> Sealer:
    made = Sealer(key, GRACE, clock)
    for one in workers:
        made.add_announcement(one.announce())
    return made


SHARED_CLOCK = Clock()
WORKER = worker(SHARED_CLOCK)
SEALER = sealer(SHARED_CLOCK, WORKER)


@given(key=st.binary(max_size=200), value=st.binary(max_size=3000), answer=st.binary(max_size=3000))
def test_there_and_back(key: bytes, value: bytes, answer: bytes) -> None:
    shown, sealed = SEALER.seal(TOPIC, key, value)
    assert is_sealed(sealed)
    session, opened_key, opened = WORKER.open(TOPIC, sealed)
    assert (opened_key, opened) == (key, value)
    assert SEALER.open(ANSWERS, session.seal_answer(ANSWERS, answer)) == answer
    assert shown == WORKER.blind_record_key(key)
    if len(value) > 8:
        assert value not in sealed


@settings(max_examples=300)
@given(data=st.data())
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    _, sealed = SEALER.seal(TOPIC, b"client", b"a value of some length")
    place = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        worker_with_fresh_sessions().open(TOPIC, bytes(changed))


def worker_with_fresh_sessions() -> WorkerKeyring:
    """The same keys, with nothing unwrapped yet: a changed head must not be covered by what is known of the session."""
    for pair in WORKER._pairs.values():
        pair.sessions.clear()
    return WORKER


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda tail: b"NSR1" + tail))
def test_any_bytes_are_refused_with_the_one_error(value: bytes) -> None:
    with pytest.raises(SealError):
        WORKER.open(TOPIC, value)


@given(st.data())
def test_what_is_cut_off_is_refused(data: st.DataObject) -> None:
    _, sealed = SEALER.seal(TOPIC, b"client", b"value")
    with pytest.raises(SealError):
        WORKER.open(TOPIC, sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: b"NSA1" + tail))
def test_any_answer_is_opened_refused_or_anothers(value: bytes) -> None:
    with contextlib.suppress(InvalidSealError):
        assert SEALER.open(ANSWERS, value) is None


def test_every_worker_that_announces_can_read(clock: Clock) -> None:
    workers = [worker(clock) for _ in range(3)]
    _, sealed = sealer(clock, *workers).seal(TOPIC, b"client", b"value")
    assert [one.open(TOPIC, sealed)[2] for one in workers] == [b"value"] * 3


def test_a_worker_that_came_later_says_that_it_cannot(clock: Clock) -> None:
    _, sealed = sealer(clock, worker(clock)).seal(TOPIC, b"client", b"value")
    later = worker(clock)
    later.announce()
    with pytest.raises(UnknownSealingKeyError) as unreadable:
        later.open(TOPIC, sealed)
    assert unreadable.value.code is ErrorCode.UNKNOWN_SEALING_KEY


def test_a_request_is_opened_in_its_topic_only(clock: Clock) -> None:
    one = worker(clock)
    _, sealed = sealer(clock, one).seal(TOPIC, b"client", b"value")
    with pytest.raises(InvalidSealError):
        one.open("score.requests.batch", sealed)


def test_an_answer_does_not_pass_for_a_request_nor_for_another_topics(clock: Clock) -> None:
    one = worker(clock)
    asking = sealer(clock, one)
    session, _, _ = one.open(TOPIC, asking.seal(TOPIC, b"client", b"value")[1])
    with pytest.raises(InvalidSealError):
        one.open(ANSWERS, session.seal_answer(ANSWERS, b"answer"))
    with pytest.raises(InvalidSealError):
        asking.open("score.responses.batch", session.seal_answer(ANSWERS, b"answer"))


def test_who_has_another_seal_key_is_neither_heard_nor_read(clock: Clock) -> None:
    mine, foreign = worker(clock), worker(clock, OTHER_KEY)
    deceived = sealer(clock, foreign)
    assert not deceived.wait_for_workers(0)
    with pytest.raises(NoSealingKeyError):
        deceived.seal(TOPIC, b"client", b"value")
    stranger = Sealer(OTHER_KEY, GRACE, clock)
    announced = decode_announcement(mine.announce(), SEAL_KEY)
    stranger._announced[announced.worker_id] = announced  # it reads the public key, and cannot prove the seal key
    with pytest.raises(InvalidSealError):
        mine.open(TOPIC, stranger.seal(TOPIC, b"client", b"value")[1])


def test_what_is_recorded_cannot_be_read_after_the_window_not_even_by_the_worker(clock: Clock) -> None:
    one = worker(clock)
    asking = sealer(clock, one)
    _, sealed = asking.seal(TOPIC, b"client", b"value")
    clock.forward(WINDOW + GRACE - 1)
    one.announce()
    session, _, _ = one.open(TOPIC, sealed)
    answer = session.seal_answer(ANSWERS, b"answer")
    clock.forward(1)
    with pytest.raises(UnknownSealingKeyError):
        one.open(TOPIC, sealed)
    asking.add_announcement(one.announce())
    asking.seal(TOPIC, b"client", b"another")
    assert asking.open(ANSWERS, answer) is None


def test_a_requester_that_asks_nothing_more_forgets_too(clock: Clock) -> None:
    one = worker(clock)
    asking = sealer(clock, one)
    session, _, _ = one.open(TOPIC, asking.seal(TOPIC, b"client", b"value")[1])
    answer = session.seal_answer(ANSWERS, b"answer")
    clock.forward(SESSION_SECONDS + GRACE - 1)
    asking.purge_expired()
    assert asking.open(ANSWERS, answer) == b"answer"
    clock.forward(1)
    asking.purge_expired()
    assert asking.open(ANSWERS, answer) is None
    assert asking._current is None


def test_keys_overlap_so_that_there_always_is_one(clock: Clock) -> None:
    one = worker(clock)
    asking = Sealer(SEAL_KEY, GRACE, clock)
    seen = []
    for _ in range(60):
        asking.add_announcement(one.announce())
        _, sealed = asking.seal(TOPIC, b"client", b"value")
        assert one.open(TOPIC, sealed)[2] == b"value"
        seen.append(frozenset(parse_request(sealed).wrapped))
        clock.forward(5)
    changes = sum(before != after for before, after in pairwise(seen))
    assert 300 / WINDOW <= changes + 1 <= 300 / (WINDOW * 3 / 4) + 1


def test_a_dead_worker_is_sealed_for_until_its_time_is_up(clock: Clock) -> None:
    dead, alive = worker(clock), worker(clock)
    asking = sealer(clock, dead)
    clock.forward(WINDOW / 2)
    asking.add_announcement(alive.announce())
    assert len(parse_request(asking.seal(TOPIC, b"client", b"value")[1]).wrapped) == 2
    clock.forward(WINDOW / 2)
    assert len(parse_request(asking.seal(TOPIC, b"client", b"value")[1]).wrapped) == 1


def test_one_client_has_one_reference_that_does_not_tell_of_them() -> None:
    assert SEAL_KEY.blind_record_key(b"client") == SEAL_KEY.blind_record_key(b"client")
    assert len({SEAL_KEY.blind_record_key(str(number).encode()) for number in range(1000)}) == 1000
    assert SEAL_KEY.blind_record_key(b"client") != OTHER_KEY.blind_record_key(b"client")
