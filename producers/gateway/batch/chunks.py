"""Chunks: consecutive rows of an upload, the valid ones as a block and the others as errors. No I/O."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contract.blocks import MAX_BLOCK_ROWS
from contract.codes import ErrorCode
from contract.column_encoding import raw_column
from contract.encoding import invalid_features
from contract.ids import CLIENT_REF_PATTERN
from contract.messages import ErrorInfo, FieldError
from contract.pseudonyms import is_pseudonym, random_pseudonym
from producers.gateway.limits import BLOCK_SPLIT_BYTES
from producers.gateway.served_model import ServedModel

CLIENT_REF = "client_ref"

_REF = re.compile(CLIENT_REF_PATTERN)

INVALID_REF = ErrorInfo(
    ErrorCode.INVALID_MESSAGE,
    "client_ref: expected 1 to 128 characters without control characters",
    (FieldError(CLIENT_REF, ErrorCode.INVALID_MESSAGE, "expected 1 to 128 characters without control characters"),),
)

NOT_A_PSEUDONYM = ErrorInfo(
    ErrorCode.NOT_A_PSEUDONYM, "client_ref must be a pseudonym; customer numbers are not accepted"
)

TOO_LARGE = ErrorInfo(ErrorCode.MESSAGE_TOO_LARGE, "the row is larger than a request may be")


@dataclass(frozen=True)
class RowChunk:
    """At most 1,024 rows, in the order in which they came."""

    rows: int
    client_refs: Sequence[str | None]
    """Of every row, as far as it could be read."""
    errors: Mapping[int, ErrorInfo]
    """Row number → error."""
    block: pa.RecordBatch
    """The other rows, in order: `client_ref` and the columns of the model."""


@dataclass(frozen=True)
class UploadRow:
    """A row as read."""

    client_ref: str | None
    features: Mapping[str, Any]


def chunks_from_rows(model: ServedModel, rows: Iterable[UploadRow | ErrorInfo]) -> Iterator[RowChunk]:
    """Yield chunks of rows, or errors for what could not be read as a row.

    Arrow columns hold values of one type, so values of another type are rejected here, by the worker's rules. Each row
    is checked when it is taken, so that of one with faults, which may hold anything, no more than these is kept.
    """
    errors: dict[int, ErrorInfo] = {}
    refs: list[str | None] = []
    valid: list[UploadRow] = []
    for number, row in enumerate(rows):
        refs.append(None if isinstance(row, ErrorInfo) or _validate_ref(model, row.client_ref) else row.client_ref)
        if error := row if isinstance(row, ErrorInfo) else _validate_row(model, row):
            errors[number] = error
        elif isinstance(row, UploadRow):
            refs[-1] = row.client_ref or random_pseudonym()
            valid.append(row)
    valid_refs = [ref for number, ref in enumerate(refs) if number not in errors]
    columns = {CLIENT_REF: pa.array(valid_refs, pa.string())}
    for feature in model.bundle.schema.model_features:
        columns[feature.name] = raw_column(feature, [row.features.get(feature.name) for row in valid])
    block = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    yield from split_oversized(RowChunk(len(refs), refs, errors, block))


def chunks_from_record_batch(model: ServedModel, batch: pa.RecordBatch) -> Iterator[RowChunk]:
    """Yield chunks of an Arrow record batch. The worker validates its values."""
    for start in range(0, batch.num_rows, MAX_BLOCK_ROWS):
        part = batch.slice(start, MAX_BLOCK_ROWS)
        yield from split_oversized(_chunk_of_part(model, part))


def _chunk_of_part(model: ServedModel, part: pa.RecordBatch) -> RowChunk:
    names = set(part.schema.names)
    given = part.column(CLIENT_REF).to_pylist() if CLIENT_REF in names else [None] * part.num_rows
    errors = {i: error for i, ref in enumerate(given) if (error := _validate_ref(model, ref))}
    refs = [None if i in errors else ref or random_pseudonym() for i, ref in enumerate(given)]
    valid_refs = [ref for i, ref in enumerate(refs) if i not in errors]
    if errors:
        part = part.filter(pa.array([i not in errors for i in range(part.num_rows)]))
    columns = [pa.array(valid_refs, pa.string())]
    columns += [_column(part, name) if name in names else pa.nulls(part.num_rows) for name in model.feature_names]
    return RowChunk(
        len(given), refs, errors, pa.RecordBatch.from_arrays(columns, names=[CLIENT_REF, *model.feature_names])
    )


def _column(part: pa.RecordBatch, name: str) -> pa.Array:
    """Return a column, with no more entries of its dictionary than its rows use."""
    column = part.column(name)
    if not pa.types.is_dictionary(column.type) or len(column.dictionary) <= len(column):
        return column
    used = pc.unique(column.indices).drop_null()
    return pa.DictionaryArray.from_arrays(pc.index_in(column.indices, used), pc.take(column.dictionary, used))


def split_oversized(chunk: RowChunk) -> Iterator[RowChunk]:
    """Yield a chunk as it is, or in parts if its block is too large for the topic."""
    if chunk.block.nbytes <= BLOCK_SPLIT_BYTES:
        yield chunk
    elif chunk.rows > 1:
        middle = chunk.rows // 2
        yield from split_oversized(_slice(chunk, 0, middle))
        yield from split_oversized(_slice(chunk, middle, chunk.rows))
    else:
        yield RowChunk(1, chunk.client_refs, {0: TOO_LARGE}, chunk.block.slice(0, 0))


def _slice(chunk: RowChunk, start: int, stop: int) -> RowChunk:
    before = sum(row < start for row in chunk.errors)
    errors = {row - start: error for row, error in chunk.errors.items() if start <= row < stop}
    block = chunk.block.slice(start - before, stop - start - len(errors))
    return RowChunk(stop - start, chunk.client_refs[start:stop], errors, block)


def _validate_ref(model: ServedModel, client_ref: str | None) -> ErrorInfo | None:
    """Return the error of a client reference; an invalid one is not repeated in any result."""
    if client_ref is None:
        return None
    if not _REF.fullmatch(client_ref):
        return INVALID_REF
    return NOT_A_PSEUDONYM if model.require_pseudonyms and not is_pseudonym(client_ref) else None


def _validate_row(model: ServedModel, row: UploadRow) -> ErrorInfo | None:
    if error := _validate_ref(model, row.client_ref):
        return error
    errors = model.encoder.encode(row.features)[1]
    return invalid_features(errors) if errors else None
