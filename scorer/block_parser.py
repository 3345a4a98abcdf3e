"""Reading a block: its rows and their faults, or the fault of the whole block."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from contract.arrow import expand_views, is_compressed
from contract.blocks import BLOCK_TYPE, ID_COLUMNS, MAX_BLOCK_BYTES, MAX_BLOCK_ROWS, BlockInfo, decode_block
from contract.codes import ErrorCode
from contract.column_encoding import encode_columns, is_text
from contract.encoding import too_many_names, unknown_feature
from contract.errors import MessageError
from contract.headers import get_header
from contract.messages import ErrorInfo, FieldError
from contract.schema import FeatureSchema
from scorer.engine import FeatureMatrix
from scorer.id_columns import mask_non_pseudonyms, validate_id_columns
from scorer.record import Record
from scorer.request_parser import check_type

MAX_ID_LENGTH = 64
"""Characters of batch_id and block_id, as the contract limits them."""


@dataclass(frozen=True)
class ParsedBlock:
    """A readable block."""

    info: BlockInfo
    request_ids: pa.Array
    client_refs: pa.Array
    rows: FeatureMatrix
    """(n, features in the model); meaningless where there are faults."""
    faults: dict[int, list[FieldError]]
    """Row number → what is wrong with it."""


@dataclass(frozen=True)
class InvalidBlock:
    """A block that cannot be scored, and whatever of it can be read."""

    error: ErrorInfo
    block_id: str | None
    """None: nobody could match an answer."""
    batch_id: str = ""
    request_ids: pa.Array = field(default_factory=lambda: pa.nulls(1, pa.string()))
    """A single null when the rows cannot be told apart: the answer is then one row for the whole block."""
    client_refs: pa.Array = field(default_factory=lambda: pa.nulls(1, pa.string()))


class BlockParser:
    """Reads blocks for one feature schema.

    With `pseudonyms_only` rows whose client reference may be a customer number are at fault, and none is repeated.
    """

    def __init__(self, schema: FeatureSchema, *, pseudonyms_only: bool) -> None:
        self._schema = schema
        self._pseudonyms_only = pseudonyms_only

    def __call__(self, record: Record) -> ParsedBlock | InvalidBlock:
        """Read a block. May raise on what nobody foresaw."""
        try:
            check_type(record, BLOCK_TYPE)
            info, batch = decode_block(record.value)
            unknown = _unknown_columns(self._schema, batch)
        except MessageError as error:
            return self.broken(record, ErrorInfo(error.code, error.detail))
        encoded = encode_columns(self._schema, batch)
        faults = encoded.faults
        for row, more in validate_id_columns(batch, pseudonyms_only=self._pseudonyms_only).items():
            faults.setdefault(row, []).extend(more)
        if unknown:
            faults = {row: [*faults.get(row, ()), *unknown] for row in range(batch.num_rows)}
        request_ids, client_refs = (batch.column(name).cast(pa.string()) for name in ID_COLUMNS)
        return ParsedBlock(info, request_ids, self._mask_client_refs(client_refs), encoded.rows, faults)

    def broken(self, record: Record, error: ErrorInfo) -> InvalidBlock:
        """Return what can still be said of a record that is not a block to be scored."""
        try:
            with pa.ipc.open_stream(record.value) as reader:
                metadata = {key.decode(): value.decode() for key, value in (reader.schema.metadata or {}).items()}
                columns = None if is_compressed(record.value) else _identities(reader)
        except (struct.error, pa.ArrowException, OSError, ValueError, MemoryError):
            metadata, columns = {}, None
        block_id = _valid_id(metadata.get("block_id")) or _valid_id(get_header(record.headers, "ce_id"))
        batch_id = _valid_id(metadata.get("batch_id")) or ""
        if columns is None:
            return InvalidBlock(error, block_id, batch_id)
        request_ids, client_refs = columns
        return InvalidBlock(error, block_id, batch_id, request_ids, self._mask_client_refs(client_refs))

    def _mask_client_refs(self, client_refs: pa.Array) -> pa.Array:
        return mask_non_pseudonyms(client_refs) if self._pseudonyms_only else client_refs


def _identities(reader: pa.RecordBatchStreamReader) -> list[pa.Array] | None:
    """Return the identity columns, or None when the rows cannot be told apart or are too many to answer singly."""
    batches = list(reader)
    if not 1 <= sum(batch.num_rows for batch in batches) <= MAX_BLOCK_ROWS:
        return None
    for batch in batches:
        batch.validate(full=True)
    table = pa.Table.from_batches([expand_views(batch, MAX_BLOCK_BYTES) for batch in batches])
    columns = []
    for name in ID_COLUMNS:
        if len(table.schema.get_all_field_indices(name)) != 1 or not is_text(table.schema.field(name).type):
            return None
        columns.append(table.column(name).cast(pa.string()).combine_chunks())
    return columns


def _unknown_columns(schema: FeatureSchema, batch: pa.RecordBatch) -> Sequence[FieldError]:
    if fault := too_many_names(schema, batch.num_columns - len(ID_COLUMNS)):
        raise MessageError(ErrorCode.INVALID_BLOCK, f"columns of features: {fault.detail}")
    names = [name for name in batch.schema.names if name not in ID_COLUMNS]
    if len(set(names)) != len(names):
        raise MessageError(ErrorCode.INVALID_BLOCK, "two columns of the block have the same name")
    return [unknown_feature(name) for name in names if name not in schema.by_name]


def _valid_id(text: str | None) -> str | None:
    return text if text and len(text) <= MAX_ID_LENGTH else None
