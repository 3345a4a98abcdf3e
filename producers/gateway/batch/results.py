"""Results of a chunk: one row for each of its rows, in order. No I/O."""

from collections.abc import Sequence
from itertools import accumulate

import pyarrow as pa
import pyarrow.compute as pc

from contract.blocks import ResultInfo
from contract.codes import Status
from contract.messages import FieldError
from contract.result_fields import RESULT_FIELDS, RESULT_SCHEMA
from producers.gateway.batch.chunks import RowChunk
from producers.gateway.batch.pipeline import BlockOutcome
from producers.gateway.problems import to_problem


def result_table(chunk: RowChunk, outcome: BlockOutcome, names: Sequence[str]) -> pa.Table:
    """Return the results of a chunk, by RESULT_SCHEMA. `names`: the features, in the order of the lists."""
    valid = [row for row in range(chunk.rows) if row not in chunk.errors]
    parts = []
    if valid:
        refs = [chunk.client_refs[row] for row in valid]
        if isinstance(outcome, Exception):
            problem = to_problem(outcome)
            parts.append(_error_rows(Status.FAILED, refs, [(str(problem.code), problem.detail, ())] * len(valid)))
        elif outcome is not None:
            parts.append(_results(refs, *outcome, names))
    if chunk.errors:
        invalid = sorted(chunk.errors)
        refs = [chunk.client_refs[row] for row in invalid]
        errors = [chunk.errors[row] for row in invalid]
        parts.append(_error_rows(Status.REJECTED, refs, [(str(f.code), f.detail, f.fields) for f in errors]))
        valid += invalid
    together = pa.concat_tables(parts)
    if len(parts) == 1:
        return together
    places = sorted(range(chunk.rows), key=valid.__getitem__)
    return together.take(pa.array(places)).combine_chunks()


def _results(refs: Sequence[str | None], info: ResultInfo, batch: pa.RecordBatch, names: Sequence[str]) -> pa.Table:
    rows = batch.num_rows
    if rows != len(refs):  # the worker rejected the whole block: one row stands for all
        code, detail = (batch.column(name)[0].as_py() for name in ("error_code", "error_detail"))
        return _error_rows(Status(batch.column("status")[0].as_py()), refs, [(code, detail, ())] * len(refs))
    scored = pc.equal(batch.column("status"), str(Status.SCORED))
    columns = {}
    for field in RESULT_FIELDS:
        if field.per_block:
            value = pa.scalar(info.value_of(field), field.type)
            columns[field.name] = pc.if_else(scored, value, pa.scalar(None, field.type))
        elif field.per_feature and tuple(info.features) not in ((), tuple(names)):
            columns[field.name] = _reorder(batch.column(field.name), info.features, names)
        else:
            columns[field.name] = batch.column(field.name)
    columns["client_ref"] = pa.array(refs, pa.string())
    return pa.table(columns, schema=RESULT_SCHEMA)


def _reorder(lists: pa.Array, given: Sequence[str], wanted: Sequence[str]) -> pa.Array:
    """Return lists of a model with other features in the order of `wanted`; features it lacks are null."""
    rows = [None if row is None else dict(zip(given, row, strict=True)) for row in lists.to_pylist()]
    return pa.array([None if row is None else [row.get(name) for name in wanted] for row in rows], lists.type)


def _error_rows(
    status: Status, refs: Sequence[str | None], errors: Sequence[tuple[str, str, Sequence[FieldError]]]
) -> pa.Table:
    """Return rows without a score. `errors`: code, detail and fields of each."""
    columns: dict[str, pa.Array] = {field.name: pa.nulls(len(refs), field.type) for field in RESULT_SCHEMA}
    codes, details, fields = zip(*errors, strict=True)
    columns["client_ref"] = pa.array(refs, pa.string())
    columns["status"] = pa.array([str(status)] * len(refs), pa.string())
    columns["error_code"] = pa.array(codes, pa.string())
    columns["error_detail"] = pa.array(details, pa.string())
    columns["error_fields"] = _field_errors(fields)
    return pa.table(columns, schema=RESULT_SCHEMA)


def _field_errors(fields: Sequence[Sequence[FieldError]]) -> pa.Array:
    """Return the faults of each row. Texts are read much faster than objects, and meanwhile no other thread runs."""
    kind = RESULT_SCHEMA.field("error_fields").type
    together = [fault for some in fields for fault in some]
    columns = {
        "name": [fault.name for fault in together],
        "code": [str(fault.code) for fault in together],
        "detail": [fault.detail for fault in together],
    }
    parts = [pa.array(columns[part.name], part.type) for part in kind.value_type]
    faults = pa.StructArray.from_arrays(parts, fields=list(kind.value_type))
    return pa.ListArray.from_arrays(list(accumulate(map(len, fields), initial=0)), faults, type=kind)
