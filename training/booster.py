"""The model itself: gradient boosted trees with monotone constraints."""

import os
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from contract.schema import FeatureSchema, FeatureType
from training.hyperparameters import Hyperparameters
from training.sample import Sample

THREADS = 1
"""Fixed: the order in which threads add up histograms must not decide what the model looks like."""


def fit(schema: FeatureSchema, sample: Sample, hyperparameters: Hyperparameters) -> xgb.Booster:
    """Return a booster fitted to `sample`, whose columns are the schema's features in the model.

    Plain log-loss without class weights: weights would push every PD up and ruin calibration.
    """
    data = _matrix(schema, sample, native=hyperparameters.native_categories)
    return xgb.train(_parameters(schema, hyperparameters), data, hyperparameters.trees)


def learning_curve(
    schema: FeatureSchema, train: Sample, validation: Sample, hyperparameters: Hyperparameters, patience: int
) -> NDArray[np.float64]:
    """Return the log loss on `validation` after each round; it ends `patience` rounds after the best one."""
    native = hyperparameters.native_categories
    losses: dict[str, dict[str, list[float]]] = {}
    xgb.train(
        _parameters(schema, hyperparameters) | {"eval_metric": "logloss"},
        _matrix(schema, train, native=native),
        hyperparameters.trees,
        evals=[(_matrix(schema, validation, native=native), "validation")],
        early_stopping_rounds=patience,
        evals_result=losses,
        verbose_eval=False,
    )
    return np.array(losses["validation"]["logloss"])


def predict_log_odds(booster: xgb.Booster, schema: FeatureSchema, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the log-odds of default of each row, float64[n]."""
    predicted = booster.predict(_matrix_to_predict(booster, schema, rows), output_margin=True)
    return np.asarray(predicted, np.float64)


def explain(booster: xgb.Booster, schema: FeatureSchema, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return exact SHAP values in log-odds, float64[n, features in the model + 1], the expectation last."""
    import shap  # takes seconds, and only the report of a training needs it

    booster.set_param({"nthread": os.cpu_count() or 1})  # each row is explained by itself, in whatever thread
    explainer = shap.TreeExplainer(booster)
    contributions = np.asarray(explainer.shap_values(_matrix_to_predict(booster, schema, rows)), np.float64)
    booster.set_param({"nthread": THREADS})
    return np.column_stack([contributions, np.full(len(rows), np.ravel(explainer.expected_value)[0])])


def direction_of(name: str, schema: FeatureSchema, hyperparameters: Hyperparameters) -> int:
    """Return the monotone direction of a feature: the schema's, else the one that the search added."""
    return schema[name].monotone or dict(hyperparameters.directions).get(name, 0)


def _matrix_to_predict(booster: xgb.Booster, schema: FeatureSchema, rows: NDArray[np.float32]) -> xgb.DMatrix:
    return _matrix(schema, Sample(rows=rows), native="c" in (booster.feature_types or ()))


def _matrix(schema: FeatureSchema, sample: Sample, *, native: bool) -> xgb.DMatrix:
    types = ["c" if native and f.type is FeatureType.CATEGORICAL else "q" for f in schema.model_features]
    return xgb.DMatrix(
        sample.rows,
        sample.target,
        weight=sample.weights,
        feature_names=list(schema.model_feature_names),
        feature_types=types,
        enable_categorical=True,
        nthread=THREADS,
    )


def _parameters(schema: FeatureSchema, shape: Hyperparameters) -> dict[str, Any]:
    return {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": shape.depth,
        "learning_rate": shape.learning_rate,
        "num_parallel_tree": shape.trees_per_round,
        "subsample": shape.row_share,
        "colsample_bytree": shape.column_share,
        "colsample_bynode": shape.split_column_share,
        "min_child_weight": shape.min_child_weight,
        "reg_lambda": shape.l2,
        "monotone_constraints": tuple(direction_of(name, schema, shape) for name in schema.model_feature_names),
        "seed": shape.seed,
        "nthread": THREADS,
        "verbosity": 0,
    }
