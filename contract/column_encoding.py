"""Whole columns of raw values to model columns: the block form of `contract.encoding`, same rules, same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.codes import ErrorCode
from contract.coercion import PLAIN_NUMBER, LevelReader, is_flag, is_missing, level_text, number_of
from contract.encoding import number_codes, validation_message
from contract.messages import FieldError
from contract.schema import Feature, FeatureSchema, FeatureType


@dataclass(frozen=True)
class EncodedColumns:
    """Rows for the model, and what is wrong with some of them."""

    rows: NDArray[np.float64]
    """(n, features in the model), NaN where missing or at fault."""
    faults: dict[int, list[FieldError]]
    """Row number → faults; such a row must not be scored."""


def encode_columns(schema: FeatureSchema, batch: pa.RecordBatch) -> EncodedColumns:
    """Encode the schema's columns of a record batch; a column that is absent counts as all missing.

    All columns are checked at once. Only those in which something is at fault, or that are written in an unusual way,
    are gone through again one by one, to say what.
    """
    features = schema.model_features
    present = set(batch.schema.names)
    columns = [batch.column(f.name) if f.name in present else pa.nulls(batch.num_rows) for f in features]
    values = np.full((len(features), batch.num_rows), np.nan)
    usual = np.array([_read_fast_path(*each) for each in zip(features, columns, values, strict=True)], np.bool_)
    faults: dict[int, list[FieldError]] = {}
    for i in np.flatnonzero(~usual | _needs_validation(features, columns, values)).tolist():
        values[i], codes = encode_column(features[i], columns[i])
        for code, at_fault in codes.items():
            fault = FieldError(features[i].name, code, validation_message(features[i], code))
            for row in np.flatnonzero(at_fault).tolist():
                faults.setdefault(row, []).append(fault)
    return EncodedColumns(np.ascontiguousarray(values.T), faults)


def _read_fast_path(feature: Feature, column: pa.Array, out: NDArray[np.float64]) -> bool:
    """Read numbers, or the texts of a choice, into `out`, NaN where null; return whether the column holds such."""
    kind = column.type
    if feature.type is FeatureType.CATEGORICAL:
        if not pa.types.is_string(kind):
            return False
        column = pc.index_in(column, value_set=pa.array([level.value for level in feature.levels], pa.string()))
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return False
    out[:] = column.to_numpy(zero_copy_only=False)
    return True


def _needs_validation(
    features: Sequence[Feature], columns: Sequence[pa.Array], values: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which of the columns (k, n) may hold an invalid or a special value."""
    nulls = np.array([column.null_count for column in columns])
    choice = np.array([feature.type is FeatureType.CATEGORICAL for feature in features])
    required = np.array([not feature.missing_allowed for feature in features])
    coded = np.array([bool(feature.codes) for feature in features])
    low = np.array([[-np.inf if feature.minimum is None else feature.minimum] for feature in features])
    high = np.array([[np.inf if feature.maximum is None else feature.maximum] for feature in features])
    whole = np.array([feature.type is FeatureType.INTEGER for feature in features])
    nan = np.isnan(values)
    missing = nan.sum(axis=1)
    with np.errstate(invalid="ignore"):  # signalling NaNs, which no encoder writes but a sender can
        outside = (values < low) | (values > high)
        broken = (values[whole] != np.floor(values[whole])) & ~nan[whole]
    doubtful = coded | (choice & (missing > nulls)) | (required & (missing > 0)) | outside.any(axis=1)
    doubtful[whole] |= broken.any(axis=1)
    return np.asarray(doubtful)


Faults: TypeAlias = dict[ErrorCode, NDArray[np.bool_]]
"""For each kind of fault, a mask of the rows that have it."""


def encode_column(feature: Feature, column: pa.Array) -> tuple[NDArray[np.float64], Faults]:
    """Return the column as float64 (NaN where missing or invalid), and its faults."""
    values, faults = _read(feature, column)
    at_fault = np.logical_or.reduce([np.zeros(len(values), np.bool_), *faults.values()])
    values[at_fault] = np.nan
    if not feature.missing_allowed:
        faults[ErrorCode.MISSING_FEATURE] = np.isnan(values) & ~at_fault
    return values, {code: mask for code, mask in faults.items() if mask.any()}


