"""What the worker does with sealed records, apart from the cipher, which tests/unit/contract/seal proves."""

from collections import Counter
from collections.abc import Generator
from dataclasses import replace
from functools import partial

import pytest

from contract.codes import ErrorCode
from contract.headers import ARROW, event_headers, get_header
from contract.messages import REQUEST_TYPE, Failed, Rejected, Scored, decode_result
from contract.seal.envelope import REFUSAL_MAC_HEADER, SEALED_CONTENT_TYPE
from contract.seal.keys import SealKey, digest_request
from contract.seal.requester import Sealer
from contract.seal.worker import WorkerKeyring
from contract.topics import BATCH_RESPONSES, DEAD_LETTERS, REQUESTS, RESPONSES
from producers.dead_letters import decode_dead_letter
from scorer.block_scorer import BlockScorer
from scorer.interactive_scorer import InteractiveScorer
from scorer.record import OutgoingRecord, Record
from scorer.request_handler import ScoreRequestHandler
from scorer.sealing import seal_answer, unseal_record
from tests.support.records import block_batch, block_record, raw_record, request_record
from tests.support.tiny_model import draw_features
from tests.unit.scorer.conftest import NOW

FEATURES = draw_features(3)
SEAL_KEY = SealKey(b"a seal key of the test, long enough")
REQUEST_ID = "01920d6e-7a3c-7f0e-9d5b-3f1c8a2b4e6d"
TRACE = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
HEADERS = [*event_headers(REQUEST_TYPE, "/test", event_id=REQUEST_ID), TRACE]


@pytest.fixture
def keys() -> WorkerKeyring:
    return WorkerKeyring(SEAL_KEY, 60, 40)


@pytest.fixture
def asking(keys: WorkerKeyring) -> Sealer:
    sealer = Sealer(SEAL_KEY, 40)
    sealer.add_announcement(keys.announce())
    return sealer


@pytest.fixture
def handler(scorer: InteractiveScorer, block_scorer: BlockScorer, keys: WorkerKeyring) -> ScoreRequestHandler:
    return ScoreRequestHandler(scorer, block_scorer, lambda: NOW, partial(unseal_record, keys))


def test_each_request_gets_its_answer_in_its_place(handler: ScoreRequestHandler, asking: Sealer) -> None:
    """Sealed, plain and broken ones in one micro-batch."""
    plain = request_record(FEATURES[0], at=NOW)
    sealed, another = (_sealed(asking, plain, offset) for offset in (1, 2))
    broken = replace(sealed, value=sealed.value[:-1])
    foreign = replace(sealed, value=_for_a_worker_that_is_gone(plain.value))
    answers = handler.handle_requests([sealed, plain, broken, foreign, another])
    opened = [asking.open(RESPONSES, answers[i].value) for i in (0, 4)]
    results = [
        decode_result(value) for value in (opened[0], answers[1].value, answers[2].value, answers[3].value, opened[1])
    ]
    assert [type(result) for result in results] == [Scored, Rejected, Rejected, Failed, Scored]
    codes = [result.error.code for result in results[1:4]]
    assert codes == [ErrorCode.SEAL_REQUIRED, ErrorCode.INVALID_SEAL, ErrorCode.UNKNOWN_SEALING_KEY]
    assert [result.client_ref for result in results[2:4]] == [None, None]


def _sealed(asking: Sealer, plain: Record, offset: int) -> Record:
    """The record as it comes from the broker."""
    value = asking.seal(plain.topic, plain.partition, HEADERS, plain.value)
    shown = [("ce_id", REQUEST_ID.encode()), ("content-type", SEALED_CONTENT_TYPE.encode())]
    return replace(plain, key=None, value=value, headers=shown, offset=offset)


def _for_a_worker_that_is_gone(value: bytes) -> bytes:
    sealer = Sealer(SEAL_KEY, 40)
    sealer.add_announcement(WorkerKeyring(SEAL_KEY, 60, 40).announce())
    return sealer.seal(REQUESTS, 3, HEADERS, value)


