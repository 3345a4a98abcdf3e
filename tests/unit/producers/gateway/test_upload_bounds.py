"""Uploads that try to make much work of little: what is too much is refused by its count alone, and said briefly."""

import io
import itertools
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import msgspec
import pyarrow as pa
import pytest

from contract.blocks import MAX_BLOCK_ROWS
from contract.codes import ErrorCode
from contract.encoding import MAX_FAULTS_NAMED, MAX_UNKNOWN_NAMES
from contract.messages import MAX_DETAIL_LENGTH, ErrorInfo
from producers.gateway.batch.arrow_reader import read_arrow
from producers.gateway.batch.chunks import RowChunk
from producers.gateway.batch.results import result_table
from producers.gateway.batch.text_readers import check_columns, read_csv, read_json_lines, split_lines
from producers.gateway.batch.writers import CsvWriter, JsonLinesWriter
from producers.gateway.limits import MAX_ARROW_MESSAGE_BYTES, MAX_DICTIONARY_BYTES, MAX_ROW_BYTES
from producers.gateway.problems import ProblemError
from producers.gateway.served_model import ServedModel
from tabular.names import MAX_NAME_CHARACTERS
from tests.support.steps import count_steps

FEATURES = {"income": 1_000.0, "late": 0, "constant": 1}


def read_from(content: bytes, size: int = 65_536):
    parts = (content[i : i + size] for i in range(0, len(content), size))
    return lambda: next(parts, b"")


def stream(*batches: pa.RecordBatch) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue()


def refused(reader, model: ServedModel, content: bytes) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        list(reader(model, read_from(content)))
    return caught.value


def size_of(error: ErrorInfo | ProblemError) -> int:
    return len(error.detail) + len(msgspec.json.encode(error.fields))


def errors_of(chunks: Iterator[RowChunk]) -> list[ErrorInfo]:
    return [error for chunk in chunks for error in chunk.errors.values()]


@pytest.fixture
def model(tiny_bundle) -> ServedModel:
    return ServedModel(tiny_bundle)


@pytest.mark.parametrize("unknown", [1, MAX_FAULTS_NAMED, MAX_FAULTS_NAMED + 1, MAX_UNKNOWN_NAMES, 5_500])
def test_the_faults_of_a_row_are_counted_and_few_are_named(model: ServedModel, unknown: int):
    line = json.dumps({"features": FEATURES | {f"n{number}": 1 for number in range(unknown)}}).encode()
    (error,) = errors_of(read_json_lines(model, read_from(line)))
    assert error.code is ErrorCode.INVALID_FEATURES
    assert 1 <= len(error.fields) <= MAX_FAULTS_NAMED
    if unknown <= MAX_UNKNOWN_NAMES:
        assert error.detail.startswith(f"{unknown} invalid feature(s)")
        assert {field.code for field in error.fields} == {ErrorCode.UNKNOWN_FEATURE}
    else:
        (field,) = error.fields
        assert field.code is ErrorCode.TOO_MANY_FEATURES
        assert f"{unknown + len(FEATURES):,}" in field.detail


def test_what_is_returned_for_a_row_does_not_grow_with_it(model: ServedModel):
    rows = [
        {"features": FEATURES | {f"n{number}": 1 for number in range(5_500)}},
        {"features": {f"{number:064}": 1 for number in range(MAX_UNKNOWN_NAMES)}},
        {"features": {}},
        {"features": FEATURES | {"income": "1" * 60_000 + "x"}},
        {"features": FEATURES | {"income": [[0]] * 10_000}},
        {"features": FEATURES | {"x" * 60_000: 1}},
        {"x" * 60_000: 1},
        {"features": [1] * 20_000},
    ]
    errors = errors_of(read_json_lines(model, read_from(b"\n".join(json.dumps(row).encode() for row in rows))))
    assert len(errors) == len(rows)
    assert max(map(size_of, errors)) < 4_096
    assert all(len(error.detail) <= MAX_DETAIL_LENGTH for error in errors)