def _read(feature: Feature, column: pa.Array) -> tuple[NDArray[np.float64], Faults]:
    if pa.types.is_dictionary(column.type):  # not decoded: a thousand rows may name one text of megabytes
        values, faults = _read(feature, column.dictionary)
        at = column.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
        return np.append(values, np.nan)[at], {code: np.append(mask, False)[at] for code, mask in faults.items()}
    if is_text(column.type):
        column = column.cast(pa.string())
    return _read_choice(feature, column) if feature.type is FeatureType.CATEGORICAL else _read_number(feature, column)


def _read_choice(feature: Feature, column: pa.Array) -> tuple[NDArray[np.float64], Faults]:
    kind = column.type
    if pa.types.is_floating(kind):
        column = column.cast(pa.float64())
    elif not (is_text(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind) or _is_number(kind)):
        return _all_wrong_type(column)
    different = column.dictionary_encode()
    reader = LevelReader(feature)
    values = np.full(len(different.dictionary), np.nan)
    faults = {code: np.zeros(len(values), np.bool_) for code in (ErrorCode.UNKNOWN_LEVEL, ErrorCode.WRONG_TYPE)}
    for i, value in enumerate(different.dictionary.to_pylist()):
        if not is_missing(value):
            level = reader.find(value)
            if isinstance(level, ErrorCode):
                faults[level][i] = True
            else:
                values[i] = reader.positions[level]
    at = different.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
    return np.append(values, np.nan)[at], {code: np.append(mask, False)[at] for code, mask in faults.items()}


def _read_number(feature: Feature, column: pa.Array) -> tuple[NDArray[np.float64], Faults]:
    numbers = _as_numbers(feature, column)
    if numbers is None:
        return _all_wrong_type(column)
    values, wrong = numbers
    encoded = values.copy()
    low, high = feature.bounds
    with np.errstate(invalid="ignore"):
        not_finite = np.isinf(values)
        outside = ((values < low) | (values > high)) & ~not_finite
        broken = (values != np.floor(values)) & ~np.isnan(values) & ~not_finite & ~outside
    for code, read_as in number_codes(feature).items():
        coded = values == code
        encoded[coded] = read_as
        outside &= ~coded
        broken &= ~coded
    faults = {ErrorCode.NOT_FINITE: not_finite, ErrorCode.WRONG_TYPE: wrong}
    if feature.type is FeatureType.INTEGER:
        faults[ErrorCode.WRONG_TYPE] = wrong | broken
    match feature.outside:
        case "clip":
            encoded[outside] = np.clip(values[outside], low, high)
        case "missing":
            encoded[outside] = np.nan
        case _:
            faults[ErrorCode.OUT_OF_BOUNDS] = outside
    return encoded, faults


def _as_numbers(feature: Feature, column: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """Return the numbers (NaN where there is none) and a mask of what is none; None if the type holds no numbers."""
    kind = column.type
    wrong = np.zeros(len(column), np.bool_)
    if is_text(kind):
        column = pc.utf8_trim_whitespace(column)
        plain = pc.match_substring_regex(column, f"^({PLAIN_NUMBER})$")
        others = pc.filter(column, pc.invert(plain)).to_pylist()
        read = [None if is_missing(text) else number_of(feature, text) for text in others]
        wrong[np.flatnonzero(pc.equal(plain, False).fill_null(False))] = [
            number is None and not is_missing(text) for text, number in zip(others, read, strict=True)
        ]
        column = pc.replace_with_mask(
            pc.if_else(plain, column, pa.scalar(None, pa.string())).cast(pa.float64()),
            pc.invert(plain).fill_null(False),
            pa.array(read, pa.float64()),
        )
    elif not (_is_number(kind) or pa.types.is_null(kind) or (pa.types.is_boolean(kind) and is_flag(feature))):
        return None
    return np.array(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64), wrong


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type holds text, in any of Arrow's layouts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _all_wrong_type(column: pa.Array) -> tuple[NDArray[np.float64], Faults]:
    return np.full(len(column), np.nan), {ErrorCode.WRONG_TYPE: column.is_valid().to_numpy(zero_copy_only=False)}


def raw_column(feature: Feature, values: Sequence[Any]) -> pa.Array:
    """Return valid values of a feature as a column of a block: levels as text, numbers as float64, null if missing."""
    if feature.type is FeatureType.CATEGORICAL:
        return pa.array([None if is_missing(value) else level_text(value) for value in values], pa.string())
    return pa.array([None if is_missing(value) else number_of(feature, value) for value in values], pa.float64())
