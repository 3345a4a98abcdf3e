from datetime import UTC, datetime, timedelta

import pytest

from contract.blocks import MAX_BLOCK_ROWS, RESULT_BLOCK_TYPE, BlockInfo
from contract.headers import get_header
from contract.ids import new_request_id
from contract.messages import Scored
from contract.topics import BATCH_REQUESTS, BATCH_RESPONSES, DEAD_LETTERS
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.records import block_batch
from tests.support.tiny_model import draw_features

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("answering")]

FEATURES = draw_features(MAX_BLOCK_ROWS, seed=22)


def info(*, seconds: float = 60, explain: bool = True) -> BlockInfo:
    return BlockInfo("batch", new_request_id(), explain, datetime.now(UTC) + timedelta(seconds=seconds))


def test_a_full_block_has_the_bits_of_single_requests(wire: RawKafkaClient) -> None:
    block = info()
    wire.send_block(block_batch(FEATURES), block)
    result, rows = wire.wait_for_block(block.block_id)
    assert len(rows) == MAX_BLOCK_ROWS
    singles = wire.wait_for_results([wire.send_request(f, f"s{i}") for i, f in enumerate(FEATURES[:100])])
    for row, single in zip(rows, singles, strict=False):
        assert isinstance(single, Scored)
        assert row["probability"] == single.probability
        parts = dict(zip(result.features, row["log_odds"], strict=True))
        assert parts == {part.feature: part.log_odds for part in single.contributions}
        points = dict(zip(result.features, row["probability_contribution"], strict=True))
        assert points == {part.feature: part.probability_contribution for part in single.contributions}


def test_a_result_block_is_an_event_under_the_key_of_its_request(wire: RawKafkaClient) -> None:
    block = info(explain=False)
    wire.send_block(block_batch(FEATURES[:2]), block)
    wire.wait_for_block(block.block_id)
    [record] = [r for r in wire.records[BATCH_RESPONSES] if r.key == block.block_id.encode()]
    assert get_header(record.headers, "ce_type") == RESULT_BLOCK_TYPE
    assert get_header(record.headers, "content-type") == "application/vnd.apache.arrow.stream"


def test_a_late_block_is_expired(wire: RawKafkaClient) -> None:
    block = info(seconds=-1)
    wire.send_block(block_batch(FEATURES[:2]), block)
    assert [row["status"] for row in wire.wait_for_block(block.block_id)[1]] == ["expired"] * 2


def test_broken_blocks_do_not_stop_the_lane(wire: RawKafkaClient) -> None:
    block_id = new_request_id()
    wire.send(BATCH_REQUESTS, b"nothing", b"k", [("ce_id", block_id.encode())])
    [row] = wire.wait_for_block(block_id)[1]
    assert (row["status"], row["error_code"]) == ("rejected", "malformed_message")
    place = wire.send(BATCH_REQUESTS, None, b"k").get(10)
    wire.read(lambda: any(f'"offset":{place.offset},'.encode() in r.value for r in wire.records[DEAD_LETTERS]))
    test_a_late_block_is_expired(wire)


def test_people_are_answered_while_blocks_wait(wire: RawKafkaClient) -> None:
    blocks = [info() for _ in range(20)]
    for block in blocks:
        wire.send_block(block_batch(FEATURES), block)
    wire.wait_for_results([wire.send_request(f, f"p{i}") for i, f in enumerate(FEATURES[:50])])
    for block in blocks:
        wire.wait_for_block(block.block_id)
