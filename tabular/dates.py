"""Dates as ages: the days from a date to the day on which a row is looked at."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from tabular.errors import TableError
from tabular.table import Table
from tabular.values import interpret_columns

DAYS_ENDING = "_days"
"""What a column of ages has after the name of the column of dates."""


def dates_as_ages(
    table: Table, reference: str | date, missing_words: Sequence[str] = ()
) -> tuple[Table, dict[str, str]]:
    """Return the table with each column of dates replaced by one of days, and new name → name of the dates.

    `opened_on` becomes `opened_on_days`. The days are counted to `reference`: a date, or the name of a column of dates,
    which is left out. A later date than that has negative days. Raises TableError if that column holds no dates.
    """
    columns = dict(table.columns)
    found = interpret_columns(columns, missing_words)
    dates = {name: reading.values.cast(pa.date32()) for name, reading in found.items() if reading.kind == "date"}
    until = pa.scalar(reference, pa.date32()) if isinstance(reference, date) else dates.pop(reference, None)
    if until is None:
        raise TableError(f"column {reference!r} holds no dates, so that no ages can be counted to it")
    aged, names = {}, {}
    for name, values in columns.items():
        if name in dates:
            new = _distinct(f"{name}{DAYS_ENDING}", columns)
            aged[new], names[new] = pc.days_between(dates[name], until), name
        elif name != reference:
            aged[name] = values
    return replace(table, columns=aged), names


def _distinct(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name
