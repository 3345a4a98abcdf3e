from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.arrow import expand_views
from contract.blocks import (
    MAX_BLOCK_ROWS,
    BlockInfo,
    ResultInfo,
    decode_block,
    decode_result_block,
    encode_block,
    encode_result_block,
)
from contract.codes import ErrorCode
from contract.errors import MessageError
from contract.messages import ModelRef
from contract.result_fields import ROW_SCHEMA

INFO = BlockInfo("batch", "block", explain=True, expires_at=datetime(2030, 1, 1, tzinfo=UTC))


def block(rows: int = 2, **columns: pa.Array) -> pa.RecordBatch:
    identity = {
        "request_id": pa.array([f"r{i}" for i in range(rows)], pa.string()),
        "client_ref": pa.array([f"c{i}" for i in range(rows)], pa.string()),
    }
    return pa.RecordBatch.from_pydict(identity | columns)


def code_of(value: bytes) -> ErrorCode:
    with pytest.raises(MessageError) as caught:
        decode_block(value)
    return caught.value.code


def test_a_block_survives_the_wire():
    info, batch = decode_block(encode_block(INFO, block(income=pa.array([1.5, None]))))
    assert info == INFO
    assert batch.to_pydict() == {"request_id": ["r0", "r1"], "client_ref": ["c0", "c1"], "income": [1.5, None]}


def test_a_result_block_survives_the_wire_to_the_last_bit():
    info = ResultInfo(
        batch_id="batch",
        block_id="block",
        features=("a",),
        base_probability=0.1 + 0.2,
        base_log_odds=-1 / 3,
        threshold=0.1,
        model=ModelRef("m", "v", "d"),
        scored_at=datetime(2030, 1, 1, tzinfo=UTC),
    )
    columns = {field.name: pa.nulls(1, field.type) for field in ROW_SCHEMA}
    again, batch = decode_result_block(encode_result_block(info, columns))
    assert again == info
    assert batch.schema.names == ROW_SCHEMA.names


def test_the_row_limit_holds():
    decode_block(encode_block(INFO, block(MAX_BLOCK_ROWS)))
    assert code_of(encode_block(INFO, block(MAX_BLOCK_ROWS + 1))) is ErrorCode.BLOCK_TOO_LARGE
    assert code_of(encode_block(INFO, block(0))) is ErrorCode.EMPTY_BLOCK


def test_metadata_and_identity_columns_are_required():
    batch = block()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    assert code_of(bytes(sink.getvalue())) is ErrorCode.INVALID_BLOCK
    assert code_of(encode_block(INFO, batch.drop_columns(["client_ref"]))) is ErrorCode.INVALID_BLOCK
    nulls = block().set_column(1, "client_ref", pa.array(["c", None]))
    assert code_of(encode_block(INFO, nulls)) is ErrorCode.INVALID_BLOCK


def test_garbage_is_malformed():
    assert code_of(b"") is ErrorCode.MALFORMED_MESSAGE
    assert code_of(b"not arrow at all") is ErrorCode.MALFORMED_MESSAGE


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
@pytest.mark.parametrize("dictionary", [False, True])
def test_a_compressed_block_is_refused_before_it_is_unpacked(compression, dictionary):
    levels = pa.array(["x" * 10_000] * 2)
    batch = block(home=levels.dictionary_encode() if dictionary else levels)
    metadata = {"batch_id": "b", "block_id": "b", "explain": "true", "expires_at": "2030-01-01T00:00:00+00:00"}
    batch = batch.replace_schema_metadata(metadata)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_batch(batch)
    assert code_of(bytes(sink.getvalue())) is ErrorCode.INVALID_BLOCK


def test_a_block_with_a_dictionary_is_taken():
    _, batch = decode_block(encode_block(INFO, block(home=pa.array(["owner", "tenant"]).dictionary_encode())))
    assert batch.column("home").to_pylist() == ["owner", "tenant"]


WHOLE = encode_block(INFO, block(income=pa.array([1.5, None])))


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_a_damaged_block_is_readable_or_a_message_error(place, byte):
    damaged = bytearray(WHOLE)
    damaged[place] = byte
    try:
        decode_block(bytes(damaged))
    except MessageError as error:
        assert error.detail


@given(st.integers(0, len(WHOLE) - 1))
def test_a_cut_block_is_a_message_error_or_lacks_only_the_end_mark(length):
    try:
        info, _ = decode_block(WHOLE[:length])
    except MessageError as error:
        assert error.detail
    else:
        assert info == INFO


def test_text_views_are_read_as_text_unless_they_name_more_than_a_block_may_have():
    refs = pa.array(["c1", "a reference that lies outside of its view", None], pa.string_view())
    levels = pa.DictionaryArray.from_arrays(pa.array([0, 0, 1]), refs)
    batch = pa.RecordBatch.from_arrays([refs, levels, pa.array([1, 2, 3])], names=["client_ref", "home", "age"])

    plain = expand_views(batch.slice(1), 1000)

    assert plain.schema.types == [pa.string(), pa.dictionary(pa.int64(), pa.string()), pa.int64()]
    assert plain.to_pydict() == batch.slice(1).to_pydict()
    with pytest.raises(pa.ArrowInvalid):
        expand_views(batch, 40)
