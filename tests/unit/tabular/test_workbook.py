"""Sheets of workbooks."""

from datetime import date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.errors import TableError
from tabular.workbook import read_workbook
from tests.support.workbooks import workbook


def _read(rows, first="A1"):
    return read_workbook(memoryview(workbook({"Loans": rows}, first)), "loans.xlsx", None)


TYPED = {
    "whole": (st.integers(-(2**53), 2**53), pa.int64()),
    "number": (st.floats(-1e12, 1e12), pa.float64()),
    "truth": (st.booleans(), pa.bool_()),
    "day": (st.dates(date(1901, 1, 1), date(2199, 12, 31)), pa.date32()),
    "text": (st.text("aé <&>;,'\"0", min_size=1, max_size=6).filter(str.strip), pa.string()),
}


@given(st.data(), st.sampled_from(["A1", "C4"]))
def test_a_column_of_one_type_keeps_it(data, first):
    rows = data.draw(st.lists(st.tuples(*(st.none() | values for values, _ in TYPED.values())), min_size=1, max_size=5))
    sure = (1, 0.5, True, date(2024, 2, 29), "x")
    table = _read([list(TYPED), sure, *rows], first)
    kept = [sure, *(row for row in rows if any(cell is not None for cell in row))]
    assert [column.to_pylist() for column in table.columns.values()] == [
        list(column) for column in zip(*kept, strict=True)
    ]
    assert [column.type for column in table.columns.values()] == [kind for _, kind in TYPED.values()]


def test_a_column_of_several_types_is_text():
    noon = datetime(2024, 1, 2, 12)  # noqa: DTZ001 - workbooks know no time zones
    table = _read([["a", "b"], [1.0, date(2024, 1, 2)], [2.5, noon], ["?", None], [True, "#N/A"]])
    assert table.columns["a"].to_pylist() == ["1", "2.5", "?", "true"]
    assert table.columns["b"].to_pylist() == [noon.replace(hour=0), noon, None, None]


def test_rows_and_columns_are_found_wherever_the_table_stands():
    table = _read([["id", None, "rate", "rate"], [1, "x", 2, 3], [None] * 4, [2, None, 3, 4]], "C4")
    assert list(table.columns) == ["id", "column_2", "rate", "rate_2"]
    assert [table.locate_row(row) for row in range(table.rows)] == [
        "loans.xlsx, sheet 'Loans', row 5",
        "loans.xlsx, sheet 'Loans', row 7",
    ]
    assert "rows without any value are left out: 1" in table.notes


def test_the_sheet_is_chosen_and_the_others_are_named():
    content = memoryview(workbook({"Loans": [["a"], [1]], "Ratings": [["b"], [2]], "Notes": []}))
    first = read_workbook(content, "loans.xlsx", None)
    assert list(first.columns) == ["a"]
    assert first.notes == ("read sheet 'Loans'; --sheet names another, of 'Ratings', 'Notes'",)
    second = read_workbook(content, "loans.xlsx", "Ratings")
    assert list(second.columns) == ["b"]
    assert second.notes == ()


@pytest.mark.parametrize(
    ("sheets", "sheet", "sentence"),
    [
        ({"Loans": []}, None, "sheet 'Loans': the sheet is empty"),
        ({"Loans": [], "Ratings": [["a"]]}, None, "the sheet is empty: --sheet names another, of 'Ratings'"),
        ({"Loans": [["a"], [1]]}, "loans", "there is no sheet 'loans'; the sheets are 'Loans'"),
        ({"Loans": [["Loans of 2024"], ["a", "b"], [1, 2]]}, None, "row 1: one name above several columns"),
        ({"Loans": [["a", "b" * 1_001], [1, 2]]}, None, "the name of column 2 has 1,001 characters"),
        ({"Loans": [[1, 2], [3, 4]]}, None, "row 1: expected the names of the columns, found numbers"),
    ],
)
def test_a_workbook_at_fault_gets_one_sentence(sheets, sheet, sentence):
    with pytest.raises(TableError, match=sentence):
        read_workbook(memoryview(workbook(sheets)), "loans.xlsx", sheet)


def test_a_damaged_workbook():
    content = workbook({"Loans": [["a"], [1]]})
    with pytest.raises(TableError, match=r"loans.xlsx: not an .xlsx workbook that can be read"):
        read_workbook(memoryview(content[: len(content) // 2]), "loans.xlsx", None)
