"""Columns that say something about the rows and are no features: when, whose, and how much each counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tabular.table import Table
from tabular.values import interpret, level_texts
from training.errors import DataError


@dataclass(frozen=True, kw_only=True)
class RowColumns:
    """What such columns hold, each of a table's length; None where no column was named."""

    dates: NDArray[np.datetime64] | None = None
    groups: NDArray[np.int64] | None = None
    """Numbers of the groups. A row without a group is one of its own."""
    weights: NDArray[np.float64] | None = None


def read_row_columns(
    table: Table, *, date: str | None, groups: str | None, weight: str | None, missing: Sequence[str] = ()
) -> RowColumns:
    """Return what the named columns hold. Raises DataError with the first row at fault, without its value."""

    def read(column: str | None, reader: Callable[[Table, str, Sequence[str]], Any]) -> Any:
        if column is None:
            return None
        if column not in table.columns:
            raise DataError(f"there is no column {column!r}")
        return reader(table, column, missing)

    return RowColumns(dates=read(date, _dates), groups=read(groups, _groups), weights=read(weight, _weights))


def _dates(table: Table, column: str, missing: Sequence[str]) -> NDArray[np.datetime64]:
    found = interpret(table.columns[column], missing)
    if found.kind != "date":
        raise DataError(f"column {column!r}: expected dates")
    _all_known(table, column, found.values, "a date")
    days: NDArray[np.datetime64] = pc.cast(found.values, pa.timestamp("us")).to_numpy(zero_copy_only=False)
    return days


def _groups(table: Table, column: str, missing: Sequence[str]) -> NDArray[np.int64]:
    names = level_texts(table.columns[column], missing)
    numbers = pc.fill_null(names.dictionary_encode().indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    alone = numbers < 0
    return np.where(alone, len(numbers) + np.arange(len(numbers)), numbers)


def _weights(table: Table, column: str, missing: Sequence[str]) -> NDArray[np.float64]:
    found = interpret(table.columns[column], missing)
    if found.kind != "number":
        raise DataError(f"column {column!r}: expected numbers above 0")
    _all_known(table, column, found.values, "a number above 0")
    weights = found.values.to_numpy(zero_copy_only=False)
    at_fault = ~(np.isfinite(weights) & (weights > 0))
    if at_fault.any():
        raise _fault(table, column, int(np.argmax(at_fault)), "a number above 0")
    return np.asarray(weights, np.float64)


def _all_known(table: Table, column: str, values: pa.Array, expected: str) -> None:
    if values.null_count:
        raise _fault(table, column, pc.index(values.is_null(), True).as_py(), expected)


def _fault(table: Table, column: str, row: int, expected: str) -> DataError:
    return DataError(f"{table.locate_row(row)}, column {column!r}: expected {expected}")
