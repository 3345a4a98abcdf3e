"""Dates of clients as the ages in days that a model was trained on."""

import datetime as dt

import pyarrow as pa

from stack.client_table import clients_with_ages
from tabular.table import Table

_OPENED = pa.array(["01.01.2024", None])


def test_days_are_counted_to_the_date_of_the_row():
    table = Table({"opened": _OPENED, "applied": pa.array(["31.01.2024", "31.01.2024"])}, 2, str)
    aged, said = clients_with_ages(table, "applied", ())
    assert aged.columns["opened_days"].to_pylist() == [30, None]
    assert said == "ages in days are counted to applied: opened"


def test_without_that_column_they_are_counted_to_today():
    for date in ("applied", None):
        aged, _ = clients_with_ages(Table({"opened": _OPENED}, 2, str), date, ())
        days = (dt.datetime.now().astimezone().date() - dt.date(2024, 1, 1)).days
        assert aged.columns["opened_days"].to_pylist() in ([days, None], [days - 1, None])  # midnight may pass
