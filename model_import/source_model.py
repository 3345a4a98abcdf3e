"""A model as its own library wrote it, before it meets a schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scorer.shap_tables.trees import TreeEnsemble

Predict = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Rows (n, k) in the model's own order and codes, NaN where missing → the probability of the second class, (n,)."""


@dataclass(frozen=True, kw_only=True)
class SourceModel:
    """A model of k features."""

    library: str
    """As people call it: LightGBM."""
    description: str
    """What it is, for the model card: 100 trees, objective binary."""
    ensemble: TreeEnsemble
    """The trees, over the model's features in their order."""
    reference: Callable[[], Predict]
    """What opens the model with its own library. Raises ImportError when that is not installed."""
    extension: str
    """What the source file is called in a bundle: source.EXTENSION."""
    names: tuple[str, ...] | None = None
    """Names of the features; None when the model knows them by position only."""
    levels: Mapping[int, tuple[str, ...] | None] = field(default_factory=dict)
    """Categorical features → the text of each code, from 0; None when the model knows codes only."""
    classes: tuple[str, str] = ("0", "1")
    """The outcomes; the model gives the probability of the second."""
    has_cover: bool = True
    """Whether the file tells how many training rows came through each node; SHAP values need it."""
    notes: tuple[str, ...] = ()
    """What was decided while reading, for the user to know."""