def test_rows_are_dropped_as_soon_as_their_faults_are_known(model: ServedModel):
    lines = [json.dumps({"features": {"income": ["x" * 1000] * 60}}).encode()] * (2 * MAX_BLOCK_ROWS)
    chunks = list(read_json_lines(model, read_from(b"\n".join(lines))))
    assert sum(chunk.rows for chunk in chunks) == len(lines)
    assert len(chunks) > len(lines) / MAX_BLOCK_ROWS  # large lines make small chunks


HEADERS = {
    "one name, over and over": ",".join(["income"] * 9_000),
    "names of one character": ",".join(["x"] * 31_000),
    "no names": "income" + "," * 60_000,
    "different names": ",".join(map(str, range(10_000, 21_000))),
    "quotation marks": ",".join(['"a"'] * 15_000),
    "semicolons": ";".join(["x"] * 31_000),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_with_too_many_columns_is_refused_by_their_number(model: ServedModel, name: str):
    problem = refused(read_csv, model, HEADERS[name].encode() + b"\n1\n")
    assert problem.code in (ErrorCode.INVALID_FEATURES, ErrorCode.MALFORMED_MESSAGE)
    if problem.code is ErrorCode.INVALID_FEATURES:
        assert [field.code for field in problem.fields] == [ErrorCode.TOO_MANY_FEATURES]
        limit = MAX_UNKNOWN_NAMES + len(model.bundle.schema.by_name)
        assert f"at most {limit} names" in problem.detail
    assert size_of(problem) < 1_024


LONG_HEADERS = {
    "a name that is too long": b"income," + b"x" * (MAX_NAME_CHARACTERS + 1) + b"\n",
    "spaces in a name": b"income,a" + b" " * 60_000 + b"b\n",
    "marks above a letter": b"income,a" + "\u0301\u0316".encode() * 15_000 + b"\n",
    "a mark that is not closed": b'"' + b"a\n" * 60_000,
    "a line that does not end": b"x" * 100_000,
}


@pytest.mark.parametrize("name", LONG_HEADERS)
def test_a_header_that_is_too_long_is_refused_by_its_length(model: ServedModel, name: str):
    problem = refused(read_csv, model, LONG_HEADERS[name])
    assert problem.code is ErrorCode.MALFORMED_MESSAGE
    assert size_of(problem) < 512


@pytest.mark.parametrize("columns", [200, 60_000])
def test_a_stream_with_too_many_columns_is_refused_by_their_number(model: ServedModel, columns: int):
    batch = pa.RecordBatch.from_arrays([pa.array([1.0])] * columns, names=["income"] * columns)
    problem = refused(read_arrow, model, stream(batch))
    assert problem.code in (ErrorCode.INVALID_FEATURES, ErrorCode.BLOCK_TOO_LARGE)
    assert "at most" in problem.detail
    assert size_of(problem) < 1_024


def test_columns_of_one_name_are_named_once(model: ServedModel):
    with pytest.raises(ProblemError) as caught:
        check_columns(model, ["income", "late"] * 50)
    assert [field.name for field in caught.value.fields] == ["income", "late"]
    assert caught.value.detail.startswith("2 name(s)")


def test_a_record_batch_of_rows_that_take_no_bytes_is_refused(model: ServedModel):
    endless = pa.RecordBatch.from_arrays([pa.nulls(10**9)], names=["income"])
    problem = refused(read_arrow, model, stream(endless))
    assert problem.code is ErrorCode.BLOCK_TOO_LARGE


def test_a_large_dictionary_is_refused_and_a_block_has_the_entries_that_it_uses(model: ServedModel):
    levels = pa.array([f"{number:08}" for number in range(100_000)])
    batch = pa.RecordBatch.from_arrays(
        [pa.DictionaryArray.from_arrays(pa.array([7, None, 7, 3]), levels)], names=["income"]
    )
    (chunk,) = read_arrow(model, read_from(stream(batch)))
    column = chunk.block.column("income")
    assert column.to_pylist() == ["00000007", None, "00000007", "00000003"]
    assert len(column.dictionary) == 2
    large = pa.array(["x" * 1000 + str(number) for number in range(MAX_DICTIONARY_BYTES // 1000)])
    batch = pa.RecordBatch.from_arrays([pa.DictionaryArray.from_arrays(pa.array([0]), large)], names=["income"])
    assert refused(read_arrow, model, stream(batch)).code is ErrorCode.BLOCK_TOO_LARGE


def test_a_message_is_refused_by_the_size_that_it_says(model: ServedModel):
    claim = b"\xff\xff\xff\xff" + (MAX_ARROW_MESSAGE_BYTES + 1).to_bytes(4, "little")
    assert refused(read_arrow, model, claim).code is ErrorCode.BLOCK_TOO_LARGE


@pytest.mark.parametrize("size", [1, 7, 65_536])
def test_lines_in_small_parts_are_put_together_once(size: int):
    content = b"x" * (MAX_ROW_BYTES - 1) + b"\n" + b"y" * (MAX_ROW_BYTES + 1) + b"\nz"
    copied = 0

    class Part(bytes):
        def split(self, *args):
            nonlocal copied
            copied += len(self)
            return bytes.split(self, *args)

    parts = (Part(content[i : i + size]) for i in range(0, len(content), size))
    lines = list(split_lines(lambda: next(parts, b"")))
    assert [line and len(line) for line in lines] == [MAX_ROW_BYTES - 1, None, 1]
    assert copied == len(content)


def test_many_record_batches_are_read_by_one_reader(model: ServedModel):
    """Dictionaries belong to all of them, and were once read again for each."""
    levels = pa.array([f"{number:08}" for number in range(10_000)])
    batches = [
        pa.RecordBatch.from_arrays(
            [pa.DictionaryArray.from_arrays(pa.array([number % 10_000], pa.int32()), levels)], names=["income"]
        )
        for number in range(500)
    ]
    chunks = list(read_arrow(model, read_from(stream(*batches))))
    found = list(itertools.chain.from_iterable(chunk.block.column("income").to_pylist() for chunk in chunks))
    assert found == [f"{number:08}" for number in range(500)]


def unknown_names(count: int) -> bytes:
    return json.dumps({"features": FEATURES | {f"n{number}": 1 for number in range(count)}}).encode()


GROWING = {
    "rows of JSON": (read_json_lines, lambda n: b"\n".join([unknown_names(0)] * n)),
    "rows with faults": (read_json_lines, lambda n: b"\n".join([unknown_names(30)] * n)),
    "unknown names in rows": (read_json_lines, lambda n: b"\n".join([unknown_names(n // 3)] * 20)),
    "lines that are no rows": (read_json_lines, lambda n: b"{\n" * n),
    "rows of CSV": (read_csv, lambda n: b"income;late;constant\n" + b"1;0;1\n" * n),
    "lines of a header": (read_csv, lambda n: b'"' + b"a\n" * 10 * n),
    "rows of an Arrow batch": (
        read_arrow,
        lambda n: stream(pa.RecordBatch.from_arrays([pa.array([1.0] * n)], names=["income"])),
    ),
    "Arrow batches": (
        read_arrow,
        lambda n: stream(*[pa.RecordBatch.from_arrays([pa.array([1.0])], names=["income"])] * n),
    ),
}


def read_all(reader, model: ServedModel, content: bytes, size: int) -> None:
    with suppress(ProblemError):
        for chunk in reader(model, read_from(content, size)):
            table = result_table(chunk, RuntimeError(), model.feature_names)
            JsonLinesWriter(model.feature_names, explain=True).write(table)
            CsvWriter(model.feature_names, explain=True).write(table)


@pytest.mark.parametrize("name", GROWING)
@pytest.mark.parametrize("size", [100, 65_536])
def test_twice_as_much_is_twice_the_work(model: ServedModel, name: str, size: int):
    """From reading to writing the results, in parts of any size."""
    reader, content = GROWING[name]
    read_all(reader, model, content(10), size)  # what happens once happens here
    few, many = (count_steps(partial(read_all, reader, model, content(n), size)) for n in (60, 120))
    assert many < 2.2 * few
