"""Whole columns of raw values to model columns: the block form of `contract.encoding`, same rules, same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.codes import ErrorCode
from contract.encoding import level_codes, level_text, validation_message
from contract.messages import FieldError
from contract.schema import Feature, FeatureSchema, FeatureType

_LEVEL_TYPES = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_null)


@dataclass(frozen=True)
class EncodedColumns:
    """Rows for the model, and what is wrong with some of them."""

    rows: NDArray[np.float32]
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
        for code, at_fault in codes:
            fault = FieldError(features[i].name, code, validation_message(features[i], code))
            for row in np.flatnonzero(at_fault).tolist():
                faults.setdefault(row, []).append(fault)
    with np.errstate(over="ignore", invalid="ignore"):  # beyond float32 is beyond every bound, and so at fault
        return EncodedColumns(np.ascontiguousarray(values.T, np.float32), faults)


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
    """Return which of the columns (k, n) may hold something at fault."""
    nulls = np.array([column.null_count for column in columns])
    required = np.array([not feature.missing_allowed for feature in features])
    low = np.array([[-np.inf if feature.minimum is None else feature.minimum] for feature in features])
    high = np.array([[np.inf if feature.maximum is None else feature.maximum] for feature in features])
    whole = np.array([feature.type is FeatureType.INTEGER for feature in features])
    nan = np.isnan(values)
    with np.errstate(invalid="ignore"):  # signalling NaNs, which no encoder writes but a sender can
        outside = (values < low) | (values > high)
        broken = (values[whole] != np.floor(values[whole])) & ~nan[whole]
    doubtful = (nan.sum(axis=1) > nulls) | (required & (nulls > 0)) | outside.any(axis=1)
    doubtful[whole] |= broken.any(axis=1)
    return np.asarray(doubtful)


def encode_column(
    feature: Feature, column: pa.Array
) -> tuple[NDArray[np.float64], Sequence[tuple[ErrorCode, NDArray[np.bool_]]]]:
    """Return the column as float64 (NaN where missing) and, for each kind of fault, a mask of the rows that have it."""
    missing = column.is_null().to_numpy(zero_copy_only=False)
    if feature.type is FeatureType.CATEGORICAL:
        values, faults = _encode_choice(feature, column, missing)
    else:
        values, faults = _encode_number(feature, column, missing)
    if not feature.missing_allowed:
        faults.append((ErrorCode.MISSING_FEATURE, missing))
    return values, [(code, mask) for code, mask in faults if mask.any()]


def _encode_choice(
    feature: Feature, column: pa.Array, missing: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], list[tuple[ErrorCode, NDArray[np.bool_]]]]:
    if pa.types.is_dictionary(column.type):  # not decoded: a thousand rows may name one text of megabytes
        levels, _ = _encode_choice(feature, column.dictionary, np.zeros(len(column.dictionary), np.bool_))
        values = pc.take(pa.array(levels), column.indices).to_numpy(zero_copy_only=False)
        return values, [(ErrorCode.UNKNOWN_LEVEL, np.isnan(values) & ~missing)]
    if pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
        whole = pc.equal(column, pc.floor(column))
        column = pc.if_else(whole, pc.cast(pc.cast(column, pa.int64(), safe=False), pa.string()), "?")
    elif not any(is_kind(column.type) for is_kind in _LEVEL_TYPES):
        return _all_wrong_type(missing)
    codes = level_codes(feature)
    positions = pc.index_in(pc.cast(column, pa.string()), value_set=pa.array(list(codes), pa.string()))
    values = positions.cast(pa.float64()).to_numpy(zero_copy_only=False)
    unknown = np.isnan(values) & ~missing
    return values, [(ErrorCode.UNKNOWN_LEVEL, unknown)]


def _encode_number(
    feature: Feature, column: pa.Array, missing: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], list[tuple[ErrorCode, NDArray[np.bool_]]]]:
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)):
        return _all_wrong_type(missing)
    values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        not_finite = ~np.isfinite(values) & ~missing
        outside = ((values < feature.minimum) | (values > feature.maximum)) & ~not_finite & ~missing
        faults = [(ErrorCode.NOT_FINITE, not_finite), (ErrorCode.OUT_OF_BOUNDS, outside)]
        if feature.type is FeatureType.INTEGER:
            broken = (values != np.floor(values)) & ~not_finite & ~outside & ~missing
            faults.append((ErrorCode.WRONG_TYPE, broken))
    return values, faults


def _all_wrong_type(
    missing: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], list[tuple[ErrorCode, NDArray[np.bool_]]]]:
    return np.full(len(missing), np.nan), [(ErrorCode.WRONG_TYPE, ~missing)]


def raw_column(feature: Feature, values: Sequence[Any]) -> pa.Array:
    """Return valid values of a feature as a column of a block: levels as text, numbers as float64, null if missing."""
    if feature.type is FeatureType.CATEGORICAL:
        return pa.array([None if value is None else level_text(value) for value in values], pa.string())
    return pa.array([None if value is None else float(value) for value in values], pa.float64())
