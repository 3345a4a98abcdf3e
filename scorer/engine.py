"""From rows to explained scores. Pure: arrays in, arrays out."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contract.bundle import Bundle
from scorer.errors import ModelUnusable
from scorer.explainers import choose_explainer
from scorer.points import Floats, finish, sigmoid
from scorer.reasons import strongest_first

Rows = NDArray[np.float32]


class Explainer(Protocol):
    """Computes exact SHAP values; each row's numbers must not depend on the rows beside it."""

    def explain(self, rows: Rows) -> NDArray[np.floating]:
        """Return (n, k + 1) log-odds for (n, k) rows: a column for each feature, the model's bias last."""


@dataclass(frozen=True)
class Scores:
    """What the model says of n rows. A NaN probability: it gave no finite number, and the row means nothing."""

    contributions: Floats
    """(n, k) log-odds that each feature adds to the base."""
    points: Floats
    """(n, k) share of each feature in `probability - base_probability`."""
    probability: Floats
    """(n,) probability of default: sigmoid(base + sum of the contributions)."""

    @property
    def scored(self) -> NDArray[np.bool_]:
        """(n,) whether the row has a score."""
        return ~np.isnan(self.probability)


class Engine:
    """Scores rows of one model, always with their explanation: there is one road to a probability.

    A row gets the same bits alone and among a thousand, see scorer.points.
    """

    def __init__(self, bundle: Bundle, explainer: Explainer | None = None) -> None:
        """Load the model and warm it up. Raises ModelUnusable when it cannot score a row of its schema."""
        self.width = len(bundle.schema.model_features)
        blank = np.full((1, self.width), np.nan, np.float32)
        try:
            self.explainer = explainer or choose_explainer(bundle)
            explained = self.explainer.explain(blank)
        except Exception as error:
            raise ModelUnusable(f"{bundle.path}: the model cannot be used ({type(error).__name__})") from error
        if explained.shape != (1, self.width + 1) or not np.isfinite(explained).all():
            raise ModelUnusable(f"{bundle.path}: the model does not fit the {self.width} features of its schema")
        self.base_log_odds = float(explained[0, -1])
        self.base_probability = sigmoid(self.base_log_odds)
        strongest_first(self.score(blank).contributions, 1)  # loads the compiled loops now, not for the first client

    def score(self, rows: Rows) -> Scores:
        """Score (n, k) rows, NaN where a value is missing. Whatever the model raises passes through."""
        return Scores(*finish(self.explainer.explain(rows), self.base_log_odds))
