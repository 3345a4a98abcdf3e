"""Messages of the batch lane: Arrow IPC streams that hold one record batch, a row per client."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import pyarrow as pa

from contract.arrow import expand_views, is_compressed
from contract.codes import ErrorCode
from contract.errors import MessageError
from contract.messages import ModelRef
from contract.result_fields import BLOCK_FIELDS, REQUIRED_COLUMNS, ROW_SCHEMA, ResultField

BLOCK_TYPE = "neoscore.score.block.v1"
RESULT_BLOCK_TYPE = "neoscore.score.result-block.v1"

MAX_BLOCK_ROWS = 1024
"""The cost per message is spread over a thousand rows, and a block still scores in milliseconds."""

MAX_BLOCK_BYTES = 8 * 1024 * 1024
"""1,024 rows of several hundred features with their explanations fit; topics and producers allow as much."""

ID_COLUMNS = ("request_id", "client_ref")


@dataclass(frozen=True)
class BlockInfo:
    """What a block says about all its rows (Arrow schema metadata)."""

    batch_id: str
    block_id: str
    explain: bool
    expires_at: datetime


@dataclass(frozen=True)
class ResultInfo:
    """What a result block says about all its rows (Arrow schema metadata)."""

    batch_id: str
    block_id: str
    features: Sequence[str]
    """Names for the positions of `log_odds` and `probability_contribution`; empty without explanations."""
    base_probability: float
    base_log_odds: float
    threshold: float
    model: ModelRef
    scored_at: datetime

    def value_of(self, field: ResultField) -> Any:
        """Return the value of a field that is the same in all rows."""
        return attrgetter(".".join(field.path))(self)


def encode_block(info: BlockInfo, batch: pa.RecordBatch) -> bytes:
    """Return a ScoreBlock. `batch` has `request_id`, `client_ref` and a column per feature, 1 to 1,024 rows."""
    return _write(
        batch,
        {
            "batch_id": info.batch_id,
            "block_id": info.block_id,
            "explain": json.dumps(info.explain),
            "expires_at": info.expires_at.isoformat(),
        },
    )


def decode_block(value: bytes) -> tuple[BlockInfo, pa.RecordBatch]:
    """Read a ScoreBlock. Raises MessageError when it is not one that the batch lane takes."""
    if len(value) > MAX_BLOCK_BYTES:
        raise MessageError(ErrorCode.MESSAGE_TOO_LARGE, f"a block may have at most {MAX_BLOCK_BYTES} bytes")
    batch = _read(value)
    info = _block_info(batch)
    for name in ID_COLUMNS:
        _require_text_column(batch, name)
    if batch.num_rows == 0:
        raise MessageError(ErrorCode.EMPTY_BLOCK, "a block needs at least one row")
    if batch.num_rows > MAX_BLOCK_ROWS:
        raise MessageError(ErrorCode.BLOCK_TOO_LARGE, f"a block may have at most {MAX_BLOCK_ROWS} rows")
    return info, batch


def encode_result_block(info: ResultInfo, columns: dict[str, Any]) -> bytes:
    """Return a ResultBlock. `columns` maps every name of ROW_SCHEMA to an Arrow array of equal length."""
    batch = pa.RecordBatch.from_arrays(
        [columns[field.name].cast(field.type) for field in ROW_SCHEMA], schema=ROW_SCHEMA
    )
    metadata = {"batch_id": info.batch_id, "block_id": info.block_id, "features": json.dumps(list(info.features))}
    return _write(batch, metadata | {field.name: _to_text(info.value_of(field)) for field in BLOCK_FIELDS})


def decode_result_block(value: bytes) -> tuple[ResultInfo, pa.RecordBatch]:
    """Read a ResultBlock and return its rows by ROW_SCHEMA. Raises MessageError if it is not one.

    Unknown columns and metadata are ignored; a column that is absent counts as all null, but for REQUIRED_COLUMNS.
    """
    batch = _read(value)
    meta = _metadata(batch)
    try:
        values: dict[str, Any] = {}
        for field in BLOCK_FIELDS:
            if field.name in meta:
                group, *rest = field.path
                known = _from_text(meta[field.name], field.type)
                values[group] = {**values.get(group, {}), rest[0]: known} if rest else known
        features = tuple(json.loads(meta["features"]))
        model = ModelRef(**values.pop("model"))
        info = ResultInfo(meta["batch_id"], meta["block_id"], features, model=model, **values)
    except (KeyError, ValueError, TypeError, RecursionError):
        raise MessageError(ErrorCode.INVALID_BLOCK, "the metadata is not that of a result block") from None
    return info, _known_columns(batch)


def _known_columns(batch: pa.RecordBatch) -> pa.RecordBatch:
    names = batch.schema.names
    if missing := [name for name in REQUIRED_COLUMNS if name not in names]:
        raise MessageError(ErrorCode.INVALID_BLOCK, f"a result block needs the column {missing[0]}")
    try:
        columns = [
            batch.column(field.name).cast(field.type)
            if names.count(field.name) == 1
            else pa.nulls(batch.num_rows, field.type)
            for field in ROW_SCHEMA
        ]
    except (pa.ArrowException, ValueError):
        raise MessageError(ErrorCode.INVALID_BLOCK, "a column of the result block has the wrong type") from None
    return pa.RecordBatch.from_arrays(columns, schema=ROW_SCHEMA)


def _to_text(value: float | str | datetime) -> str:
    """Return a value of the metadata as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else repr(value)


