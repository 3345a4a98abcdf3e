"""The fields of a result as columns: of result blocks, of CSV, of JSON Lines and of Arrow streams.

The message types declare them (`contract.messages.Scored` and the others); everything here is derived from there, so a
new field of a result is one field of its message. What a message cannot say by its types stands in `Meta(extra=…)`:

- `per_block`: has the same value in every scored row of a block, so a block has it once, in its metadata.
- `per_feature`: a value for each feature of the model, so a row has a list of them.
- `block=False`: not part of a block; `csv=False`: not part of CSV.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import pyarrow as pa

from contract.messages import Rejected, Scored

AppliesTo = Literal["every", "scored", "not_scored"]


@dataclass(frozen=True)
class ResultField:
    """One column."""

    name: str
    path: tuple[str, ...]
    """Where the value is in the message: a field, or a field of a field."""
    type: pa.DataType
    """Of the value in one row."""
    description: str
    applies_to: AppliesTo
    """Rows that have a value; the others have null."""
    per_block: bool = False
    per_feature: bool = False
    in_csv: bool = True


def _arrow_type(of: Any) -> pa.DataType:
    match of:
        case msgspec.inspect.Metadata():
            return _arrow_type(of.type)
        case msgspec.inspect.UnionType():
            return _arrow_type(next(each for each in of.types if not isinstance(each, msgspec.inspect.NoneType)))
        case msgspec.inspect.FloatType():
            return pa.float64()
        case msgspec.inspect.StrType() | msgspec.inspect.EnumType():
            return pa.string()
        case msgspec.inspect.DateTimeType():
            return pa.timestamp("us", tz="UTC")
        case msgspec.inspect.VarTupleType():
            return pa.list_(_arrow_type(of.item_type))
        case msgspec.inspect.StructType():
            return pa.struct([(field.encode_name, _arrow_type(field.type)) for field in of.fields])
        case _:
            raise TypeError(f"a result has no column for {of}")


def _unwrap(of: Any) -> tuple[Any, str, dict[str, Any]]:
    """Return a type without its metadata, its description and its extra metadata."""
    if isinstance(of, msgspec.inspect.Metadata):
        return of.type, (of.extra_json_schema or {}).get("description", ""), of.extra or {}
    return of, "", {}


def _fields_of(message: type[msgspec.Struct], applies_to: AppliesTo) -> Iterator[ResultField]:
    for field in msgspec.inspect.type_info(message).fields:  # type: ignore[attr-defined]
        of, description, extra = _unwrap(field.type)
        if not extra.get("block", True):
            continue
        options = {"per_block": extra.get("per_block", False), "in_csv": extra.get("csv", True)}
        name = field.encode_name
        if extra.get("per_feature"):
            for part in of.item_type.fields:
                kind, about, _ = _unwrap(part.type)
                if isinstance(kind, msgspec.inspect.FloatType):
                    path, lists = (name, part.encode_name), pa.list_(_arrow_type(kind))
                    yield ResultField(part.encode_name, path, lists, about, applies_to, per_feature=True)
        elif isinstance(of, msgspec.inspect.StructType):
            for part in of.fields:
                kind, about, more = _unwrap(part.type)
                in_csv = options["in_csv"] and more.get("csv", True)
                path = (name, part.encode_name)
                yield ResultField(
                    "_".join(path), path, _arrow_type(kind), about, applies_to, options["per_block"], in_csv=in_csv
                )
        else:
            yield ResultField(name, (name,), _arrow_type(of), description, applies_to, **options)


def _all_fields() -> Iterator[ResultField]:
    scored = {field.name: field for field in _fields_of(Scored, "scored")}
    for name in ("request_id", "client_ref"):
        field = scored.pop(name)
        yield ResultField(name, field.path, field.type, field.description, "every")
    statuses = "scored, rejected, expired or failed"
    yield ResultField("status", ("status",), pa.string(), statuses, "every")
    yield from scored.values()
    yield from (field for field in _fields_of(Rejected, "not_scored") if field.name not in ("request_id", "client_ref"))


RESULT_FIELDS: tuple[ResultField, ...] = tuple(_all_fields())
"""Every column of a result."""

ROW_FIELDS = tuple(field for field in RESULT_FIELDS if not field.per_block)
"""Columns of a result block."""

BLOCK_FIELDS = tuple(field for field in RESULT_FIELDS if field.per_block)
"""What the metadata of a result block says about all its scored rows."""

REQUIRED_COLUMNS = ("request_id", "status")
"""Without them a result block cannot be read; every other column may be absent, and counts as all null then."""

ROW_SCHEMA = pa.schema([(field.name, field.type) for field in ROW_FIELDS])
RESULT_SCHEMA = pa.schema([(field.name, field.type) for field in RESULT_FIELDS])