def test_nothing_shown_joins_a_request_and_its_answer(handler: ScoreRequestHandler, asking: Sealer) -> None:
    request = _sealed(asking, request_record(FEATURES[0], at=NOW), 1)
    [answer] = handler.handle_requests([request])
    assert answer.key is None
    assert answer.headers == [("content-type", SEALED_CONTENT_TYPE.encode())]
    for _, hidden in HEADERS[2:]:
        assert hidden not in request.value + answer.value
    assert REQUEST_ID.encode() not in answer.value


def test_a_refusal_proves_who_wrote_it_and_of_which_record(handler: ScoreRequestHandler, asking: Sealer) -> None:
    plain = request_record(FEATURES[0], at=NOW)
    broken = replace(_sealed(asking, plain, 1), value=b"NSR1" + bytes(200))
    refused = [broken, replace(plain, headers=broken.headers)]
    for record, answer in zip(refused, handler.handle_requests(refused), strict=True):
        mac = get_header(answer.headers, REFUSAL_MAC_HEADER)
        assert asking.is_refusal(RESPONSES, digest_request(record.value), answer.value, mac)
        assert not asking.is_refusal(RESPONSES, digest_request(record.value + b"\0"), answer.value, mac)
        assert not asking.is_refusal(RESPONSES, digest_request(record.value), answer.value + b" ", mac)
        assert not asking.is_refusal(BATCH_RESPONSES, digest_request(record.value), answer.value, mac)
        assert not asking.is_refusal(RESPONSES, digest_request(record.value), answer.value, "é" * 32)
        assert not asking.is_refusal(RESPONSES, digest_request(record.value), answer.value, None)


def test_a_block_that_is_not_sealed_is_refused_with_the_same_proof(
    handler: ScoreRequestHandler, asking: Sealer
) -> None:
    record = block_record(block_batch(FEATURES), expires_at=NOW, at=NOW)
    answer = _finish(handler.handle_block(record))
    mac = get_header(answer.headers, REFUSAL_MAC_HEADER)
    assert asking.is_refusal(BATCH_RESPONSES, digest_request(record.value), answer.value, mac)


def _finish(work: Generator[None, None, OutgoingRecord]) -> OutgoingRecord:
    while True:
        try:
            next(work)
        except StopIteration as end:
            answer: OutgoingRecord = end.value
            return answer


def test_a_copy_gets_no_second_score_and_a_redelivered_record_does(
    handler: ScoreRequestHandler, asking: Sealer
) -> None:
    record = _sealed(asking, request_record(FEATURES[0], at=NOW), 1)
    copy, later = replace(record, offset=2), _sealed(asking, request_record(FEATURES[1], at=NOW), 3)
    answers = handler.handle_requests([record, copy, record, later])
    letter = answers[1]
    assert letter.topic == DEAD_LETTERS
    assert decode_dead_letter(letter.value).cause is ErrorCode.REPLAYED_REQUEST
    assert [type(decode_result(asking.open(RESPONSES, answers[i].value))) for i in (0, 2, 3)] == [Scored] * 3
    elsewhere = replace(record, partition=4)
    [refused] = handler.handle_requests([elsewhere])
    assert decode_result(refused.value).error.code is ErrorCode.INVALID_SEAL


def test_who_cannot_be_named_becomes_a_dead_letter(handler: ScoreRequestHandler) -> None:
    [only] = handler.handle_requests([raw_record(b"NSR1 and no more", key=b"what is shown", at=NOW)])
    assert only.topic == DEAD_LETTERS


def test_the_smaller_answer_in_place_of_one_too_large_is_sealed_too(keys: WorkerKeyring, asking: Sealer) -> None:
    session, _, _ = keys.open(REQUESTS, 3, 1, asking.seal(REQUESTS, 3, HEADERS, b"request"))
    small = OutgoingRecord(RESPONSES, b"c1", b"small", event_headers("t", "s", ARROW), Counter())
    large = replace(small, value=b"large", fallback=lambda: small)
    sealed = seal_answer(session, large, 0)
    assert asking.open(RESPONSES, sealed.value) == b"large"
    assert sealed.fallback is not None
    assert asking.open(RESPONSES, sealed.fallback().value) == b"small"
    letter = replace(small, topic=DEAD_LETTERS)
    assert seal_answer(session, letter, 0) is letter
