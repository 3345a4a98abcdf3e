"""What the worker does with sealed records, apart from the cipher, which tests/unit/contract/seal proves."""

from collections import Counter
from dataclasses import replace
from functools import partial

import pytest

from contract.codes import ErrorCode
from contract.headers import ARROW, event_headers, get_header
from contract.messages import Failed, Rejected, Scored, decode_result
from contract.seal.envelope import SEALED_CONTENT_TYPE
from contract.seal.keys import SealKey
from contract.seal.requester import Sealer
from contract.seal.worker import WorkerKeyring
from contract.topics import DEAD_LETTERS, RESPONSES
from scorer.block_scorer import BlockScorer
from scorer.interactive_scorer import InteractiveScorer
from scorer.record import OutgoingRecord
from scorer.request_handler import ScoreRequestHandler
from scorer.sealing import seal_answer, unseal_record
from tests.support.records import raw_record, request_record
from tests.support.tiny_model import draw_features
from tests.unit.scorer.conftest import NOW

FEATURES = draw_features(3)
SEAL_KEY = SealKey(b"a seal key of the test, long enough")


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
    key, value = asking.seal(plain.topic, b"c1", plain.value)
    headers = event_headers(
        "neoscore.score.request.v1", "/test", SEALED_CONTENT_TYPE, event_id="01920d6e-7a3c-7f0e-9d5b-3f1c8a2b4e6d"
    )
    sealed = replace(plain, key=key, value=value, headers=headers)
    broken = replace(sealed, value=value[:-1])
    foreign = replace(sealed, value=_for_a_worker_that_is_gone(plain.value))
    answers = handler.handle_requests([sealed, plain, broken, foreign, sealed])
    opened = [asking.open(RESPONSES, answers[i].value) for i in (0, 4)]
    results = [
        decode_result(value) for value in (opened[0], answers[1].value, answers[2].value, answers[3].value, opened[1])
    ]
    assert [type(result) for result in results] == [Scored, Rejected, Rejected, Failed, Scored]
    codes = [result.error.code for result in results[1:4]]
    assert codes == [ErrorCode.SEAL_REQUIRED, ErrorCode.INVALID_SEAL, ErrorCode.UNKNOWN_SEALING_KEY]
    assert [result.client_ref for result in results[2:4]] == [None, None]
    assert answers[0].key == key
    assert get_header(answers[0].headers, "content-type") == SEALED_CONTENT_TYPE


def _for_a_worker_that_is_gone(value: bytes) -> bytes:
    sealer = Sealer(SEAL_KEY, 40)
    sealer.add_announcement(WorkerKeyring(SEAL_KEY, 60, 40).announce())
    return sealer.seal("score.requests", b"c1", value)[1]


def test_who_cannot_be_named_becomes_a_dead_letter(handler: ScoreRequestHandler) -> None:
    [only] = handler.handle_requests([raw_record(b"NSR1 and no more", key=b"what is shown", at=NOW)])
    assert only.topic == DEAD_LETTERS


def test_the_smaller_answer_in_place_of_one_too_large_is_sealed_too(keys: WorkerKeyring, asking: Sealer) -> None:
    session, _, _ = keys.open("score.requests", asking.seal("score.requests", b"c1", b"request")[1])
    small = OutgoingRecord(RESPONSES, b"c1", b"small", event_headers("t", "s", ARROW), Counter())
    large = replace(small, value=b"large", fallback=lambda: small)
    sealed = seal_answer(keys, session, large)
    assert asking.open(RESPONSES, sealed.value) == b"large"
    assert sealed.fallback is not None
    assert asking.open(RESPONSES, sealed.fallback().value) == b"small"
    letter = replace(small, topic=DEAD_LETTERS)
    assert seal_answer(keys, session, letter) is letter
