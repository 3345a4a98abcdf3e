"""From named values to the model's row of floats: the one place where values are validated and encoded.

Training, the worker and the batch publisher all come through here, so a value means the same everywhere.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contract.codes import ErrorCode
from contract.messages import FieldError
from contract.schema import Feature, FeatureSchema, FeatureType

FeatureVector = NDArray[np.float32]

_NUMBERS = frozenset({float, int, type(None)})


class RowEncoder:
    """Encodes requests for one schema: `float32[features in the model]`, NaN where a value is missing."""

    def __init__(self, schema: FeatureSchema) -> None:
        self.schema = schema
        features = schema.model_features
        self._columns = [(feature, level_codes(feature)) for feature in features]
        self._names = schema.model_feature_names
        self._known = frozenset(schema.by_name)
        self._choices = [(i, codes) for i, (feature, codes) in enumerate(self._columns) if codes]
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
        for i, codes in self._choices:
            value = values[i]
            if value is not None:
                if type(value) is not str or value not in codes:
                    return self._encode_one_by_one(features)
                values[i] = codes[value]
        if not _NUMBERS.issuperset(map(type, values)) or not self._known.issuperset(features):
            return self._encode_one_by_one(features)
        try:
            row = np.array(values, np.float64)
        except OverflowError:
            return self._encode_one_by_one(features)
        missing = np.isnan(row)
        at_fault = (row < self._low) | (row > self._high) | ((row != np.floor(row)) & self._whole)
        if np.where(missing, self._required, at_fault).any() or values.count(None) != np.count_nonzero(missing):
            return self._encode_one_by_one(features)
        return row.astype(np.float32), []

    def _encode_one_by_one(self, features: Mapping[str, Any]) -> tuple[FeatureVector, list[FieldError]]:
        row = np.full(len(self._columns), np.nan, np.float32)
        faults = []
        for i, (feature, codes) in enumerate(self._columns):
            value = features.get(feature.name)
            if value is None:
                if not feature.missing_allowed:
                    faults.append(_field_error(feature, ErrorCode.MISSING_FEATURE))
                continue
            encoded = _encode_value(feature, codes, value)
            if isinstance(encoded, ErrorCode):
                faults.append(_field_error(feature, encoded))
            else:
                row[i] = encoded
        faults.extend(unknown_feature(name) for name in features.keys() - self.schema.by_name.keys())
        return row, faults


def unknown_feature(name: str) -> FieldError:
    """Return the fault for a feature that the schema does not have."""
    return FieldError(name[:64], ErrorCode.UNKNOWN_FEATURE, "unknown feature")


def level_codes(feature: Feature) -> dict[str, float]:
    """Return level → code of a choice (its position); empty for other types."""
    return {level.value: float(i) for i, level in enumerate(feature.levels)}


def level_text(value: object) -> str:
    """Return how a level is written: 2, 2.0 and "2" are the same level."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def code_masks(feature: Feature, values: NDArray[np.floating[Any]]) -> dict[str, NDArray[np.bool_]]:
    """Return where each code of a feature stands among its values (n,), compared as the model sees them."""
    seen = values.astype(np.float32)
    return {code: seen == np.float32(code) for code in feature.codes}


def _encode_value(feature: Feature, codes: Mapping[str, float], value: object) -> float | ErrorCode:
    if feature.type is FeatureType.CATEGORICAL:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ErrorCode.WRONG_TYPE
        return codes.get(level_text(value), ErrorCode.UNKNOWN_LEVEL)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ErrorCode.WRONG_TYPE
    return _check_number(feature, value)


def _check_number(feature: Feature, value: float) -> float | ErrorCode:
    try:
        value = float(value)
    except OverflowError:  # an integer beyond the range of doubles
        return ErrorCode.OUT_OF_BOUNDS
    if not math.isfinite(value):
        return ErrorCode.NOT_FINITE
    assert feature.minimum is not None  # noqa: S101 - check_schema guarantees both bounds
    assert feature.maximum is not None  # noqa: S101
    if not feature.minimum <= value <= feature.maximum:
        return ErrorCode.OUT_OF_BOUNDS
    if feature.type is FeatureType.INTEGER and value != int(value):
        return ErrorCode.WRONG_TYPE
    return value


def _field_error(feature: Feature, code: ErrorCode) -> FieldError:
    return FieldError(feature.name, code, validation_message(feature, code))


def validation_message(feature: Feature, code: ErrorCode) -> str:
    """Return what the schema expects of the feature, in a sentence without the value at fault."""
    match code:
        case ErrorCode.MISSING_FEATURE:
            return "a value is required"
        case ErrorCode.OUT_OF_BOUNDS:
            return f"expected between {feature.minimum:g} and {feature.maximum:g}"
        case ErrorCode.UNKNOWN_LEVEL:
            return "expected one of " + ", ".join(level.value for level in feature.levels[:20])
        case ErrorCode.NOT_FINITE:
            return "expected a finite number"
        case _:
            kind = "one of the levels" if feature.type is FeatureType.CATEGORICAL else f"a JSON {feature.type}"
            return f"expected {kind}"
