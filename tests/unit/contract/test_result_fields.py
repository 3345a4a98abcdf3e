"""The fields of a result are declared once; blocks, CSV, JSON Lines and the AsyncAPI document follow."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

import contract.messages
from contract.blocks import ResultInfo, decode_result_block, encode_result_block
from contract.codes import ErrorCode, Status
from contract.errors import MessageError
from contract.messages import ModelRef, Scored, decode_result, encode
from contract.result_fields import BLOCK_FIELDS, RESULT_FIELDS, ROW_FIELDS, ROW_SCHEMA

INFO = ResultInfo("b", "k", ("A",), 0.2, -1.4, 0.4, ModelRef("m", "v", "d"), datetime(2030, 1, 1, tzinfo=UTC))

NEW_FIELD = """    confidence: Annotated[float, Meta(description="made up by this test")] = 0.0
    model: Annotated[ModelRef"""

CONSUMERS = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("contract.messages", sys.argv[1])
module = sys.modules["contract.messages"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

from contract.asyncapi import document
components = document()["components"]
assert "confidence (double): made up by this test" in components["messages"]["ResultBlock"]["payload"]["description"]
assert "confidence" in components["schemas"]["Scored"]["properties"]

from contract.result_fields import RESULT_SCHEMA, ROW_SCHEMA
assert "confidence" in ROW_SCHEMA.names

import pyarrow as pa
from producers.gateway.batch.writers import WRITERS
row = {"status": "scored", "confidence": 0.75, "log_odds": [1.0], "probability_contribution": [0.1]}
table = pa.Table.from_pylist([row], RESULT_SCHEMA)
written = {kind: writer(["A"], explain=True) for kind, writer in WRITERS.items()}
text = {kind: writer.begin() + writer.write(table) + writer.end() for kind, writer in written.items()}
assert b'"confidence":0.75' in text["application/x-ndjson"]
assert b"confidence" in text["text/csv"].splitlines()[0] and b"0.75" in text["text/csv"]
arrow = pa.ipc.open_stream(text["application/vnd.apache.arrow.stream"]).read_all()
assert arrow.column("confidence").to_pylist() == [0.75]

from scorer.result_columns import result_columns
from scorer.result_columns import RowError
error = RowError(module.Failed.status, module.ErrorInfo(module.ErrorCode.MODEL_FAILED, "x"))
none = result_columns(pa.array(["r"]), pa.array(["c"]), {0: error}, None, feature_names=(), threshold=0.5)
assert none["confidence"].null_count == 1
"""


def rows(n: int = 2) -> dict[str, pa.Array]:
    columns = {field.name: pa.nulls(n, field.type) for field in ROW_SCHEMA}
    return columns | {
        "request_id": pa.array([f"r{i}" for i in range(n)]),
        "client_ref": pa.array([f"c{i}" for i in range(n)], pa.large_string()),
        "status": pa.array([str(Status.SCORED)] * n),
        "probability": pa.array([0.25] * n),
    }


def with_columns(value: bytes, change) -> bytes:
    """Return a result block whose columns are changed, its metadata kept."""
    batch = pa.ipc.open_stream(value).read_next_batch()
    changed = change(batch).replace_schema_metadata(batch.schema.metadata)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, changed.schema) as writer:
        writer.write_batch(changed)
    return bytes(sink.getvalue())


def test_a_new_field_of_the_message_is_in_every_form(tmp_path: Path) -> None:
    source = Path(contract.messages.__file__).read_text()
    changed = tmp_path / "messages.py"
    changed.write_text(source.replace("    model: Annotated[ModelRef", NEW_FIELD, 1))

    done = subprocess.run([sys.executable, "-c", CONSUMERS, changed], check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_every_column_is_a_field_of_a_message() -> None:
    assert len({field.name for field in RESULT_FIELDS}) == len(RESULT_FIELDS) == len(ROW_FIELDS) + len(BLOCK_FIELDS)
    scored = {field.encode_name for field in msgspec.structs.fields(Scored)}
    assert {field.path[0] for field in RESULT_FIELDS if field.applies_to == "scored"} == scored - {
        "request_id", "client_ref", "cached"
    }  # fmt: skip


def test_a_column_that_the_reader_does_not_know_is_ignored() -> None:
    sent = encode_result_block(INFO, rows())
    changed = with_columns(sent, lambda batch: batch.append_column("from_the_future", pa.array([1, 2])))
    info, batch = decode_result_block(changed)
    assert info == INFO
    assert batch.schema.equals(ROW_SCHEMA)
    assert batch.column("probability").to_pylist() == [0.25, 0.25]


@pytest.mark.parametrize("absent", [name for name in ROW_SCHEMA.names if name not in ("request_id", "status")])
def test_an_optional_column_that_is_absent_is_all_null(absent: str) -> None:
    changed = with_columns(encode_result_block(INFO, rows()), lambda batch: batch.drop_columns([absent]))
    _, batch = decode_result_block(changed)
    assert batch.schema.equals(ROW_SCHEMA)
    assert batch.column(absent).null_count == 2


@pytest.mark.parametrize("absent", ["request_id", "status"])
def test_a_block_without_what_identifies_its_rows_is_invalid(absent: str) -> None:
    changed = with_columns(encode_result_block(INFO, rows()), lambda batch: batch.drop_columns([absent]))
    with pytest.raises(MessageError) as raised:
        decode_result_block(changed)
    assert raised.value.code is ErrorCode.INVALID_BLOCK


def test_a_column_of_another_type_is_invalid() -> None:
    texts = pa.array(["much", "little"])
    sent = encode_result_block(INFO, rows())
    changed = with_columns(sent, lambda batch: batch.drop_columns(["probability"]).append_column("probability", texts))
    with pytest.raises(MessageError, match="wrong type"):
        decode_result_block(changed)


def test_fields_that_the_reader_does_not_know_are_ignored_in_json() -> None:
    scored = {
        "status": "scored", "request_id": "01920d6e-7a3c-7f0e-9d5b-3f1c8a2b4e6d", "client_ref": "c",
        "probability": 0.25, "base_probability": 0.2, "base_log_odds": -1.4, "threshold": 0.4, "band": "medium",
        "model": {"name": "m", "version": "v", "digest": "d", "future": 1}, "scored_at": "2030-01-01T00:00:00Z",
        "from_the_future": {"any": ["thing"]},
    }  # fmt: skip
    received = decode_result(msgspec.json.encode(scored))
    assert isinstance(received, Scored)
    assert (received.contributions, received.reasons, received.cached) == ((), (), False)
    failed = (
        b'{"status":"failed","request_id":null,"client_ref":"c","error":{"code":"model_failed","detail":"x"},"new":1}'
    )
    assert decode_result(failed).error.fields == ()
    assert decode_result(encode(received)) == received
