"""Parquet files as the libraries write them."""

import io
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from tabular.errors import TableError
from tabular.names import MAX_COLUMNS
from tabular.parquet_file import plain_column, read_parquet


def _read(columns):
    content = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), content)
    return read_parquet(memoryview(content.getvalue()), "loans.parquet")


MOMENT = datetime(2024, 2, 29, 12, 30)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("written", "kind", "values"),
    [
        (pa.array([1, None], pa.uint8()), pa.int64(), [1, None]),
        (pa.array([2**63, None], pa.uint64()), pa.float64(), [2.0**63, None]),
        (pa.array([1.5, None], pa.float16()), pa.float64(), [1.5, None]),
        (pa.array([Decimal("1.10"), None]), pa.float64(), [1.1, None]),
        (pa.array([True, None]), pa.bool_(), [True, None]),
        (pa.array([date(2024, 2, 29), None]), pa.date32(), [date(2024, 2, 29), None]),
        (pa.array([MOMENT, None], pa.timestamp("ms")), pa.timestamp("ms"), [MOMENT, None]),
        (pa.array(["é", None], pa.large_string()), pa.string(), ["é", None]),
        (pa.array(["é", None], pa.string_view()), pa.string(), ["é", None]),  # as Polars writes
        (pa.array(["é", None]).dictionary_encode(), pa.string(), ["é", None]),
        (pa.array([7, None]).dictionary_encode(), pa.int64(), [7, None]),
        (pa.nulls(2), pa.string(), [None, None]),
    ],
    ids=lambda each: str(getattr(each, "type", "")) or None,
)
def test_a_column_has_the_plain_type_nearest_to_its_own(written, kind, values):
    table = _read({"id": [1, 2], "x": written})
    assert table.columns["x"].type == kind
    assert table.columns["x"].to_pylist() == values


def test_a_dictionary_of_views_as_polars_writes_categories():
    levels = pa.array(["marié", "veuf"], pa.string_view())
    column = plain_column(pa.DictionaryArray.from_arrays(pa.array([1, None, 0], pa.uint32()), levels))
    assert column.type == pa.string()
    assert column.to_pylist() == ["veuf", None, "marié"]


def test_what_is_no_value_of_a_feature_is_left_out_and_said():
    table = _read({"a": [1], "lists": [[1]], "parts": [{"x": 1}], "bytes": [b"x"]})
    assert list(table.columns) == ["a"]
    assert [note.split(" holds ")[0] for note in table.notes] == ["column 'lists'", "column 'parts'", "column 'bytes'"]
    assert all(note.endswith("left out") for note in table.notes)


def test_an_index_of_pandas_without_a_name_has_none():
    content = io.BytesIO()
    pd.DataFrame({"a": [1, 2]}, index=[7, 9]).to_parquet(content)
    table = read_parquet(memoryview(content.getvalue()), "loans.parquet")
    assert {name: column.to_pylist() for name, column in table.columns.items()} == {"a": [1, 2], "column_2": [7, 9]}
    assert table.locate_row(1) == "loans.parquet, row 2"


def test_a_file_without_a_usable_column():
    with pytest.raises(TableError, match="no column holds numbers"):
        _read({"lists": [[1]]})


def test_a_file_of_too_many_columns_is_refused_by_their_number():
    columns = {f"c{number}": [1] for number in range(MAX_COLUMNS + 1)}
    with pytest.raises(TableError, match=r"^loans.parquet: 10,001 columns: a table may have at most 10,000$"):
        _read(columns)
