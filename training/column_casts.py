"""Columns of a file as the numbers or the levels of a schema."""

import pyarrow as pa
import pyarrow.compute as pc


def as_numbers(column: pa.Array) -> pa.Array | None:
    """Return the column as float64, or None when any value is not a number."""
    if pa.types.is_large_string(column.type):
        column = pc.cast(column, pa.string())
    if pa.types.is_string(column.type):
        column = pc.utf8_trim_whitespace(column)
    elif not (_is_number(column.type) or pa.types.is_null(column.type)):
        return None
    try:
        return pc.cast(column, pa.float64(), safe=False)
    except pa.ArrowException:
        return None


def as_text(column: pa.Array) -> pa.Array | None:
    """Return the column as the text of levels (2.0 is written "2"), or None when it holds nested or binary data."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_large_string(column.type):
        column = pc.cast(column, pa.string())
    numbers = as_numbers(column)
    if numbers is not None and is_whole(numbers):
        return _whole_text(column, numbers)
    try:
        return pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    except pa.ArrowException:
        return None


def is_whole(numbers: pa.Array) -> bool:
    """Return whether every number is finite and whole; nulls do not count."""
    return pc.all(pc.and_(pc.is_finite(numbers), pc.equal(numbers, pc.floor(numbers)))).as_py() is True


def not_a_number(column: pa.Array) -> int:
    """Return the position of the first value that `as_numbers` cannot read."""
    return next(i for i in range(len(column)) if as_numbers(column.slice(i, 1)) is None)


def _whole_text(column: pa.Array, numbers: pa.Array) -> pa.Array:
    whole = pc.cast(pc.cast(numbers, pa.int64(), safe=False), pa.string())
    if not pa.types.is_string(column.type):
        return whole
    with_point = pc.fill_null(pc.match_substring(column, "."), False)  # "01" is a code of its own, "2.0" is 2
    return pc.if_else(with_point, whole, pc.utf8_trim_whitespace(column))


def _is_number(kind: pa.DataType) -> bool:
    return any(test(kind) for test in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal))
