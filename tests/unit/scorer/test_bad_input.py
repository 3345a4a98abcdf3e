"""Every kind of bad input has a stable code, a sentence without the value, and the fields at fault."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from contract.bundle import Bundle
from contract.codes import ErrorCode, Status
from contract.ids import new_request_id
from contract.messages import DeadLetter, Rejected, Scored
from scorer.block_scorer import BlockScorer
from scorer.interactive_scorer import InteractiveScorer
from tests.support.records import block_batch, block_record, raw_record, request_record
from tests.support.tiny_model import draw_features
from tests.unit.scorer.conftest import NOW
from tests.unit.scorer.test_block_scorer import results

GOOD = next(row for row in draw_features(50, seed=3) if row.get("home") == "owner")

SECRET = "S3CRET"

CODE = ErrorCode


def answer(scorer: InteractiveScorer, value: bytes, **record: Any) -> Any:
    [only] = scorer.score_records([raw_record(value, at=NOW, **record)], NOW)
    return only


def request(features: str = msgspec.json.encode(GOOD).decode(), **fields: str) -> bytes:
    """A request as text, so that it can be what no encoder writes."""
    known = {"request_id": f'"{new_request_id()}"', "client_ref": '"c1"', "features": features} | fields
    return ("{" + ",".join(f'"{name}":{value}' for name, value in known.items()) + "}").encode()


def feature(**values: str) -> str:
    known = {name: msgspec.json.encode(value).decode() for name, value in GOOD.items()} | values
    return "{" + ",".join(f'"{name}":{value}' for name, value in known.items()) + "}"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", CODE.MALFORMED_MESSAGE),
        (b"no JSON", CODE.MALFORMED_MESSAGE),
        (b"\xff\xfe", CODE.MALFORMED_MESSAGE),
        (request() + b"{}", CODE.MALFORMED_MESSAGE),
        (request()[:-20], CODE.MALFORMED_MESSAGE),
        (request(feature(income="NaN")), CODE.MALFORMED_MESSAGE),
        (request(feature(income="Infinity")), CODE.MALFORMED_MESSAGE),
        (request(feature(income="-Infinity")), CODE.MALFORMED_MESSAGE),
        (request(feature(income="1e999")), CODE.INVALID_MESSAGE),
        (request(feature(late="9" * 5_000)), CODE.INVALID_MESSAGE),
        (request(feature(income="[" * 3_000 + "]" * 3_000)), CODE.MALFORMED_MESSAGE),
        (request(feature(home='"\\ud800"')), CODE.MALFORMED_MESSAGE),
        (request(feature(home='"' + "x" * 70_000 + '"')), CODE.MESSAGE_TOO_LARGE),
        (b"[]", CODE.INVALID_MESSAGE),
        (request("[]"), CODE.INVALID_MESSAGE),
        (request("null"), CODE.INVALID_MESSAGE),
        (request(explain='"yes"'), CODE.INVALID_MESSAGE),
        (request(explain="1"), CODE.INVALID_MESSAGE),
        (request(expires_at='"soon"'), CODE.INVALID_MESSAGE),
        (request(request_id='"17"'), CODE.INVALID_MESSAGE),
        (request(request_id="17"), CODE.INVALID_MESSAGE),
        (request(client_ref='"' + "c" * 129 + '"'), CODE.INVALID_MESSAGE),
        (request(client_ref='"c\\u0000"'), CODE.INVALID_MESSAGE),
        (request(client_ref='"c1\\n"'), CODE.INVALID_MESSAGE),
        (request(request_id=f'"{new_request_id()}\\n"'), CODE.INVALID_MESSAGE),
        (request(more="1"), CODE.INVALID_MESSAGE),
    ],
)  # fmt: skip
def test_a_value_that_is_no_request(scorer: InteractiveScorer, value: bytes, code: ErrorCode) -> None:
    rejected = answer(scorer, value)
    assert isinstance(rejected, Rejected)
    assert rejected.error.code is code
    assert len(rejected.error.detail) > 10
    assert rejected.client_ref is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"income": "null"}, CODE.MISSING_FEATURE),
        ({"income": '"S3CRET"'}, CODE.WRONG_TYPE),
        ({"income": '"12 000"'}, CODE.WRONG_TYPE),
        ({"income": "true"}, CODE.WRONG_TYPE),
        ({"income": "[12]"}, CODE.WRONG_TYPE),
        ({"income": '{"S3CRET": 1}'}, CODE.WRONG_TYPE),
        ({"late": "1.5"}, CODE.WRONG_TYPE),
        ({"late": '"1.5"'}, CODE.WRONG_TYPE),
        ({"home": "true"}, CODE.WRONG_TYPE),
        ({"home": '["owner"]'}, CODE.WRONG_TYPE),
        ({"income": "-1"}, CODE.OUT_OF_BOUNDS),
        ({"income": "1000000.0000000001"}, CODE.OUT_OF_BOUNDS),
        ({"income": "1e308"}, CODE.OUT_OF_BOUNDS),
        ({"income": "9" * 400}, CODE.OUT_OF_BOUNDS),
        ({"late": "-9223372036854775809"}, CODE.OUT_OF_BOUNDS),
        ({"home": '"S3CRET"'}, CODE.UNKNOWN_LEVEL),
        ({"home": '"OWNER"'}, CODE.UNKNOWN_LEVEL),
        ({"home": '"' + "S3CRET" * 1_000 + '"'}, CODE.UNKNOWN_LEVEL),
        ({"home": "1e300"}, CODE.UNKNOWN_LEVEL),
        ({"height": "1"}, CODE.UNKNOWN_FEATURE),
        ({"x" * 1_000: "1"}, CODE.UNKNOWN_FEATURE),
        ({"": "1"}, CODE.UNKNOWN_FEATURE),
    ],
)  # fmt: skip
def test_a_feature_at_fault(scorer: InteractiveScorer, change: dict[str, str], code: ErrorCode) -> None:
    rejected = answer(scorer, request(feature(**change)))
    assert isinstance(rejected, Rejected)
    assert rejected.error.code is CODE.INVALID_FEATURES
    [fault] = rejected.error.fields
    assert (fault.name, fault.code) == (next(iter(change))[:64], code)
    assert fault.detail
    assert SECRET not in msgspec.json.encode(rejected).decode()


def test_a_feature_that_is_left_out(scorer: InteractiveScorer) -> None:
    rejected = answer(scorer, request("{}"))
    required = {f.name for f in scorer._bundle.schema.model_features if not f.missing_allowed}
    assert {(fault.name, fault.code) for fault in rejected.error.fields} == {
        (name, CODE.MISSING_FEATURE) for name in required
    }


def test_of_a_name_that_comes_twice_the_last_counts(scorer: InteractiveScorer) -> None:
    once = answer(scorer, request(feature(income="30000")))
    twice = answer(scorer, request(feature(income="-1").replace("}", ',"income":30000}')))
    assert isinstance(twice, Scored)
    assert twice.probability == once.probability
    rejected = answer(scorer, request(feature().replace("}", ',"income":-1}')))
    assert [(fault.name, fault.code) for fault in rejected.error.fields] == [("income", CODE.OUT_OF_BOUNDS)]


@pytest.mark.parametrize(
    "headers",
    [
        [("ce_type", b"\xff")], [("ce_type", None)], [("ce_id", b"\xff")], [("ce_id", None)], [("", b"")],
        [("ce_time", b"?")], [("traceparent", b"\xff" * 600)], [("ce_id", b"x" * 10_000)],
    ],
)  # fmt: skip
def test_headers_that_cannot_be_read_are_as_none(scorer: InteractiveScorer, headers: Any) -> None:
    assert isinstance(answer(scorer, request(), headers=headers), Scored)


@pytest.mark.parametrize("named", [b"neoscore.score.request.v2", b"", b"neoscore.score.block.v1"])
def test_another_version(scorer: InteractiveScorer, named: bytes) -> None:
    rejected = answer(scorer, request(), headers=[("ce_type", named)])
    assert rejected.error.code is CODE.UNSUPPORTED_VERSION
    assert rejected.request_id is not None


@pytest.mark.parametrize("seconds", [9e9, 253402300799.0, 9e15, 1e18])
def test_a_record_from_beyond_all_calendars_is_one_of_now(scorer: InteractiveScorer, seconds: float) -> None:
    record = replace(request_record(GOOD, at=NOW), timestamp=seconds)
    [scored] = scorer.score_records([record], NOW)
    assert isinstance(scored, Scored)


def test_a_request_id_that_comes_twice_gets_the_same_answer_twice(scorer: InteractiveScorer) -> None:
    value = request()
    first, second = (answer(scorer, value) for _ in range(2))
    assert first.request_id == second.request_id
    assert msgspec.structs.asdict(first) | {"cached": True} == msgspec.structs.asdict(second)
    bad = request(feature(late="99"))
    assert answer(scorer, bad) == answer(scorer, bad)


Spoil = Callable[[pa.RecordBatch], pa.RecordBatch]


def put(name: str, column: pa.Array) -> Spoil:
    return lambda batch: batch.set_column(batch.schema.get_field_index(name), name, column)


SIGNALLING = pa.array(np.array([0x7FF0000000000001], np.uint64).view(np.float64))
"""A NaN that says so to the processor: comparing it raises a flag, which NumPy turns into a warning."""


@pytest.mark.parametrize(
    ("spoil", "code", "name"),
    [
        (put("income", pa.array([math.nan])), CODE.MISSING_FEATURE, "income"),
        (put("income", pa.array([math.inf])), CODE.NOT_FINITE, "income"),
        (put("income", pa.array([-math.inf])), CODE.NOT_FINITE, "income"),
        (put("income", SIGNALLING), CODE.MISSING_FEATURE, "income"),
        (put("late", SIGNALLING), CODE.MISSING_FEATURE, "late"),
        (put("income", pa.array([1e300])), CODE.OUT_OF_BOUNDS, "income"),
        (put("income", pa.array([2**64 - 1], pa.uint64())), CODE.OUT_OF_BOUNDS, "income"),
        (put("income", pa.array([None], pa.float64())), CODE.MISSING_FEATURE, "income"),
        (put("income", pa.array([SECRET])), CODE.WRONG_TYPE, "income"),
        (put("income", pa.array([True])), CODE.WRONG_TYPE, "income"),
        (put("income", pa.array([[1.0]])), CODE.WRONG_TYPE, "income"),
        (put("income", pa.array([1], pa.timestamp("s"))), CODE.WRONG_TYPE, "income"),
        (put("late", pa.array([1.5])), CODE.WRONG_TYPE, "late"),
        (put("home", pa.array([SECRET * 1_000])), CODE.UNKNOWN_LEVEL, "home"),
        (put("home", pa.array([SECRET]).dictionary_encode()), CODE.UNKNOWN_LEVEL, "home"),
        (put("home", pa.array([b"owner"])), CODE.WRONG_TYPE, "home"),
        (lambda b: b.append_column("height", pa.array([SECRET])), CODE.UNKNOWN_FEATURE, "height"),
        (put("request_id", pa.array([SECRET])), CODE.INVALID_MESSAGE, "request_id"),
        (put("client_ref", pa.array(["c" * 129])), CODE.INVALID_MESSAGE, "client_ref"),
        (put("client_ref", pa.array([""])), CODE.INVALID_MESSAGE, "client_ref"),
    ],
)  # fmt: skip
def test_a_row_of_a_block_at_fault(block_scorer: BlockScorer, spoil: Spoil, code: ErrorCode, name: str) -> None:
    batch = spoil(block_batch([GOOD]))
    _, [row] = results(block_scorer, block_record(batch, expires_at=NOW + timedelta(minutes=1), at=NOW))
    assert (row["status"], row["error_code"]) == (Status.REJECTED, CODE.INVALID_FEATURES)
    assert [(fault["name"], fault["code"]) for fault in row["error_fields"]] == [(name, code)]
    assert all(fault["detail"] for fault in row["error_fields"])
    told = {key: value for key, value in row.items() if key != "request_id"}
    assert SECRET not in repr(told)


BATCH = block_batch([GOOD])


def stream(
    batches: list[pa.RecordBatch], metadata: Mapping[Any, Any], schema: pa.Schema = BATCH.schema, **options: Any
) -> bytes:
    sink = pa.BufferOutputStream()
    kind = (batches[0].schema if batches else schema).with_metadata(metadata)
    with pa.ipc.new_stream(sink, kind, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return bytes(sink.getvalue())


def wide(batch: pa.RecordBatch, more: int) -> pa.RecordBatch:
    """A block with so many more columns, each of which would be a fault of each row."""
    return pa.RecordBatch.from_arrays(
        [*batch.columns, *[pa.array([1])] * more], names=[*batch.schema.names, *map(str, range(more))]
    )


META = {"batch_id": "b", "block_id": "k", "expires_at": "2026-03-01T12:01:00Z", "explain": "true"}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", CODE.MALFORMED_MESSAGE),
        (b"no Arrow", CODE.MALFORMED_MESSAGE),
        (stream([BATCH], META)[:-100], CODE.MALFORMED_MESSAGE),
        (stream([BATCH], META).replace(b"income", b"in\xffome"), CODE.MALFORMED_MESSAGE),
        (stream([BATCH], META, compression="lz4"), CODE.INVALID_BLOCK),
        (stream([BATCH, BATCH], META), CODE.INVALID_BLOCK),
        (stream([], META), CODE.EMPTY_BLOCK),
        (stream([], META, schema=pa.schema([("income", pa.month_day_nano_interval())])), CODE.EMPTY_BLOCK),
        (stream([BATCH.slice(0, 0)], META), CODE.EMPTY_BLOCK),
        (stream([block_batch([GOOD] * 1_025)], META), CODE.BLOCK_TOO_LARGE),
        (stream([BATCH], {**META, "explain": "yes"}), CODE.INVALID_BLOCK),
        (stream([BATCH], {**META, "expires_at": "soon"}), CODE.INVALID_BLOCK),
        (stream([BATCH], {**META, "batch_id": "x" * 65}), CODE.INVALID_BLOCK),
        (stream([BATCH], {**META, b"\xff": b""}), CODE.INVALID_BLOCK),
        (stream([BATCH.drop_columns(["client_ref"])], META), CODE.INVALID_BLOCK),
        (stream([BATCH.append_column("request_id", pa.array(["?"]))], META), CODE.INVALID_BLOCK),
        (stream([BATCH.append_column("income", pa.array([1.0]))], META), CODE.INVALID_BLOCK),
        (stream([wide(BATCH, 10_000)], META), CODE.INVALID_BLOCK),
        (stream([put("request_id", pa.array([7]))(BATCH)], META), CODE.INVALID_BLOCK),
        (stream([put("client_ref", pa.array([None], pa.string()))(BATCH)], META), CODE.INVALID_BLOCK),
        (b"\x00" * (8 * 1024 * 1024 + 1), CODE.MESSAGE_TOO_LARGE),
    ],
)  # fmt: skip
def test_a_block_at_fault_as_a_whole(block_scorer: BlockScorer, value: bytes, code: ErrorCode) -> None:
    info, rows = results(block_scorer, raw_record(value, at=NOW, headers=[("ce_id", b"k")]))
    assert info.block_id == "k"
    assert {(row["status"], row["error_code"]) for row in rows} == {(Status.REJECTED, code)}
    assert len(rows[0]["error_detail"]) > 10


def test_what_leads_nowhere_is_a_dead_letter(scorer: InteractiveScorer, tiny_bundle: Bundle) -> None:
    for value in (b"", b"{}", b'{"client_ref": 5, "request_id": "?"}', b"[" * 10_000):
        letter = answer(scorer, value, key=None)
        assert isinstance(letter, DeadLetter)
        assert letter.cause in (CODE.MALFORMED_MESSAGE, CODE.INVALID_MESSAGE)