def _from_text(text: str, kind: pa.DataType) -> float | str | datetime:
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(text)
    return float(text) if pa.types.is_floating(kind) else text


def _block_info(batch: pa.RecordBatch) -> BlockInfo:
    meta = _metadata(batch)
    for name in ("batch_id", "block_id"):
        if not 1 <= len(meta.get(name, "")) <= 64:
            raise MessageError(ErrorCode.INVALID_BLOCK, f"the metadata needs {name}, 1 to 64 characters")
    try:
        expires_at = datetime.fromisoformat(meta["expires_at"])
        explain = {"true": True, "false": False}[meta.get("explain", "true")]
    except (KeyError, ValueError):
        message = "the metadata needs expires_at (ISO 8601) and explain (true or false)"
        raise MessageError(ErrorCode.INVALID_BLOCK, message) from None
    if expires_at.tzinfo is None:
        expires_at = expires_at.replace(tzinfo=UTC)
    return BlockInfo(meta["batch_id"], meta["block_id"], explain, expires_at)


def _require_text_column(batch: pa.RecordBatch, name: str) -> None:
    if batch.schema.get_all_field_indices(name).__len__() != 1:
        raise MessageError(ErrorCode.INVALID_BLOCK, f"a block needs the column {name} once")
    column = batch.column(name)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)) or column.null_count:
        raise MessageError(ErrorCode.INVALID_BLOCK, f"the column {name} must be text without nulls")


def _metadata(batch: pa.RecordBatch) -> dict[str, str]:
    try:
        return {key.decode(): value.decode() for key, value in (batch.schema.metadata or {}).items()}
    except UnicodeDecodeError:
        raise MessageError(ErrorCode.INVALID_BLOCK, "the metadata is not UTF-8") from None


def _write(batch: pa.RecordBatch, metadata: dict[str, str]) -> bytes:
    batch = batch.replace_schema_metadata(metadata)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _read(value: bytes) -> pa.RecordBatch:
    try:
        if is_compressed(value):
            raise MessageError(ErrorCode.INVALID_BLOCK, "a block must not be compressed: it could unpack to any size")
        with pa.ipc.open_stream(value) as reader:
            batches = list(reader)
            reader.schema.names  # noqa: B018 - raises where a name is not UTF-8
        for batch in batches:
            batch.validate(full=True)
        batches = [expand_views(batch, MAX_BLOCK_BYTES) for batch in batches]
    except (pa.ArrowException, struct.error, OSError, ValueError, MemoryError):
        raise MessageError(ErrorCode.MALFORMED_MESSAGE, "the value is not an Arrow IPC stream") from None
    if len(batches) > 1:
        raise MessageError(ErrorCode.INVALID_BLOCK, "a block is one record batch")
    if not batches:
        raise MessageError(ErrorCode.EMPTY_BLOCK, "a block needs at least one row")
    return batches[0]
