"""Sheets: some consecutive rows of an upload, those that can be asked for and those at fault. No I/O."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from contract.blocks import MAX_BLOCK_ROWS
from contract.codes import ErrorCode
from contract.encoding import level_text
from contract.ids import CLIENT_REF_PATTERN, is_pseudonym, new_pseudonym
from contract.messages import Error, FieldError
from contract.schema import Feature, FeatureType
from producers.gateway.limits import BLOCK_BYTES
from producers.gateway.model import Model

CLIENT_REF = "client_ref"

_REF = re.compile(CLIENT_REF_PATTERN)

INVALID_REF = Error(
    ErrorCode.INVALID_MESSAGE,
    "client_ref: expected 1 to 128 characters without control characters",
    (FieldError(CLIENT_REF, ErrorCode.INVALID_MESSAGE, "expected 1 to 128 characters without control characters"),),
)

NOT_A_PSEUDONYM = Error(
    ErrorCode.NOT_A_PSEUDONYM, "client_ref must be a pseudonym: what may be a customer number goes no further"
)

TOO_LARGE = Error(ErrorCode.MESSAGE_TOO_LARGE, "the row is larger than a request may be")


@dataclass(frozen=True)
class Sheet:
    """At most 1,024 rows, in the order in which they came."""

    rows: int
    client_refs: Sequence[str | None]
    """Of every row, as far as it could be read."""
    faults: Mapping[int, Error]
    """Row → what is wrong with it."""
    block: pa.RecordBatch
    """The other rows, in order: `client_ref` and the columns of the model."""


@dataclass(frozen=True)
class Row:
    """One row as it was read."""

    client_ref: str | None
    features: Mapping[str, Any]


def sheet_of_rows(model: Model, rows: Sequence[Row | Error]) -> Iterator[Sheet]:
    """Make sheets of rows, with an Error for what was no row.

    Columns hold values of one type: so what a worker would say of a value of another type is said here, by its rules.
    """
    faults: dict[int, Error] = {}
    refs: list[str | None] = []
    sound: list[Row] = []
    for number, row in enumerate(rows):
        refs.append(None if isinstance(row, Error) or _ref_fault(model, row.client_ref) else row.client_ref)
        if fault := row if isinstance(row, Error) else _fault(model, row):
            faults[number] = fault
        elif isinstance(row, Row):
            refs[-1] = row.client_ref or new_pseudonym()
            sound.append(row)
    told = [ref for number, ref in enumerate(refs) if number not in faults]
    columns = {CLIENT_REF: pa.array(told, pa.string())}
    for feature in model.bundle.schema.model_features:
        columns[feature.name] = _column(feature, [row.features.get(feature.name) for row in sound])
    block = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    yield from fitting(Sheet(len(rows), refs, faults, block))


def sheets_of_batch(model: Model, batch: pa.RecordBatch) -> Iterator[Sheet]:
    """Make sheets of an Arrow record batch. What is wrong with its values, the worker says."""
    for start in range(0, batch.num_rows, MAX_BLOCK_ROWS):
        part = batch.slice(start, MAX_BLOCK_ROWS)
        yield from fitting(_sheet_of_part(model, part))


def _sheet_of_part(model: Model, part: pa.RecordBatch) -> Sheet:
    names = set(part.schema.names)
    given = part.column(CLIENT_REF).to_pylist() if CLIENT_REF in names else [None] * part.num_rows
    faults = {i: fault for i, ref in enumerate(given) if (fault := _ref_fault(model, ref))}
    refs = [None if i in faults else ref or new_pseudonym() for i, ref in enumerate(given)]
    told = [ref for i, ref in enumerate(refs) if i not in faults]
    if faults:
        part = part.filter(pa.array([i not in faults for i in range(part.num_rows)]))
    columns = [pa.array(told, pa.string())]
    columns += [part.column(name) if name in names else pa.nulls(part.num_rows) for name in model.names]
    return Sheet(len(given), refs, faults, pa.RecordBatch.from_arrays(columns, names=[CLIENT_REF, *model.names]))


def fitting(sheet: Sheet) -> Iterator[Sheet]:
    """Give a sheet as it is, or in parts where its block would be too large for the topic."""
    if sheet.block.nbytes <= BLOCK_BYTES:
        yield sheet
    elif sheet.rows > 1:
        middle = sheet.rows // 2
        yield from fitting(_part(sheet, 0, middle))
        yield from fitting(_part(sheet, middle, sheet.rows))
    else:
        yield Sheet(1, sheet.client_refs, {0: TOO_LARGE}, sheet.block.slice(0, 0))


def _part(sheet: Sheet, start: int, stop: int) -> Sheet:
    before = sum(row < start for row in sheet.faults)
    faults = {row - start: fault for row, fault in sheet.faults.items() if start <= row < stop}
    block = sheet.block.slice(start - before, stop - start - len(faults))
    return Sheet(stop - start, sheet.client_refs[start:stop], faults, block)


def _ref_fault(model: Model, client_ref: str | None) -> Error | None:
    """Say what is wrong with a client reference; one that is at fault is repeated in no answer."""
    if client_ref is None:
        return None
    if not _REF.fullmatch(client_ref):
        return INVALID_REF
    return NOT_A_PSEUDONYM if model.pseudonyms_only and not is_pseudonym(client_ref) else None


def _fault(model: Model, row: Row) -> Error | None:
    if fault := _ref_fault(model, row.client_ref):
        return fault
    faults = model.encoder.encode(row.features)[1]
    if not faults:
        return None
    return Error(ErrorCode.INVALID_FEATURES, f"{len(faults)} feature(s) at fault", tuple(faults))


def _column(feature: Feature, values: Sequence[Any]) -> pa.Array:
    if feature.type is FeatureType.CHOICE:
        return pa.array([None if value is None else level_text(value) for value in values], pa.string())
    return pa.array([None if value is None else float(value) for value in values], pa.float64())
