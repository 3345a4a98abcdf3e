"""From rows to explained scores. Pure: arrays in, arrays out."""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contract.bundle import Bundle
from scorer.errors import ModelUnusable
from scorer.explainers import choose_explainer

Rows = NDArray[np.float32]
Floats = NDArray[np.float64]


class Explainer(Protocol):
    """Computes exact SHAP values; each row's numbers must not depend on the rows beside it."""

    def explain(self, rows: Rows) -> NDArray[np.floating]:
        """Return (n, k + 1) log-odds for (n, k) rows: a column for each feature, the model's bias last."""


@dataclass(frozen=True)
class Scores:
    """What the model says of n rows."""

    contributions: Floats
    """(n, k) log-odds that each feature adds to the base."""
    base_log_odds: float
    """The model's expectation before it knows anything of the client."""
    probability: Floats
    """(n,) probability of default: sigmoid(base + sum of the contributions)."""


class Engine:
    """Scores rows of one model, always with their explanation: there is one road to a probability.

    A row gets the same bits alone and among a thousand: sums run in the order of the columns, and the sigmoid is
    computed value by value, because vector units may round a whole register and its remainder differently.
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

    def score(self, rows: Rows) -> Scores:
        """Score (n, k) rows, NaN where a value is missing. Whatever the model raises passes through."""
        contributions = np.ascontiguousarray(self.explainer.explain(rows)[:, :-1], np.float64)
        log_odds = self.base_log_odds + np.add.accumulate(contributions, axis=1)[:, -1]
        probability = np.array([sigmoid(value) for value in log_odds.tolist()], np.float64)
        return Scores(contributions, self.base_log_odds, probability)


def sigmoid(log_odds: float) -> float:
    """Return the probability of log-odds, without overflow at either end."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1 + odds)
