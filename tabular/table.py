"""A table as it was read."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Table:
    """Columns by their distinct names; those of a CSV file are all text."""

    columns: dict[str, pa.Array]
    rows: int
    locate_row: Callable[[int], str]
    """Row number, from 0 → where a person finds it in the source."""
    notes: tuple[str, ...] = ()
    """Sentences about the whole source: its encoding, columns that were renamed or left out."""
