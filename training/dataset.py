"""A data set ready for training: raw values, target, schema, and where they come from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contract.schema import FeatureSchema


@dataclass(frozen=True, kw_only=True)
class About:
    """Where a data set comes from: the first part of the model card."""

    title: str
    population: str
    """Whom the rows describe."""
    licence: str
    citation: str | None = None
    plausible_auc: float = 1.0
    """Best out-of-fold ROC AUC that honest features can reach; above it the target has leaked into them."""


def _row(row: int) -> str:
    return f"row {row + 1}"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Rows of one population. All sequences have the same length n."""

    schema: FeatureSchema
    frame: pd.DataFrame
    """One column for each feature of the schema, raw: numbers as float64 (NaN missing), choices as text."""
    target: NDArray[np.int8]
    """1 for a default, 0 for a good client."""
    customer_numbers: list[str]
    about: About
    true_pd: NDArray[np.float64] | None = None
    """The PD that each outcome was drawn with; only synthetic data knows it."""
    place: Callable[[int], str] = _row
    """Row number, from 0 → where a person finds it in the source."""
    notes: tuple[str, ...] = ()
    """What was decided while reading, for the user to know."""
    schema_inferred: bool = False
