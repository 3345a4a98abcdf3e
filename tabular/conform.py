"""The columns of a table as the features of a schema. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.codes import ErrorCode
from contract.column_encoding import encode_column
from contract.encoding import validation_message
from contract.messages import FieldError
from contract.schema import Feature, FeatureSchema, FeatureType
from tabular.names import match_columns
from tabular.table import Table
from tabular.values import INFINITE_WORDS, Interpretation, cell_numbers, interpret, interpret_columns, level_texts


@dataclass(frozen=True)
class Conformed:
    """A table as a schema has it."""

    batch: pa.RecordBatch
    """A column for each feature that the table has, in schema order: float64 or string, null where missing or at fault.

    Values are as the model reads them: what the schema clips is clipped, an unknown level is the one for others.
    """
    left_out: list[str]
    """Columns that are no feature."""
    absent: list[str]
    """Features without a column."""
    faults: dict[int, list[FieldError]] = field(default_factory=dict)
    """Row → what is wrong with it."""
    notes: tuple[str, ...] = ()
    """Sentences on what was ambiguous, and on what the schema had changed."""


def conform(table: Table, schema: FeatureSchema, missing_words: Sequence[str] = ()) -> Conformed:
    """Return a table as the features of a schema; `missing_words` are more words that mean missing.

    Faults do not keep other rows and columns from being read.
    """
    columns = match_columns(schema.by_name, list(table.columns))
    found = interpret_columns({column: table.columns[column] for column in columns.values()}, missing_words)
    faults: dict[int, list[FieldError]] = {}
    notes: list[str] = []
    arrays: dict[str, pa.Array] = {}
    for feature in schema:
        if (name := columns.get(feature.name)) is None:
            continue
        column = _read(feature, table.columns[name], found[name], missing_words)
        arrays[feature.name] = column.values
        notes += [f"column {name!r}: {note}" for note in column.notes]
        for code, at_fault in column.faults.items():
            fault = FieldError(feature.name, code, validation_message(feature, code))
            for row in np.flatnonzero(at_fault).tolist():
                faults.setdefault(row, []).append(fault)
    used = set(columns.values())
    return Conformed(
        batch=pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays)),
        left_out=[column for column in table.columns if column not in used],
        absent=[feature.name for feature in schema if feature.name not in columns],
        faults=faults,
        notes=tuple(notes),
    )


@dataclass(frozen=True)
class _Column:
    values: pa.Array
    faults: dict[ErrorCode, NDArray[np.bool_]]
    notes: Sequence[str] = ()


def _read(feature: Feature, column: pa.Array, found: Interpretation, missing_words: Sequence[str]) -> _Column:
    if feature.type is FeatureType.CATEGORICAL:
        return _read_choice(feature, column, found, missing_words)
    question = found.question
    if found.kind == "number" and question and (other := _fitting(feature, column, found, missing_words)):
        found, question = other, "the bounds of the schema tell thousands marks from decimal marks"
    if found.kind == "text":
        given, wrong = cell_numbers(column, missing_words)
    else:
        given, wrong = found.values, np.zeros(len(column), np.bool_)
    encoded, faults = encode_column(feature, given)
    if wrong.any():
        faults[ErrorCode.WRONG_TYPE] = wrong | faults.get(ErrorCode.WRONG_TYPE, False)
        if ErrorCode.MISSING_FEATURE in faults:
            faults[ErrorCode.MISSING_FEATURE] &= ~wrong
    notes = [question, _infinite_note(found), _outside_note(feature, given, encoded)]
    return _Column(pa.array(encoded, mask=np.isnan(encoded)), faults, [note for note in notes if note])


def _fitting(
    feature: Feature, column: pa.Array, found: Interpretation, missing_words: Sequence[str]
) -> Interpretation | None:
    """Return the other reading of ambiguous numbers if fewer of them lie outside the feature's bounds."""
    readings = [interpret(column, missing_words, decimal=mark) for mark in ".,"]
    outside = [_count_outside(feature, reading.values) for reading in (*readings, found)]
    best = int(np.argmin(outside))
    return readings[best] if outside[best] < outside[-1] else None


def _count_outside(feature: Feature, values: pa.Array) -> int:
    low, high = feature.bounds
    return int(pc.sum(pc.or_(pc.less(values, low), pc.greater(values, high))).as_py() or 0)


def _infinite_note(found: Interpretation) -> str:
    count = sum(count for word, count in found.missing_words.items() if word in INFINITE_WORDS)
    return f"{count:,} infinite numbers became missing" if count else ""


def _outside_note(feature: Feature, given: pa.Array, encoded: NDArray[np.float64]) -> str:
    if feature.outside == "refuse" or given.type != pa.float64():
        return ""
    numbers = given.to_numpy(zero_copy_only=False)
    coded = np.isin(numbers, [float(code) for code in feature.codes])
    changed = np.count_nonzero((numbers != encoded) & ~np.isnan(numbers) & ~coded)
    low, high = feature.bounds
    became = "the nearest bound" if feature.outside == "clip" else "missing"
    return f"{changed:,} values outside {low:g} to {high:g} became {became}" if changed else ""


def _read_choice(feature: Feature, column: pa.Array, found: Interpretation, missing_words: Sequence[str]) -> _Column:
    texts = level_texts(column, missing_words, [level.value for level in feature.levels])
    positions, faults = encode_column(feature, texts)
    unknown = faults.get(ErrorCode.UNKNOWN_LEVEL)
    if unknown is not None and found.kind == "number":  # such as 01 or 1,0 where the level is 1
        numbers, _ = encode_column(feature, found.values)
        positions[unknown] = numbers[unknown]
        faults[ErrorCode.UNKNOWN_LEVEL] = unknown & np.isnan(numbers)
    levels = pa.array([level.value for level in feature.levels], pa.string())
    values = pc.take(levels, pa.array(positions, mask=np.isnan(positions)).cast(pa.int64()))
    return _Column(values, faults, [note] if (note := _others_note(feature, texts, values)) else [])


def _others_note(feature: Feature, texts: pa.Array, values: pa.Array) -> str:
    if feature.other_level is None:
        return ""
    given, other = pc.equal(texts, feature.other_level), pc.equal(values, feature.other_level)
    changed = pc.sum(pc.and_(other, pc.invert(given))).as_py()
    return f"{changed:,} unknown levels became {feature.other_level!r}" if changed else ""
