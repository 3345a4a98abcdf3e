"""A data set from a file, with a given schema or one inferred from its columns."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from contract.errors import SchemaError
from contract.schema import FeatureSchema, FeatureType, load_schema
from tabular.conform import conform
from tabular.errors import TableError
from tabular.read import is_address, names_workbook, read_table, source_name
from tabular.table import Table
from tabular.values import level_texts
from training.dataset import Dataset, DatasetInfo
from training.errors import DataError
from training.given import Given
from training.row_columns import read_row_columns
from training.target import Outcomes, parse_target
from training.understanding import Understanding, check_column, understand, with_ages


def load_file(source: str, given: Given, schema_path: Path | None = None) -> Dataset:
    """Return the data set in a file. Raises DataError with one sentence that says where and what was expected."""
    table = read_data(source, given.sheet)
    if schema_path is None:
        found = understand(table, table_name(source), given)
        return _with_row_columns(_understood_dataset(found, source, given), table, given)
    return _with_row_columns(_with_schema(table, _load_schema(schema_path), source, given), table, given)


def load_holdout(source: str, given: Given, schema: FeatureSchema, sheet: str | None = None) -> Dataset:
    """Return the data set in a file that only judges a model of the schema. Raises DataError.

    `sheet` is that of a workbook; None: the one that `given` names, if any.
    """
    if sheet is None and names_workbook(source):
        sheet = given.sheet
    table = read_data(source, sheet)
    judging = replace(given, groups=None)
    return _with_row_columns(_with_schema(table, schema, source, judging), table, judging)


def _with_row_columns(dataset: Dataset, table: Table, given: Given) -> Dataset:
    found = read_row_columns(table, date=given.date, groups=given.groups, weight=given.weight, missing=given.missing)
    return replace(dataset, dates=found.dates, groups=found.groups, weights=found.weights)


def read_data(source: str, sheet: str | None = None) -> Table:
    """Return the table of a file or database. Raises DataError."""
    try:
        return read_table(source, sheet=sheet)
    except TableError as error:
        raise DataError(str(error)) from None


def table_name(source: str) -> str:
    """Return what a schema of this source is called: the file's name, without its endings."""
    name = source_name(source)
    return (name.rsplit(".")[-1] if is_address(source) else name.split(".")[0]) or "data"


def _understood_dataset(found: Understanding, source: str, given: Given) -> Dataset:
    """Return the data set of a table that was understood. Raises DataError."""
    dataset = _dataset(found.table, found.schema, found.target, found.outcomes, found.customer_number, source, given)
    remarks = [
        f"column {report.column!r}: {report.understood_as}: {'; '.join(filter(None, (report.because, report.note)))}"
        for report in found.columns
        if report.note or report.column not in found.feature_columns.values()
    ]
    return replace(dataset, notes=(*dataset.notes, *remarks), schema_inferred=True)


def understood_frame(found: Understanding, given: Given) -> pd.DataFrame:
    """Return the values of the features of a table that was understood. Raises DataError."""
    return _frame(found.table, found.schema, found.target, given.missing)[0]


def _with_schema(table: Table, schema: FeatureSchema, source: str, given: Given) -> Dataset:
    for column in given.columns:
        check_column(table, column)
    assert given.target is not None  # noqa: S101 - checked by load_file
    outcomes = parse_target(table, given.target, given.positive_label)
    aged, _ = with_ages(table, given.target, given)
    return _dataset(aged, schema, given.target, outcomes, given.customer_number, source, given)


def _dataset(
    table: Table,
    schema: FeatureSchema,
    target: str,
    outcomes: Outcomes,
    customer_number: str | None,
    source: str,
    given: Given,
) -> Dataset:
    frame, notes = _frame(table, schema, target, given.missing)
    name = source_name(source)
    return Dataset(
        schema=schema,
        frame=frame,
        target=outcomes.values,
        customer_numbers=_customer_numbers(table, customer_number),
        info=DatasetInfo(
            title=name,
            population="As its owner describes it.",
            licence="As its owner grants it.",
            sha256="" if is_address(source) else _sha256(Path(source)),
        ),
        locate_row=table.locate_row,
        notes=(*table.notes, *notes),
    )


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


def _frame(
    table: Table, schema: FeatureSchema, target: str, missing: Sequence[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the values of the features, and sentences on how they were read."""
    columns = {name: values for name, values in table.columns.items() if name != target}
    found = conform(replace(table, columns=columns), schema, missing)
    if found.absent:
        raise DataError(f"there is no column for the schema's feature {found.absent[0]!r}")
    if found.faults:
        row = min(found.faults)
        fault = found.faults[row][0]
        more = f" ({len(found.faults) - 1:,} more invalid rows)" if len(found.faults) > 1 else ""
        raise DataError(f"{table.locate_row(row)}, column {fault.name!r}: {fault.detail}{more}")
    text = {feature.name: "str" for feature in schema if feature.type is FeatureType.CATEGORICAL}
    return found.batch.to_pandas().astype(text), found.notes


def _customer_numbers(table: Table, column: str | None) -> list[str]:
    if column is None:
        return [str(row + 1) for row in range(table.rows)]
    numbers: list[str] = level_texts(table.columns[column]).to_pylist()
    return numbers
