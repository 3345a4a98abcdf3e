"""The target column of a file as outcomes: 1 for a default, 0 otherwise."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tabular.table import Table
from training.column_casts import as_text
from training.errors import DataError

_WORDS_FOR_DEFAULT = frozenset(
    ("1", "bad", "charged off", "default", "defaulted", "défaut", "mauvais", "oui", "true", "y", "yes")
)


def parse_target(table: Table, target: str, positive_label: str | None) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """Return the outcomes, int8[n], and notes on how the column was read.

    `positive_label` says which of its two values is a default; without it, 1 of 0/1 or a plain word such as "bad".
    Raises DataError.
    """
    column = as_text(table.columns[target])
    if column is None:
        raise DataError(f"column {target!r}: expected two values, such as 0 and 1")
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise DataError(f"{table.locate_row(row)}, column {target!r}: expected an outcome, found nothing")
    values = sorted(pc.unique(column).to_pylist())
    default = _positive_label(values, target, positive_label)
    outcomes: NDArray[np.int8] = pc.equal(column, pa.scalar(default)).to_numpy(zero_copy_only=False).astype(np.int8)
    notes = () if values == ["0", "1"] else (f"column {target!r}: {default!r} is taken for a default",)
    return outcomes, notes


def _positive_label(values: list[str], target: str, given: str | None) -> str:
    if len(values) > 2:
        raise DataError(f"column {target!r} has {len(values)} different values: a target has two")
    if len(values) == 1:
        raise DataError(f"column {target!r} has the same value in every row: training needs both outcomes")
    if given is not None:
        if given not in values:
            raise DataError(f"column {target!r} has the values {values[0]!r} and {values[1]!r}, not {given!r}")
        return given
    likely = [value for value in values if value.lower() in _WORDS_FOR_DEFAULT]
    if len(likely) != 1 or (likely == ["1"] and values != ["0", "1"]):
        raise DataError(
            f"column {target!r} has the values {values[0]!r} and {values[1]!r}: say which one is a default "
            "with --positive-label"
        )
    return likely[0]
