"""Dates as ages in days."""

import datetime as dt

import pyarrow as pa
import pytest

from tabular.dates import dates_as_ages
from tabular.errors import TableError
from tabular.table import Table


def _table(**columns):
    arrays = {name: pa.array(values) for name, values in columns.items()}
    return Table(arrays, len(next(iter(arrays.values()))), str)


_TABLE = _table(
    applied=["31/01/2024", "15/02/2024", "15/02/2024"],
    opened=["01/01/2024", None, "20/02/2024"],
    month=["2024-01", "2024-01", "2023-12"],
    income=["1", "2", "3"],
)


def test_days_are_counted_to_the_date_of_each_row():
    aged, names = dates_as_ages(_TABLE, "applied")
    assert {name: values.to_pylist() for name, values in aged.columns.items()} == {
        "opened_days": [30, None, -5],
        "month_days": [30, 45, 76],
        "income": ["1", "2", "3"],
    }
    assert names == {"opened_days": "opened", "month_days": "month"}


def test_or_to_one_day():
    aged, _ = dates_as_ages(_TABLE, dt.date(2024, 3, 1))
    assert aged.columns["applied_days"].to_pylist() == [30, 15, 15]


def test_a_name_that_is_taken_is_not_overwritten():
    aged, names = dates_as_ages(_table(a=[dt.date(2024, 1, 1)], a_days=["x"]), dt.date(2024, 1, 2))
    assert {name: values.to_pylist() for name, values in aged.columns.items()} == {"a_days_": [1], "a_days": ["x"]}
    assert names == {"a_days_": "a"}


@pytest.mark.parametrize("column", ["income", "none"])
def test_what_holds_no_dates_is_refused(column):
    with pytest.raises(TableError, match=f"column '{column}' holds no dates"):
        dates_as_ages(_TABLE, column)
