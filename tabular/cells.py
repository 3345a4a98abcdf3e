"""Cells of rows that come one part after another: each part is read as the first. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contract.coercion import TRUTHS
from contract.schema import FeatureSchema, FeatureType
from tabular.values import Interpretation, cell_numbers, interpret_columns, level_texts

UNREADABLE = object()
"""In place of a number that is not written in the style of its column: nothing that a feature could be."""


class CellReader:
    """Reads the cells of one stream for a schema.

    Numbers have the decimal mark that the first part shows, in their column or in the others: the same cell must not
    mean something else in a later part. As long as nothing shows it, numbers are read as programs write them, and one
    like 1,234, which may be a fraction, is not read.
    """

    def __init__(self, schema: FeatureSchema) -> None:
        self._schema = schema
        self._marks: dict[str, str | None] | None = None

    def read(self, columns: Mapping[str, Sequence[str | None]]) -> dict[str, list[Any]]:
        """Return the cells as numbers and texts, None where missing. A text may be no value of its feature."""
        texts = {name: pa.array(cells, pa.string()) for name, cells in columns.items()}
        numbers = [name for name in texts if self._schema[name].type is not FeatureType.CATEGORICAL]
        if self._marks is None:
            self._marks = _marks(interpret_columns({name: texts[name] for name in numbers}))
        read = {name: _numbers(texts[name], self._marks.get(name)) for name in numbers}
        for name in texts.keys() - read.keys():
            levels = [level.value for level in self._schema[name].levels]
            read[name] = level_texts(texts[name], levels=levels).to_pylist()
        return read


def _marks(found: Mapping[str, Interpretation]) -> dict[str, str | None]:
    """Return the decimal mark of each column: its own, or that of all others."""
    told = {each.decimal for each in found.values() if each.decimal}
    shared = told.pop() if len(told) == 1 else None
    return {name: each.decimal or shared for name, each in found.items()}


def _numbers(texts: pa.Array, mark: str | None) -> list[Any]:
    read, wrong = cell_numbers(texts, decimal=mark or ".")
    numbers: list[Any] = read.to_pylist()
    if mark is None:
        ambiguous = pc.match_substring_regex(texts, r"^[^.,]*,[0-9]{3}[^.,]*$")
        wrong |= pc.fill_null(ambiguous, False).to_numpy(zero_copy_only=False)
    for row in wrong.nonzero()[0].tolist():
        text = texts[row].as_py()
        numbers[row] = text if text.strip().lower() in TRUTHS else UNREADABLE  # a flag may be a yes or no
    return numbers
