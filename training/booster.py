"""The model itself: gradient boosted trees with monotone constraints."""

from dataclasses import dataclass

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from contract.schema import FeatureSchema

THREADS = 1
"""Fixed: the order in which threads add up histograms must not decide what the model looks like."""


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """What shapes the trees; the defaults were chosen by cross-validation on the UCI data."""

    trees: int = 300
    depth: int = 4
    learning_rate: float = 0.05
    seed: int = 42


def fit(
    schema: FeatureSchema, rows: NDArray[np.float32], target: NDArray[np.int8], hyperparameters: Hyperparameters
) -> xgb.Booster:
    """Return a booster fitted to `rows` float32[n, features in the model] and `target` (1 = default).

    Plain log-loss without class weights: weights would push every PD up and ruin calibration.
    """
    parameters = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": hyperparameters.depth,
        "learning_rate": hyperparameters.learning_rate,
        "subsample": 0.8,
        "colsample_bytree": 0.8,
        "min_child_weight": 5,
        "monotone_constraints": tuple(feature.monotone for feature in schema.model_features),
        "seed": hyperparameters.seed,
        "nthread": THREADS,
        "verbosity": 0,
    }
    data = xgb.DMatrix(rows, target, feature_names=list(schema.model_feature_names), nthread=THREADS)
    return xgb.train(parameters, data, hyperparameters.trees)


def predict(booster: xgb.Booster, schema: FeatureSchema, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probability of default of each row, float64[n]."""
    data = xgb.DMatrix(rows, feature_names=list(schema.model_feature_names), nthread=THREADS)
    predicted: NDArray[np.float32] = booster.predict(data)
    return predicted.astype(np.float64)
