"""Cross-validation: every row is judged by a model that never saw it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from contract.bundle import Spread
from contract.schema import FeatureSchema
from training.booster import Hyperparameters, fit, predict
from training.metrics import MEASURES, measure

FOLDS = 5


@dataclass(frozen=True)
class OutOfFold:
    """PDs out of fold, float64[n], and each measure's spread over the folds."""

    pd: NDArray[np.float64]
    spreads: dict[str, Spread]


def cross_validate(
    schema: FeatureSchema,
    rows: NDArray[np.float32],
    target: NDArray[np.int8],
    shape: Hyperparameters,
    on_fold: Callable[[int], None],
) -> OutOfFold:
    """Return the out-of-fold PDs of stratified, shuffled folds. `on_fold` hears the number of each fold begun."""
    pd = np.zeros(len(target))
    per_fold: list[dict[str, float]] = []
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=shape.seed)
    for number, (seen, held_out) in enumerate(folds.split(rows, target), start=1):
        on_fold(number)
        booster = fit(schema, rows[seen], target[seen], shape)
        pd[held_out] = predict(booster, schema, rows[held_out])
        per_fold.append(measure(target[held_out], pd[held_out]))
    return OutOfFold(pd, {name: _spread([fold[name] for fold in per_fold]) for name in MEASURES})


def _spread(values: list[float]) -> Spread:
    return Spread(mean=float(np.mean(values)), std=float(np.std(values)))
