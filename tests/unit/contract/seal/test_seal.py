"""What is sealed can be opened by whom it is for, for as long as it should be, and by nobody else."""

import contextlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.codes import ErrorCode, Kem
from contract.headers import Headers
from contract.seal.announcement import decode_announcement
from contract.seal.envelope import build_head, is_sealed, parse_request, wrapped_keys
from contract.seal.errors import (
    InvalidSealError,
    NoSealingKeyError,
    ReplayedRequestError,
    SealError,
    UnknownSealingKeyError,
)
from contract.seal.kem import wrap
from contract.seal.keys import SealKey
from contract.seal.requester import SESSION_SECONDS, Sealer
from contract.seal.session import SealSession, wrapping_info
from contract.seal.worker import REPLAY_WINDOW, WorkerKeyring

TOPIC, ANSWERS = "score.requests", "score.responses"
SEAL_KEY = SealKey(b"a seal key of the test, long enough")
OTHER_KEY = SealKey(b"another seal key, of somebody else.")
WINDOW, GRACE = 60.0, 40.0
HEADERS = [("ce_type", b"neoscore.score.request.v1")]
OFFSET = 7
BYTES = st.binary(max_size=9000)


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


def worker(clock: Clock, key: SealKey = SEAL_KEY, kem: Kem = Kem.X25519) -> WorkerKeyring:
    return WorkerKeyring(key, WINDOW, GRACE, clock, kem=kem)


def sealer(clock: Clock, *workers: WorkerKeyring, key: SealKey = SEAL_KEY) -> Sealer:
    made = Sealer(key, GRACE, clock)
    for one in workers:
        made.add_announcement(one.announce())
    return made


SHARED_CLOCK = Clock()
WORKER = worker(SHARED_CLOCK)
SEALER = sealer(SHARED_CLOCK, WORKER)


@given(headers=st.lists(st.tuples(st.text(), st.text().map(str.encode))), value=st.binary(max_size=9000), answer=BYTES)
def test_there_and_back(headers: Headers, value: bytes, answer: bytes) -> None:
    sealed = SEALER.seal(TOPIC, 3, headers, value)
    assert is_sealed(sealed)
    session, opened_headers, opened = WORKER.open(TOPIC, 3, OFFSET, sealed)
    assert (opened_headers, opened) == (headers, value)
    assert SEALER.open(ANSWERS, session.seal_answer(ANSWERS, answer)) == answer
    if len(value) > 8:
        assert value not in sealed


@settings(max_examples=300)
@given(data=st.data())
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    sealed = SEALER.seal(TOPIC, 0, HEADERS, b"a value of some length")
    place = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        worker_with_fresh_sessions().open(TOPIC, 0, OFFSET, bytes(changed))


def worker_with_fresh_sessions() -> WorkerKeyring:
    """The same keys, with nothing unwrapped yet: a changed head must not be covered by what is known of the session."""
    for key in WORKER._keys.values():
        key.sessions.clear()
    return WORKER


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda tail: b"NSR1" + tail))
def test_any_bytes_are_refused_with_the_one_error(value: bytes) -> None:
    with pytest.raises(SealError):
        WORKER.open(TOPIC, 0, OFFSET, value)


@given(st.data())
def test_what_is_cut_off_is_refused(data: st.DataObject) -> None:
    sealed = SEALER.seal(TOPIC, 0, HEADERS, b"value")
    with pytest.raises(SealError):
        WORKER.open(TOPIC, 0, OFFSET, sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: b"NSA1" + tail))
def test_any_answer_is_opened_refused_or_anothers(value: bytes) -> None:
    with contextlib.suppress(InvalidSealError):
        assert SEALER.open(ANSWERS, value) is None


def test_every_worker_that_announces_can_read(clock: Clock) -> None:
    workers = [worker(clock) for _ in range(3)]
    sealed = sealer(clock, *workers).seal(TOPIC, 0, HEADERS, b"value")
    assert [one.open(TOPIC, 0, OFFSET, sealed)[2] for one in workers] == [b"value"] * 3


def test_workers_with_and_without_ml_kem_read_the_same_request(clock: Clock) -> None:
    workers = [worker(clock, kem=kem) for kem in (Kem.X25519, Kem.X25519_MLKEM768, Kem.X25519_MLKEM768)]
    sealed = sealer(clock, *workers).seal(TOPIC, 0, HEADERS, b"value")
    assert [one.open(TOPIC, 0, OFFSET, sealed)[2] for one in workers] == [b"value"] * 3


