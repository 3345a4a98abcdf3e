"""A table as clients: references, values, and what is at fault with some rows. No I/O."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contract.messages import FieldError
from contract.pseudonyms import is_pseudonym
from contract.schema import FeatureSchema
from db.client_rows import storable
from stack.errors import ClientTableError
from tabular.conform import conform
from tabular.dates import dates_as_ages
from tabular.names import match_columns
from tabular.report import ColumnReport
from tabular.table import Table

LEFT_OUT = "left out"

REFERENCE_COLUMN = "client_ref"
"""A column of this name holds references that were made already, in place of customer numbers."""

CHUNK_ROWS = 10_000
"""Rows turned into Python values at a time: keeps memory flat, and costs nothing per row."""


def clients_with_ages(table: Table, date: str | None, missing_words: Sequence[str]) -> tuple[Table, str]:
    """Return a table whose dates are days, as the model was trained on them, and a sentence that says so.

    They are counted to the column `date` where the table has it, else to today: clients are scored as they are now.
    Raises TableError if that column holds no dates.
    """
    today = datetime.now().astimezone().date()
    reference = date if date and date in table.columns else today
    aged, dates = dates_as_ages(table, reference, missing_words)
    return aged, f"ages in days are counted to {reference}: {', '.join(dates.values()) or 'no column holds dates'}"


@dataclass(frozen=True)
class RowFault:
    """Why a row is not loaded. Never a value."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class ClientTable:
    """The rows of a table that can be stored, and the faults of the others."""

    refs: Sequence[str | None]
    """Reference of each row, None where it has none."""
    batch: pa.RecordBatch
    """The schema's features that the table has: float64 or string, null where missing."""
    faults: Sequence[RowFault]
    columns: Sequence[ColumnReport]
    """What each column of the table is."""
    absent: Sequence[str]
    """Features without a column, which count as missing."""
    notes: Sequence[str]
    """Sentences on what was ambiguous or changed."""

    @property
    def rejected(self) -> int:
        """How many rows are at fault."""
        return len({fault.row for fault in self.faults})

    def clients(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (client_ref, feature name → value) of every row without a fault."""
        bad = {fault.row for fault in self.faults}
        names = self.batch.schema.names
        for start in range(0, len(self.refs), CHUNK_ROWS):
            columns = [column.to_pylist() for column in self.batch.slice(start, CHUNK_ROWS).columns]
            rows = zip(*columns, strict=True) if columns else iter(lambda: (), None)
            for row, (ref, values) in enumerate(zip(self.refs[start : start + CHUNK_ROWS], rows, strict=False), start):
                if ref is not None and row not in bad:
                    yield ref, dict(zip(names, values, strict=True))


def read_clients(
    table: Table,
    schema: FeatureSchema,
    number_column: str,
    pseudonym: Callable[[str], str],
    missing_words: Sequence[str] = (),
) -> ClientTable:
    """Return a table's rows as clients of the schema.

    `number_column` holds customer numbers, which `pseudonym` turns into references; if it is REFERENCE_COLUMN, it holds
    references. Raises ClientTableError if the table as a whole cannot be clients of this schema.
    """
    refs, faults = _references(table, number_column, pseudonym)
    others = {name: column for name, column in table.columns.items() if name != number_column}
    schema = storable(schema)
    conformed = conform(Table(others, table.rows, table.locate_row), schema, missing_words)
    if needed := [name for name in conformed.absent if not schema[name].missing_allowed]:
        raise ClientTableError(f"there is no column for {', '.join(needed)}, which the model needs")
    faults += _field_faults(conformed.faults)
    columns = _column_reports(table, schema, number_column, conformed.left_out)
    return ClientTable(
        refs, conformed.batch, sorted(faults, key=lambda f: f.row), columns, conformed.absent, conformed.notes
    )


def _column_reports(
    table: Table, schema: FeatureSchema, number_column: str, left_out: Sequence[str]
) -> list[ColumnReport]:
    features = {column: name for name, column in match_columns(schema.by_name, [*table.columns]).items()}

    def understood(column: str) -> tuple[str, str]:
        if column == number_column:
            return ("reference" if column == REFERENCE_COLUMN else "customer number"), "named as such"
        if column in left_out:
            return LEFT_OUT, "no feature of the model"
        return str(schema[features[column]].type), f"the feature {features[column]}"

    return [
        ColumnReport(column, *understood(column), missing=values.null_count) for column, values in table.columns.items()
    ]


def _field_faults(faults: dict[int, list[FieldError]]) -> list[RowFault]:
    return [RowFault(row, fault.name, fault.detail) for row, found in faults.items() for fault in found]


def _references(table: Table, column: str, pseudonym: Callable[[str], str]) -> tuple[list[str | None], list[RowFault]]:
    made_already = column == REFERENCE_COLUMN
    numbers = _number_texts(column, table.columns[column])
    refs: list[str | None] = []
    faults: list[RowFault] = []
    counts = pc.value_counts(numbers)
    repeated = set(counts.field("values").filter(pc.greater(counts.field("counts"), 1)).to_pylist())
    first: dict[str | None, int] = {}
    for row, number in enumerate(_in_chunks(numbers)):
        reason = None
        if not number:
            reason = "a customer number is needed"
        elif made_already and not is_pseudonym(number):
            reason = "expected a reference as `neoscore pseudonym` prints it"
        elif number in repeated and (before := first.setdefault(number, row)) != row:
            reason = f"the same client as in {table.locate_row(before)}"
        if reason:
            faults.append(RowFault(row, column, reason))
        refs.append(None if reason or not number else number if made_already else pseudonym(number))
    return refs, faults


def _in_chunks(texts: pa.Array) -> Iterator[str | None]:
    for start in range(0, len(texts), CHUNK_ROWS):
        yield from texts.slice(start, CHUNK_ROWS).to_pylist()


def _number_texts(name: str, column: pa.Array) -> pa.Array:
    """Return customer numbers as they are written: text without spaces around it, or whole numbers."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        try:
            column = pc.cast(column, pa.int64())
        except pa.ArrowException:
            raise ClientTableError(f"column {name!r} has fractions, so it does not hold customer numbers") from None
    elif pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        column = pc.cast(column, pa.string())
    elif not (pa.types.is_string(kind) or pa.types.is_integer(kind)):
        raise ClientTableError(f"column {name!r} has values of type {kind}: customer numbers are text or whole numbers")
    return pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
