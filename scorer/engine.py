"""From rows to explained scores. Pure: arrays in, arrays out."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.bundle import Bundle
from contract.reason_rule import reason_bounds
from scorer.contributions import Floats, explained_scores, sigmoid, strongest_first
from scorer.errors import ModelLoadError
from scorer.explainers import choose_explainer
from scorer.logs import describe_exception
from scorer.model_formats import Explainer

log = logging.getLogger(__name__)

FeatureMatrix = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """What the model says of n rows. A NaN probability: it gave no finite number, and the row means nothing."""

    contributions: Floats
    """(n, k) log-odds that each feature adds to the base."""
    probability_contribution: Floats
    """(n, k) share of each feature in `probability - base_probability`."""
    probability: Floats
    """(n,) probability of default: sigmoid(base + sum of the contributions)."""
    stated: Floats
    """(n, k) the contributions that can be stated as reasons, 0 for the others (contract.reason_rule)."""

    @property
    def scored(self) -> NDArray[np.bool_]:
        """(n,) whether the row has a score."""
        return ~np.isnan(self.probability)


class Engine:
    """Scores rows of one model, always with their explanation: a single scoring path.

    A row gets the same bits alone and among a thousand, see scorer.contributions.
    """

    def __init__(self, bundle: Bundle, explainer: Explainer | None = None) -> None:
        """Load the model and warm it up. Raises ModelLoadError when it cannot score a row of its schema."""
        features = bundle.schema.model_features
        self.width = len(features)
        bounds = [reason_bounds(feature, bundle.baseline.features.get(feature.name)) for feature in features]
        self._reason_rule = (
            np.array([float(feature.monotone) for feature in features]),
            np.array([bound.raises_from for bound in bounds]),
            np.array([bound.lowers_to for bound in bounds]),
        )
        blank = np.full((1, self.width), np.nan)
        try:
            self.explainer = explainer or choose_explainer(bundle)
            explained = self.explainer.explain(blank)
        except ModelLoadError as error:
            raise ModelLoadError(f"{bundle.path}: the model cannot be used: {error}") from None
        except Exception as error:
            raise ModelLoadError(f"{bundle.path}: the model cannot be used ({type(error).__name__})") from error
        if explained.shape != (1, self.width + 1) or not np.isfinite(explained).all():
            raise ModelLoadError(f"{bundle.path}: the model does not fit the {self.width} features of its schema")
        self.base_log_odds = float(explained[0, -1])
        self.base_probability = sigmoid(self.base_log_odds)
        strongest_first(self.score(blank).contributions, 1)  # loads the compiled loops now, not for the first client

    def score(self, rows: FeatureMatrix) -> Scores:
        """Score (n, k) rows, NaN where a value is missing. Whatever the model raises passes through."""
        return Scores(*explained_scores(self.explainer.explain(rows), self.base_log_odds, rows, *self._reason_rule))


def score_rows(engine: Engine, rows: FeatureMatrix) -> Scores:
    """Score (n, k) rows, n at least 1. When the model raises on them together, score them one by one. Never raises."""
    try:
        return engine.score(rows)
    except Exception as error:
        log.warning("the model raised on %d rows, scoring them one by one: %s", len(rows), describe_exception(error))
    return join_scores([_score_one(engine, rows[i : i + 1]) for i in range(len(rows))])


def score_in_chunks(engine: Engine, rows: FeatureMatrix, size: int) -> Iterator[Scores]:
    """Score rows `size` at a time: between two chunks the caller may let others go first."""
    for start in range(0, len(rows), size):
        yield score_rows(engine, rows[start : start + size])


def join_scores(parts: list[Scores]) -> Scores:
    """Return the scores of consecutive rows, at least one part, as one."""
    return Scores(
        contributions=np.concatenate([part.contributions for part in parts]),
        probability_contribution=np.concatenate([part.probability_contribution for part in parts]),
        probability=np.concatenate([part.probability for part in parts]),
        stated=np.concatenate([part.stated for part in parts]),
    )


def _score_one(engine: Engine, row: FeatureMatrix) -> Scores:
    try:
        return engine.score(row)
    except Exception:
        nothing = np.full((1, engine.width), np.nan)
        return Scores(nothing, nothing, nothing[:, 0], nothing)
