"""Where only pseudonyms are taken, a customer number is refused and comes back in no answer."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.messages import Rejected, Scored
from contract.pseudonyms import is_pseudonym, pseudonymize
from contract.topics import BATCH_REQUESTS
from scorer.block_scorer import BlockScorer
from scorer.cache import ResultCache
from scorer.engine import Engine
from scorer.interactive_scorer import InteractiveScorer
from tests.support.records import block_batch, block_record, raw_record, request_record
from tests.support.tiny_model import draw_features
from tests.unit.scorer.conftest import NOW
from tests.unit.scorer.test_block_scorer import results

KEY = b"a-key-of-the-test-bank"
FEATURES = draw_features(4)
CUSTOMER_NUMBERS = ("471108150023", "DE02120300000000202051", "jane.doe@example.org", "C-000042", "A" * 32)


@pytest.fixture
def strict(tiny_bundle: Bundle, engine: Engine) -> InteractiveScorer:
    return InteractiveScorer(tiny_bundle, engine, ResultCache(10, 60, "d"), pseudonyms_only=True)


@pytest.fixture
def strict_blocks(tiny_bundle: Bundle, engine: Engine) -> BlockScorer:
    return BlockScorer(tiny_bundle, engine, pseudonyms_only=True)


def answer(scorer: InteractiveScorer, client_ref: str, **fields: Any) -> Any:
    record = request_record(FEATURES[0], client_ref=client_ref, key=client_ref.encode(), at=NOW, **fields)
    [only] = scorer.score_records([record], NOW)
    return only


@pytest.mark.parametrize("client_ref", [pseudonymize("4711", KEY), pseudonymize("4711", KEY, "k2")])
def test_pseudonyms_are_scored(strict: InteractiveScorer, client_ref: str) -> None:
    assert is_pseudonym(client_ref)
    assert isinstance(answer(strict, client_ref), Scored)


@pytest.mark.parametrize("number", CUSTOMER_NUMBERS)
def test_a_customer_number_is_refused_and_not_repeated(strict: InteractiveScorer, number: str) -> None:
    refused = answer(strict, number)
    assert isinstance(refused, Rejected)
    assert refused.error.code is ErrorCode.NOT_A_PSEUDONYM
    assert refused.client_ref is None
    assert number not in str(refused)


def test_neither_is_one_that_stands_on_an_unreadable_request(strict: InteractiveScorer) -> None:
    unreadable = answer(strict, CUSTOMER_NUMBERS[0], unknown_field=1)
    assert isinstance(unreadable, Rejected)
    assert unreadable.client_ref is None
    assert unreadable.request_id
    [keyed] = strict.score_records([raw_record(b"no JSON", key=CUSTOMER_NUMBERS[0].encode(), at=NOW)], NOW)
    assert CUSTOMER_NUMBERS[0] not in str(keyed)


def test_rows_with_customer_numbers_are_refused_and_the_others_scored(strict_blocks: BlockScorer) -> None:
    refs = [pseudonymize("4711", KEY), "471108150023", pseudonymize("4712", KEY, "k2"), "471208150023"]
    batch = block_batch(FEATURES)
    batch = batch.set_column(batch.schema.get_field_index("client_ref"), "client_ref", pa.array(refs))
    _, rows = results(strict_blocks, block_record(batch, at=NOW, expires_at=NOW + timedelta(minutes=1)))
    assert [row["status"] for row in rows] == ["scored", "rejected"] * 2
    assert [row["client_ref"] for row in rows] == [refs[0], None, refs[2], None]
    assert {field["code"] for field in rows[1]["error_fields"]} == {ErrorCode.NOT_A_PSEUDONYM}
    assert not any(number in str(row) for row in rows for number in refs[1::2])


def test_a_block_that_is_wrong_as_a_whole_repeats_none_either(strict_blocks: BlockScorer) -> None:
    batch = pa.RecordBatch.from_pydict({"request_id": ["1"] * 4, "client_ref": ["471108150023"] * 4})
    record = raw_record(as_stream(batch), key=b"block-1", at=NOW, topic=BATCH_REQUESTS, headers=[("ce_id", b"block-1")])
    _, rows = results(strict_blocks, record)
    assert [row["client_ref"] for row in rows] == [None] * 4


def as_stream(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()
