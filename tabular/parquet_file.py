"""A Parquet file as a table of plain types."""

import re

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from pyarrow import types as kinds

from tabular.errors import TableError
from tabular.names import check_names
from tabular.table import Table, make_table

_PANDAS_INDEX = re.compile(r"__index_level_\d+__")
"""How pandas names the column of an index that has no name."""


def read_parquet(content: memoryview, name: str) -> Table:
    """Read the content of a Parquet file. Raises TableError."""
    try:
        file = pa.parquet.ParquetFile(pa.BufferReader(pa.py_buffer(content)))
        check_names(file.schema_arrow.names, name)
        read = file.read()
    except (pa.ArrowException, OSError):
        raise TableError(f"{name}: not a Parquet file that can be read") from None
    header, columns, notes = [], [], []
    for column, values in zip(read.schema.names, read.columns, strict=True):
        array = plain_column(values)
        if array is None:
            notes.append(f"column {column!r} holds {values.type}, which is no feature's value: left out")
        else:
            header.append("" if _PANDAS_INDEX.fullmatch(column) else column)
            columns.append(array)
    if not header:
        raise TableError(f"{name}: no column holds numbers, texts, dates or truth values")
    return make_table(header, columns, lambda row: f"{name}, row {row + 1}", notes)


def plain_column(values: pa.Array | pa.ChunkedArray) -> pa.Array | None:
    """Return a column as int64, float64, bool, date32, timestamp or string; None if it holds anything else."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if kinds.is_run_end_encoded(values.type):
        values = pc.run_end_decode(values)
    if kinds.is_dictionary(values.type):
        # Arrow decodes no dictionary of views of texts.
        levels = plain_column(values.dictionary)
        return None if levels is None else levels.take(values.indices)
    plain = _plain_type(values)
    return None if plain is None else pc.cast(values, plain, safe=False)


def _plain_type(values: pa.Array) -> pa.DataType | None:
    kind = values.type
    if kinds.is_boolean(kind) or kinds.is_timestamp(kind):
        return kind
    if kinds.is_date(kind):
        return pa.date32()
    if kinds.is_uint64(kind) and (pc.max(values).as_py() or 0) > 2**63 - 1:
        return pa.float64()
    if kinds.is_integer(kind):
        return pa.int64()
    if kinds.is_floating(kind) or kinds.is_decimal(kind):
        return pa.float64()
    is_text = kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind)
    return pa.string() if is_text or kinds.is_null(kind) else None
