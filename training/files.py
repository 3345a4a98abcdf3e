"""A data set from a CSV or Parquet file, with a given schema or one inferred from its columns."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from contract.errors import SchemaError
from contract.schema import Feature, FeatureSchema, FeatureType, check_schema, load_schema
from tabular.errors import TableError
from tabular.names import feature_name, feature_names, match_columns
from tabular.read import read_table
from tabular.table import Table
from training.column_casts import as_numbers, as_text, not_a_number
from training.dataset import Dataset, DatasetInfo, check_values
from training.errors import DataError
from training.schema_inference import InferredColumn, infer_column
from training.target import parse_target

MISSING_WORDS = ("NA", "N/A", "NaN", "nan", "null", "NULL")
"""How a text may write a missing value. Not "none": data sets use it as a level."""


def load_file(path: Path, target: str, schema_path: Path | None = None, positive_label: str | None = None) -> Dataset:
    """Return the data set in a file. Raises DataError with one sentence that says where and what was expected."""
    try:
        table = _without_missing_words(read_table(path))
    except TableError as error:
        raise DataError(str(error)) from None
    if target not in table.columns:
        raise DataError(f"{path}: there is no column {target!r}; the columns are {_listed(list(table.columns))}")
    outcomes, notes = parse_target(table, target, positive_label)
    inferred = {column: infer_column(column, values) for column, values in table.columns.items() if column != target}
    if schema_path is None:
        schema, remarks = _infer_schema(path, inferred)
    else:
        schema, remarks = _load_schema(schema_path), ()
    dataset = Dataset(
        schema=schema,
        frame=_frame(table, schema, target),
        target=outcomes,
        customer_numbers=_customer_numbers(table, inferred),
        info=DatasetInfo(
            title=path.name,
            population="As its owner describes it.",
            licence="As its owner grants it.",
            sha256=_sha256(path),
        ),
        locate_row=table.locate_row,
        notes=(*table.notes, *notes, *remarks),
        schema_inferred=schema_path is None,
    )
    check_values(dataset)
    return dataset


def _without_missing_words(table: Table) -> Table:
    words = pa.array(MISSING_WORDS)
    columns = {
        name: pc.if_else(pc.is_in(values, words), None, values) if pa.types.is_string(values.type) else values
        for name, values in table.columns.items()
    }
    return replace(table, columns=columns)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_schema(path: Path) -> FeatureSchema:
    try:
        return load_schema(path)
    except OSError:
        raise DataError(f"{path}: the schema cannot be read") from None
    except SchemaError as error:
        raise DataError(str(error)) from None


def _infer_schema(path: Path, inferred: dict[str, InferredColumn]) -> tuple[FeatureSchema, tuple[str, ...]]:
    names = feature_names(list(inferred))
    features = [
        structs.replace(found.feature, name=names[column]) for column, found in inferred.items() if found.feature
    ]
    remarks = [
        f"column {column!r} {found.excluded_because}: left out"
        for column, found in inferred.items()
        if found.excluded_because
    ]
    remarks += [
        f"column {column!r} is taken for sensitive"
        for column, found in inferred.items()
        if found.feature and found.feature.sensitive
    ]
    name = feature_name(path.name.split(".")[0].lower())
    if not any(feature.in_model for feature in features):
        raise DataError(f"{path}: no column can serve as a feature of the model")
    try:
        return check_schema(FeatureSchema(name, tuple(features))), tuple(remarks)
    except SchemaError as error:
        raise DataError(f"{path}: {error}") from None


def _frame(table: Table, schema: FeatureSchema, target: str) -> pd.DataFrame:
    by_name = match_columns(schema.by_name, [column for column in table.columns if column != target])
    return pd.DataFrame({feature.name: _raw(table, feature, by_name) for feature in schema})


def _raw(table: Table, feature: Feature, by_name: Mapping[str, str]) -> pd.Series:
    column = by_name.get(feature.name)
    if column is None:
        raise DataError(f"there is no column for the schema's feature {feature.name!r}")
    values = table.columns[column]
    if feature.type is FeatureType.CATEGORICAL:
        text = as_text(values)
        if text is None:
            raise DataError(f"column {column!r}: expected text or codes")
        return pd.Series(text.to_pandas(), dtype="str")
    numbers = as_numbers(values)
    if numbers is None:
        raise DataError(f"{table.locate_row(not_a_number(values))}, column {column!r}: expected a number")
    return pd.Series(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def _customer_numbers(table: Table, inferred: dict[str, InferredColumn]) -> list[str]:
    for column, found in inferred.items():
        if found.is_id and (text := as_text(table.columns[column])) is not None:
            numbers: list[str] = text.cast(pa.string()).to_pylist()
            return numbers
    return [str(row + 1) for row in range(table.rows)]


def _listed(names: list[str], most: int = 20) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
