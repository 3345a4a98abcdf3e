import numpy as np
import pyarrow as pa
import pytest

from tabular.table import Table
from training.errors import DataError
from training.row_columns import read_row_columns


def table(**columns):
    arrays = {name: pa.array(values) for name, values in columns.items()}
    rows = len(next(iter(arrays.values())))
    return Table(columns=arrays, rows=rows, locate_row=lambda row: f"line {row + 2}", notes=())


def read(found, date=None, groups=None, weight=None):
    return read_row_columns(found, date=date, groups=groups, weight=weight)


def test_nothing_named_nothing_read():
    found = read(table(a=["1"]))
    assert (found.dates, found.groups, found.weights) == (None, None, None)


def test_dates_as_files_write_them():
    found = read(table(opened=["31/01/2024", "01/02/2024", "28/02/2023"]), date="opened").dates
    assert found.astype("datetime64[D]").astype(str).tolist() == ["2024-01-31", "2024-02-01", "2023-02-28"]


def test_groups_are_equal_texts_and_a_row_without_one_stands_alone():
    found = read(table(client=["a", "b", "a", None, "", "7"]), groups="client").groups
    assert found[0] == found[2]
    assert len(set(found.tolist())) == 5


def test_weights_in_the_columns_own_style():
    assert read(table(w=["1,5", "2,25", "1 000,0"]), weight="w").weights.tolist() == [1.5, 2.25, 1000.0]


@pytest.mark.parametrize(
    ("named", "values", "words"),
    [
        ("date", ["2024-01-01", None], "line 3, column 'x': expected a date"),
        ("date", ["monday", "tuesday"], "column 'x': expected dates"),
        ("weight", ["1", "0"], "line 3, column 'x': expected a number above 0"),
        ("weight", [1.0, None], "line 3, column 'x': expected a number above 0"),
        ("weight", [np.inf, 1.0], "line 2, column 'x': expected a number above 0"),
        ("weight", ["much", "little"], "column 'x': expected numbers above 0"),
    ],
)
def test_what_is_wrong_is_said_without_the_value(named, values, words):
    with pytest.raises(DataError) as raised:
        read(table(x=values), **{named: "x"})
    assert str(raised.value) == words


@pytest.mark.parametrize("named", ["date", "groups", "weight"])
def test_a_column_that_is_not_there(named):
    with pytest.raises(DataError, match="there is no column 'y'"):
        read(table(x=["1"]), **{named: "y"})
