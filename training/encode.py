"""From a data set's raw frame to the model's matrix, over the same road that scoring takes."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contract.columns import encode_columns
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
        raise DataError(f"line {dataset.first_line + row}, column {fault.name!r}: {fault.detail}{others}")
    return encoded.rows
