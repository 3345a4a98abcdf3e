"""A table as it was read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tabular.names import alike_notes, distinct_names


@dataclass(frozen=True)
class Table:
    """Columns by their distinct names.

    Those of a CSV file are text as it was written, null where nothing was; others are int64, float64, bool, date32,
    timestamp or string.
    """

    columns: dict[str, pa.Array]
    rows: int
    locate_row: Callable[[int], str]
    """Row number, from 0 → where a person finds it in the source."""
    notes: tuple[str, ...] = ()
    """Sentences about the whole source: its encoding, columns that were renamed or left out."""


def make_table(
    header: Sequence[str], columns: Sequence[pa.Array], locate_row: Callable[[int], str], notes: Sequence[str] = ()
) -> Table:
    """Return the table of a header and its columns: names made distinct, empty rows and empty last columns left out."""
    width = len(header)
    while width and not header[width - 1].strip() and columns[width - 1].null_count == len(columns[width - 1]):
        width -= 1
    names, said = distinct_names(header[:width])
    arrays, rows = list(columns[:width]), len(columns[0]) if columns else 0
    if rows and all(column.null_count for column in arrays):
        some = np.logical_or.reduce([column.is_valid().to_numpy(zero_copy_only=False) for column in arrays])
        if not some.all():
            said.append(f"rows without any value are left out: {rows - some.sum():,}")
            numbers, locate_any = np.flatnonzero(some), locate_row
            arrays, rows = [pc.take(column, pa.array(numbers)) for column in arrays], len(numbers)
            locate_row = lambda row: locate_any(int(numbers[row]))  # noqa: E731
    notes = (*notes, *said, *alike_notes(names))
    return Table(dict(zip(names, arrays, strict=True)), rows, locate_row, notes)