def test_an_announced_kem_cannot_be_changed_on_the_way(clock: Clock) -> None:
    announced = decode_announcement(worker(clock, kem=Kem.X25519_MLKEM768).announce(), SEAL_KEY)
    weaker = msgspec.structs.replace(announced, kem=Kem.X25519, public_key=announced.public_key[-32:])
    with pytest.raises(InvalidSealError):
        decode_announcement(msgspec.json.encode(weaker), SEAL_KEY)


def test_a_worker_that_came_later_says_that_it_cannot(clock: Clock) -> None:
    sealed = sealer(clock, worker(clock)).seal(TOPIC, 0, HEADERS, b"value")
    later = worker(clock)
    later.announce()
    with pytest.raises(UnknownSealingKeyError) as unreadable:
        later.open(TOPIC, 0, OFFSET, sealed)
    assert unreadable.value.code is ErrorCode.UNKNOWN_SEALING_KEY


def test_a_request_is_opened_in_its_topic_only(clock: Clock) -> None:
    one = worker(clock)
    sealed = sealer(clock, one).seal(TOPIC, 0, HEADERS, b"value")
    with pytest.raises(InvalidSealError):
        one.open("score.requests.batch", 0, OFFSET, sealed)


def test_a_request_is_opened_in_its_partition_only(clock: Clock) -> None:
    one = worker(clock)
    sealed = sealer(clock, one).seal(TOPIC, 3, HEADERS, b"value")
    with pytest.raises(InvalidSealError):
        one.open(TOPIC, 4, OFFSET, sealed)


def test_a_request_is_opened_once_unless_the_broker_gives_its_record_again(clock: Clock) -> None:
    one = worker(clock)
    asking = sealer(clock, one)
    first, second = (asking.seal(TOPIC, 0, HEADERS, value) for value in (b"first", b"second"))
    assert one.open(TOPIC, 0, 8, second)[2] == b"second"  # two threads may overtake each other
    assert one.open(TOPIC, 0, 9, first)[2] == b"first"
    for copy in (first, second):
        with pytest.raises(ReplayedRequestError):
            one.open(TOPIC, 0, 10, copy)
    assert one.open(TOPIC, 0, 8, second)[2] == b"second"
    assert one.open(TOPIC, 0, 9, first)[2] == b"first"


def test_a_copy_is_recognised_for_as_long_as_it_could_be_opened(clock: Clock) -> None:
    one = worker(clock)
    asking = sealer(clock, one)
    old = asking.seal(TOPIC, 0, HEADERS, b"value")
    one.open(TOPIC, 0, 0, old)
    for offset in range(1, REPLAY_WINDOW + 2):
        one.open(TOPIC, 0, offset, asking.seal(TOPIC, 0, HEADERS, b"value"))
    clock.forward(WINDOW + GRACE - 1)
    one.announce()
    with pytest.raises(ReplayedRequestError):
        one.open(TOPIC, 0, 2 * REPLAY_WINDOW, old)
    clock.forward(1)
    with pytest.raises(UnknownSealingKeyError):
        one.open(TOPIC, 0, 2 * REPLAY_WINDOW, old)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3 * REPLAY_WINDOW), max_size=60))
def test_no_sequence_number_is_taken_twice_and_none_within_the_window_refused(numbers: list[int]) -> None:
    one = worker(SHARED_CLOCK)
    session, head = session_for(one)
    taken: list[int] = []
    newest = -1
    for offset, number in enumerate(numbers):
        copied = number in taken or newest - number >= REPLAY_WINDOW
        with pytest.raises(ReplayedRequestError) if copied else contextlib.nullcontext():
            one.open(TOPIC, 0, offset, session.seal_request(head, TOPIC, 0, number, HEADERS, b"value"))
        taken.append(number)
        newest = max(newest, number)


def session_for(one: WorkerKeyring) -> tuple[SealSession, bytes]:
    """A session for this worker, and its head, by which any number can be sent."""
    key = decode_announcement(one.announce(), SEAL_KEY)
    session_id, session_key = bytes(16), bytes(32)
    info = wrapping_info(session_id, key.key_id)
    head = build_head(session_id, {key.key_id: wrap(key.kem, key.public_key, session_key, info)})
    return SealSession.from_key(session_id, session_key), head + SEAL_KEY.session_mac(head)


