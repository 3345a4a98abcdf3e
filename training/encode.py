"""From a data set's raw frame to the model's matrix, over the same road that scoring takes."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from msgspec import structs
from numpy.typing import NDArray

from contract.codes import ErrorCode
from contract.columns import encode_columns
from contract.messages import FieldError
from contract.schema import Feature, FeatureType
from training.dataset import Dataset
from training.errors import DataError


def encode_dataset(dataset: Dataset) -> NDArray[np.float32]:
    """Return float32[n, features in the model]. Raises DataError for the first row at fault, without its value."""
    names = list(dataset.schema.model_names)
    encoded = encode_columns(dataset.schema, pa.RecordBatch.from_pandas(dataset.frame[names], preserve_index=False))
    if encoded.faults:
        row = min(encoded.faults)
        fault = encoded.faults[row][0]
        more = len(encoded.faults) - 1
        others = f" ({more:,} more rows are at fault)" if more else ""
        expected = _expected(fault, dataset.schema[fault.name])
        raise DataError(f"{dataset.place(row)}, column {fault.name!r}: {expected}{others}")
    return encoded.rows


def check_values(dataset: Dataset) -> None:
    """Check every feature of the schema, also those the model does not read. Raises DataError."""
    features = tuple(structs.replace(feature, in_model=True) for feature in dataset.schema)
    encode_dataset(replace(dataset, schema=structs.replace(dataset.schema, features=features)))


def _expected(fault: FieldError, feature: Feature) -> str:
    if fault.code is not ErrorCode.WRONG_TYPE:
        return fault.detail
    return "expected a whole number" if feature.type is FeatureType.INTEGER else "expected a number"
