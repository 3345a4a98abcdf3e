"""One sheet of an .xlsx workbook as a table."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from tabular.errors import TableError
from tabular.names import check_column_count, check_names, looks_like_row
from tabular.table import Table, make_table

_COMPARED_ROWS = 50
"""Rows that a header is compared with."""
_LARGEST_EXACT = 2.0**53
"""A workbook holds every number as a double: whole ones beyond this may be others."""


def read_workbook(content: memoryview, name: str, sheet: str | None) -> Table:
    """Read a sheet of a workbook, the first unless another is named. Raises TableError."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        found, others = _choose_sheet(workbook, name, sheet)
        check_column_count(found.width, f"{name}, sheet {found.name!r}")
        rows = found.to_python()
    except (CalamineError, OSError):
        raise TableError(f"{name}: not an .xlsx workbook that can be read") from None
    place = f"{name}, sheet {found.name!r}"
    first = next((i for i, row in enumerate(rows) if any(_is_filled(cell) for cell in row)), None)
    if first is None:
        more = f": --sheet names another, of {_listed(others)}" if others else ""
        raise TableError(f"{place}: the sheet is empty{more}")
    rows_before = (found.start or (0, 0))[0] + first + 1
    _check_header(rows[first], rows[first + 1 :], f"{place}, row {rows_before}")
    notes = [] if sheet or not others else [f"read sheet {found.name!r}; --sheet names another, of {_listed(others)}"]
    header = [_text(cell) or "" for cell in rows[first]]
    check_names(header, place)
    columns = [_column([row[i] for row in rows[first + 1 :]]) for i in range(len(header))]
    return make_table(header, columns, lambda row: f"{place}, row {rows_before + row + 1}", notes)


def _choose_sheet(workbook: CalamineWorkbook, name: str, sheet: str | None) -> tuple[CalamineSheet, list[str]]:
    names = [each.name for each in workbook.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet]
    if sheet is not None and sheet not in names:
        raise TableError(f"{name}: there is no sheet {sheet!r}; the sheets are {_listed(names)}")
    if not names:
        raise TableError(f"{name}: the workbook has no sheet")
    chosen = sheet or names[0]
    return workbook.get_sheet_by_name(chosen), [each for each in names if each != chosen]


def _check_header(header: Sequence[Any], rows: Sequence[Sequence[Any]], place: str) -> None:
    named = sum(map(_is_filled, header))
    if named == 1 and any(sum(map(_is_filled, row)) > 1 for row in rows):
        raise TableError(f"{place}: one name above several columns: remove the rows above the names of the columns")
    if not any(isinstance(cell, str) and cell.strip() for cell in header):
        raise TableError(f"{place}: expected the names of the columns, found numbers")
    some = [[_text(cell) or "" for cell in row] for row in rows[:_COMPARED_ROWS]]
    if looks_like_row([_text(cell) or "" for cell in header], some):
        raise TableError(f"{place}: a row of values, as it seems: write the names of the columns above it")


def _is_filled(cell: Any) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _column(cells: Sequence[Any]) -> pa.Array:
    """Return the cells as the one type that they have, else as text."""
    values = [None if cell == "" else cell for cell in cells]
    types = {type(value) for value in values if value is not None}
    if types == {bool}:
        return pa.array(values, pa.bool_())
    if types and types <= {int, float}:
        numbers = pa.array(values, pa.float64())
        whole = pc.and_(pc.equal(numbers, pc.floor(numbers)), pc.less_equal(pc.abs(numbers), _LARGEST_EXACT))
        return numbers.cast(pa.int64()) if pc.all(whole).as_py() else numbers
    if types == {date}:
        return pa.array(values, pa.date32())
    if types and types <= {date, datetime}:
        moments = [datetime.combine(v, time.min) if type(v) is date else v for v in values]
        return pa.array(moments, pa.timestamp("us"))
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and float(value).is_integer() and abs(value) <= _LARGEST_EXACT:
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