def test_an_answer_does_not_pass_for_a_request_nor_for_another_topics(clock: Clock) -> None:
    one = worker(clock)
    asking = sealer(clock, one)
    session, _, _ = one.open(TOPIC, 0, OFFSET, asking.seal(TOPIC, 0, HEADERS, b"value"))
    with pytest.raises(InvalidSealError):
        one.open(ANSWERS, 0, OFFSET, session.seal_answer(ANSWERS, b"answer"))
    with pytest.raises(InvalidSealError):
        asking.open("score.responses.batch", session.seal_answer(ANSWERS, b"answer"))


def test_who_has_another_seal_key_is_neither_heard_nor_read(clock: Clock) -> None:
    mine, foreign = worker(clock), worker(clock, OTHER_KEY)
    deceived = sealer(clock, foreign)
    assert not deceived.wait_for_workers(0)
    with pytest.raises(NoSealingKeyError):
        deceived.seal(TOPIC, 0, HEADERS, b"value")
    stranger = Sealer(OTHER_KEY, GRACE, clock)
    announced = decode_announcement(mine.announce(), SEAL_KEY)
    stranger._announced[announced.worker_id] = announced  # it reads the public key, and cannot prove the seal key
    with pytest.raises(InvalidSealError):
        mine.open(TOPIC, 0, OFFSET, stranger.seal(TOPIC, 0, HEADERS, b"value"))


def test_what_is_recorded_cannot_be_read_after_the_window_not_even_by_the_worker(clock: Clock) -> None:
    one = worker(clock)
    asking = sealer(clock, one)
    sealed = asking.seal(TOPIC, 0, HEADERS, b"value")
    clock.forward(WINDOW + GRACE - 1)
    one.announce()
    session, _, _ = one.open(TOPIC, 0, OFFSET, sealed)
    answer = session.seal_answer(ANSWERS, b"answer")
    clock.forward(1)
    with pytest.raises(UnknownSealingKeyError):
        one.open(TOPIC, 0, OFFSET, sealed)
    asking.add_announcement(one.announce())
    asking.seal(TOPIC, 0, HEADERS, b"another")
    assert asking.open(ANSWERS, answer) is None


def test_a_requester_that_asks_nothing_more_forgets_too(clock: Clock) -> None:
    one = worker(clock)
    asking = sealer(clock, one)
    session, _, _ = one.open(TOPIC, 0, OFFSET, asking.seal(TOPIC, 0, HEADERS, b"value"))
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
        sealed = asking.seal(TOPIC, 0, HEADERS, b"value")
        assert one.open(TOPIC, 0, OFFSET, sealed)[2] == b"value"
        seen.append(frozenset(wrapped_keys(parse_request(sealed).head)))
        clock.forward(5)
    changes = sum(before != after for before, after in pairwise(seen))
    assert 300 / WINDOW <= changes + 1 <= 300 / (WINDOW * 3 / 4) + 1


def test_a_dead_worker_is_sealed_for_until_its_time_is_up(clock: Clock) -> None:
    dead, alive = worker(clock), worker(clock)
    asking = sealer(clock, dead)
    clock.forward(WINDOW / 2)
    asking.add_announcement(alive.announce())
    assert len(wrapped_keys(parse_request(asking.seal(TOPIC, 0, HEADERS, b"value")).head)) == 2
    clock.forward(WINDOW / 2)
    assert len(wrapped_keys(parse_request(asking.seal(TOPIC, 0, HEADERS, b"value")).head)) == 1


def test_the_partition_of_a_client_is_always_the_same_and_known_to_who_has_the_seal_key_only() -> None:
    chosen = [SEAL_KEY.choose_partition(str(number), 6) for number in range(1_000)]
    assert chosen == [SEAL_KEY.choose_partition(str(number), 6) for number in range(1_000)]
    assert min(Counter(chosen).values()) > 100
    elsewhere = [OTHER_KEY.choose_partition(str(number), 6) for number in range(1_000)]
    assert 100 < sum(here == there for here, there in zip(chosen, elsewhere, strict=True)) < 250
