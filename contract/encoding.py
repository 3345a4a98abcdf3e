"""From named values to the model's row of floats: the one place where values are validated and encoded.

Training, the worker and the batch publisher all come through here, so a value means the same everywhere. What a value
is, however it is written, `contract.coercion` says; here it is held against the schema.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contract.codes import ErrorCode
from contract.coercion import LevelReader, is_missing, number_of
from contract.messages import MAX_DETAIL_LENGTH, ErrorInfo, FieldError
from contract.schema import Feature, FeatureSchema, FeatureType

FeatureVector = NDArray[np.float64]

_EXPECTED = {
    FeatureType.NUMBER: "a number",
    FeatureType.INTEGER: "a whole number",
    FeatureType.CATEGORICAL: "one of the levels",
}

_NUMBERS = frozenset({float, int, type(None)})

MAX_UNKNOWN_NAMES = 100
"""Names that a row, a block or an upload may have beyond those of the schema: more is another table, or an attack."""

MAX_FAULTS_NAMED = 20
"""Faults that one result names, which makes it about as large as a score with its contributions."""

TOO_MANY_NAMES = "features"
"""What the fault of a row with too many names names: no single one of them."""


class RowEncoder:
    """Encodes requests for one schema: `float64[features in the model]`, NaN where a value is missing."""

    def __init__(self, schema: FeatureSchema) -> None:
        self.schema = schema
        features = schema.model_features
        self._columns = [(feature, LevelReader(feature)) for feature in features]
        self._names = schema.model_feature_names
        self._known = frozenset(schema.by_name)
        self._choices = [(i, reader.positions) for i, (feature, reader) in enumerate(self._columns) if reader.positions]
        self._codes = [(i, codes) for i, feature in enumerate(features) if (codes := number_codes(feature))]
        self._low = np.array([0.0 if f.minimum is None else f.minimum for f in features])
        self._high = np.array([len(f.levels) - 1.0 if f.maximum is None else f.maximum for f in features])
        self._whole = np.array([f.type is FeatureType.INTEGER for f in features])
        self._required = np.array([not f.missing_allowed for f in features])

    def encode(self, features: Mapping[str, Any]) -> tuple[FeatureVector, list[FieldError]]:
        """Return the row and what is wrong with it; the row is meaningless when anything is.

        Features that the schema knows but the model does not read (the sensitive ones) are accepted and ignored:
        a caller that sends all it has is not at fault, and the model never sees them.

        The whole row is checked at once. Only a row with something at fault, or written in an unusual way, is gone
        through value by value, to say what.
        """
        values = [features.get(name) for name in self._names]
        try:
            for i, positions in self._choices:
                if (value := values[i]) is not None:
                    values[i] = positions[value]
            if not _NUMBERS.issuperset(map(type, values)) or not self._known.issuperset(features):
                return self._encode_one_by_one(features)
            row = np.array(values, np.float64)
        except (KeyError, TypeError, OverflowError):
            return self._encode_one_by_one(features)
        at_fault = (row < self._low) | (row > self._high) | ((row != np.floor(row)) & self._whole)
        for i, codes in self._codes:
            if (code := values[i]) in codes:
                row[i], at_fault[i] = codes[code], False
        if np.where(np.isnan(row), self._required, at_fault).any():
            return self._encode_one_by_one(features)
        return row, []

    def _encode_one_by_one(self, features: Mapping[str, Any]) -> tuple[FeatureVector, list[FieldError]]:
        row = np.full(len(self._columns), np.nan)
        if fault := too_many_names(self.schema, len(features)):
            return row, [fault]
        faults = []
        for i, (feature, reader) in enumerate(self._columns):
            encoded = _encode_value(feature, reader, features.get(feature.name))
            if isinstance(encoded, ErrorCode):
                faults.append(FieldError(feature.name, encoded, validation_message(feature, encoded)))
            else:
                row[i] = encoded
        faults.extend(unknown_feature(name) for name in features.keys() - self.schema.by_name.keys())
        return row, faults


def too_many_names(schema: FeatureSchema, count: int) -> FieldError | None:
    """Return the fault of so many feature names or columns in one row, block or upload, or None if they are allowed.

    Counting is all that is done with too many of them.
    """
    limit = len(schema.by_name) + MAX_UNKNOWN_NAMES
    if count <= limit:
        return None
    detail = f"expected at most {limit:,} names ({MAX_UNKNOWN_NAMES} more than the model's schema has), found {count:,}"
    return FieldError(TOO_MANY_NAMES, ErrorCode.TOO_MANY_FEATURES, detail)


def invalid_features(faults: Sequence[FieldError]) -> ErrorInfo:
    """Return the error of a request whose features are at fault. It counts all faults and names the first of them."""
    detail = f"{len(faults):,} invalid feature(s)"
    if len(faults) > MAX_FAULTS_NAMED:
        detail += f", of which {MAX_FAULTS_NAMED} are named"
    return ErrorInfo(ErrorCode.INVALID_FEATURES, detail, tuple(faults[:MAX_FAULTS_NAMED]))


def unknown_feature(name: str) -> FieldError:
    """Return the fault for a feature that the schema does not have."""
    return FieldError(name[:64], ErrorCode.UNKNOWN_FEATURE, "unknown feature")


def number_codes(feature: Feature) -> dict[float, float]:
    """Return a number's special values and what the model reads for each: its number, or NaN if it means missing."""
    return {float(code): math.nan if words is None else float(code) for code, words in feature.codes.items()}


def code_masks(feature: Feature, values: NDArray[np.floating[Any]]) -> dict[str, NDArray[np.bool_]]:
    """Return where each code of a feature stands among its values (n,), compared as the model sees them."""
    seen = values.astype(np.float32)
    return {code: seen == np.float32(code) for code in feature.codes}


def _encode_value(feature: Feature, reader: LevelReader, value: object) -> float | ErrorCode:
    if is_missing(value):
        return math.nan if feature.missing_allowed else ErrorCode.MISSING_FEATURE
    if feature.type is FeatureType.CATEGORICAL:
        level = reader.find(value)
        return level if isinstance(level, ErrorCode) else reader.positions[level]
    number = number_of(feature, value)
    return ErrorCode.WRONG_TYPE if number is None else _encode_number(feature, number)


def _encode_number(feature: Feature, value: float) -> float | ErrorCode:
    if (code := number_codes(feature).get(value)) is not None:
        return code
    if not math.isfinite(value):
        return ErrorCode.NOT_FINITE
    low, high = feature.bounds
    if not low <= value <= high:
        match feature.outside:
            case "clip":
                return low if value < low else high
            case "missing":
                return math.nan
            case _:
                return ErrorCode.OUT_OF_BOUNDS
    if feature.type is FeatureType.INTEGER and value != int(value):
        return ErrorCode.WRONG_TYPE
    return value


def validation_message(feature: Feature, code: ErrorCode) -> str:
    """Return what the schema expects of the feature, in a sentence without the value at fault."""
    match code:
        case ErrorCode.MISSING_FEATURE:
            return "a value is required"
        case ErrorCode.OUT_OF_BOUNDS:
            codes = f", or a code: {', '.join(feature.codes)}" if feature.codes else ""
            return f"expected between {feature.minimum:g} and {feature.maximum:g}{codes}"
        case ErrorCode.UNKNOWN_LEVEL:
            return ("expected one of " + ", ".join(level.value for level in feature.levels[:20]))[:MAX_DETAIL_LENGTH]
        case ErrorCode.NOT_FINITE:
            return "expected a finite number"
        case _:
            return f"expected {_EXPECTED[feature.type]}"
