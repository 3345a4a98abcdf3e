"""A table's columns as the features of a schema."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from contract.column_encoding import encode_columns
from contract.messages import FieldError
from contract.schema import FeatureSchema
from tabular.names import match_columns
from tabular.table import Table

MISSING_WORDS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL")
"""How a file may write a missing value."""


@dataclass(frozen=True)
class Conformed:
    """The features that a table has, and what it has besides."""

    batch: pa.RecordBatch
    left_out: list[str]
    absent: list[str]
    faults: dict[int, list[FieldError]]


def conform(table: Table, schema: FeatureSchema, missing_words: Sequence[str] = ()) -> Conformed:
    """Return the table's columns as features of the schema."""
    by_name = match_columns(schema.by_name, list(table.columns))
    present = [feature for feature in schema if feature.name in by_name]
    words = pa.array([*MISSING_WORDS, *missing_words], pa.string())
    columns = [_without(table.columns[by_name[feature.name]], words) for feature in present]
    batch = pa.RecordBatch.from_arrays(columns, names=[feature.name for feature in present])
    faults = encode_columns(structs.replace(schema, features=tuple(present)), batch).faults
    left_out = [column for column in table.columns if column not in by_name.values()]
    return Conformed(batch, left_out, [name for name in schema.by_name if name not in by_name], faults)


def _without(values: pa.Array, words: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_in(values, words), None, values) if pa.types.is_string(values.type) else values
