"""A data set ready for training: raw values, target, schema, where they come from, and the model's matrix of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from msgspec import structs
from numpy.typing import NDArray

from contract.column_encoding import encode_columns
from contract.schema import FeatureSchema
from training.errors import DataError
from training.hyperparameters import Hyperparameters


@dataclass(frozen=True, kw_only=True)
class DatasetInfo:
    """Where a data set comes from: the first part of the model card."""

    title: str
    population: str
    """Whom the rows describe."""
    licence: str
    citation: str | None = None
    sha256: str = ""
    """Of the file; of a CSV in an archive that comes with NeoScore, of the CSV. Empty for data that is in no file."""
    plausible_auc: float = 1.0
    """Best out-of-fold ROC AUC that is plausible without leakage."""
    hyperparameters: Hyperparameters | None = None
    """The shape of trees that a long search found; None: training searches."""


def _row(row: int) -> str:
    return f"row {row + 1}"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Rows of one population. All sequences have the same length n."""

    schema: FeatureSchema
    frame: pd.DataFrame
    """One column for each feature of the schema, raw: numbers as float64 (NaN missing), choices as text."""
    target: NDArray[np.int8]
    """1 for a default, 0 otherwise."""
    customer_numbers: list[str]
    info: DatasetInfo
    weights: NDArray[np.float64] | None = None
    """How much each row counts in fitting and in the measures; None: all alike."""
    groups: NDArray[np.int64] | None = None
    """Rows of one group, such as the loans of one client, are never both learnt from and judged."""
    dates: NDArray[np.datetime64] | None = None
    """When given, rows are judged by models of earlier rows only."""
    true_pd: NDArray[np.float64] | None = None
    """The PD that each outcome was drawn with; only synthetic data knows it."""
    locate_row: Callable[[int], str] = _row
    """Row number, from 0 → where a person finds it in the source."""
    notes: tuple[str, ...] = ()
    """What was decided while reading, for the user to know."""
    schema_inferred: bool = False


def take_rows(dataset: Dataset, chosen: NDArray[np.int64]) -> Dataset:
    """Return the data set with some of its rows."""

    def taken(values: NDArray[Any] | None) -> Any:
        return None if values is None else values[chosen]

    return replace(
        dataset,
        frame=dataset.frame.iloc[chosen].reset_index(drop=True),
        target=dataset.target[chosen],
        customer_numbers=[dataset.customer_numbers[row] for row in chosen],
        weights=taken(dataset.weights),
        groups=taken(dataset.groups),
        dates=taken(dataset.dates),
        true_pd=taken(dataset.true_pd),
        locate_row=lambda row: dataset.locate_row(int(chosen[row])),
    )


def encode_dataset(dataset: Dataset) -> NDArray[np.float32]:
    """Return float32[n, features in the model]: what XGBoost reads. Raises DataError like `encode_values`."""
    with np.errstate(over="ignore"):
        return encode_values(dataset).astype(np.float32)


def encode_values(dataset: Dataset) -> NDArray[np.float64]:
    """Return float64[n, features in the model]. Raises DataError for the first invalid row, without its value."""
    names = list(dataset.schema.model_feature_names)
    encoded = encode_columns(dataset.schema, pa.RecordBatch.from_pandas(dataset.frame[names], preserve_index=False))
    if encoded.faults:
        row = min(encoded.faults)
        fault = encoded.faults[row][0]
        more = len(encoded.faults) - 1
        others = f" ({more:,} more invalid rows)" if more else ""
        raise DataError(f"{dataset.locate_row(row)}, column {fault.name!r}: {fault.detail}{others}")
    return encoded.rows


def check_values(dataset: Dataset) -> None:
    """Check every feature of the schema, also those the model does not read. Raises DataError."""
    features = tuple(structs.replace(feature, in_model=True) for feature in dataset.schema)
    encode_dataset(replace(dataset, schema=structs.replace(dataset.schema, features=features)))
