"""Cross-validation: every row is judged by a model that never saw it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from contract.bundle import CrossValidatedMetric
from contract.schema import FeatureSchema
from training.booster import Hyperparameters, fit, predict
from training.metrics import METRIC_NAMES, compute_metrics

FOLDS = 5


@dataclass(frozen=True)
class CrossValidationResult:
    """PDs out of fold, float64[n], and each measure's spread over the folds."""

    oof_probabilities: NDArray[np.float64]
    metrics: dict[str, CrossValidatedMetric]


def cross_validate(
    schema: FeatureSchema,
    rows: NDArray[np.float32],
    target: NDArray[np.int8],
    hyperparameters: Hyperparameters,
    on_fold: Callable[[int], None],
) -> CrossValidationResult:
    """Return the out-of-fold PDs of stratified, shuffled folds. `on_fold` is called with each fold's number."""
    oof_probabilities = np.zeros(len(target))
    per_fold: list[dict[str, float]] = []
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=hyperparameters.seed)
    for number, (train_idx, test_idx) in enumerate(folds.split(rows, target), start=1):
        on_fold(number)
        booster = fit(schema, rows[train_idx], target[train_idx], hyperparameters)
        oof_probabilities[test_idx] = predict(booster, schema, rows[test_idx])
        per_fold.append(compute_metrics(target[test_idx], oof_probabilities[test_idx]))
    return CrossValidationResult(
        oof_probabilities, {name: _spread([fold[name] for fold in per_fold]) for name in METRIC_NAMES}
    )


def _spread(values: list[float]) -> CrossValidatedMetric:
    return CrossValidatedMetric(mean=float(np.mean(values)), std=float(np.std(values)))
