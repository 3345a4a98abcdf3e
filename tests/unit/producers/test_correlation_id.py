"""Whose answer a record is: asked of every record on a response topic, whoever wrote it."""

import msgspec
import pyarrow as pa
import pytest

from contract.blocks import decode_result_block
from contract.errors import MessageError
from contract.result_fields import ROW_SCHEMA
from producers import block_client, client
from producers.dead_letters import decode_dead_letter

ANYTHING = [b"", b"{", b"[]", b"\xff\xfe", b"[" * 10_000, b'{"x":' * 10_000, b'{"request_id": 5}', b"\x00" * 100]


@pytest.mark.parametrize("value", ANYTHING)
def test_what_nobody_can_read_is_nobodys(value: bytes) -> None:
    assert client._SPEC.correlation_id_of(value) is None
    assert block_client._SPEC.correlation_id_of(value) is None


@pytest.mark.parametrize("value", ANYTHING)
def test_what_is_no_dead_letter_is_left_out(value: bytes) -> None:
    assert decode_dead_letter(value) is None


@pytest.mark.parametrize(
    "fields", [{"topic": "<script>"}, {"topic": "call 555-0100"}, {"key_hash": "\x1b[2J"}, {"cause": "pay here"}]
)
def test_a_forged_dead_letter_shows_no_text_of_its_own(fields: dict[str, str]) -> None:
    letter = {
        "cause": "invalid_seal", "topic": "bank-a.score.requests", "partition": 0, "offset": 1, "key_hash": "0" * 64,
        "occurred_at": "2026-03-01T12:00:00Z",
    }  # fmt: skip
    assert decode_dead_letter(msgspec.json.encode(letter)) is not None
    assert decode_dead_letter(msgspec.json.encode(letter | fields)) is None


@pytest.mark.parametrize("features", ["[" * 10_000, "{", "5", '"\\ud800'])
def test_metadata_of_a_result_block_that_cannot_be_read(features: str) -> None:
    empty = {name: pa.array([None]) for name in ROW_SCHEMA.names}
    batch = pa.RecordBatch.from_pydict(empty).replace_schema_metadata(
        {
            "batch_id": "b", "block_id": "k", "features": features, "base_probability": "0.1", "base_log_odds": "-2",
            "threshold": "0.2", "model_name": "m", "model_version": "v", "model_digest": "d",
            "scored_at": "2026-03-01T12:00:00Z",
        }
    )  # fmt: skip
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    with pytest.raises(MessageError):
        decode_result_block(bytes(sink.getvalue()))
