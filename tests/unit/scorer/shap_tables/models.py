"""Small XGBoost models, and Shapley values by their definition."""

from itertools import combinations
from math import factorial

import numpy as np
import xgboost
from numpy.typing import NDArray

from scorer.shap_tables.trees import ZERO, Precision, Tree, TreeEnsemble
from scorer.xgboost_file import parse_xgboost


def rows(n: int, features: int, seed: int = 0, missing: float = 0.1) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, features)).astype(np.float32)
    values[rng.random(values.shape) < missing] = np.nan
    return values


def train(features: int = 5, depth: int = 3, trees: int = 10, seed: int = 0, **parameters: object) -> xgboost.Booster:
    x = rows(800, features, seed)
    signal = np.nan_to_num(x[:, 0]) + np.nan_to_num(x[:, 1] * x[:, 2]) - 0.5 * np.nan_to_num(x[:, -1])
    y = signal + np.random.default_rng(seed).normal(size=len(x)) > 0.5
    settings = {"objective": "binary:logistic", "max_depth": depth, "eta": 0.3, "nthread": 1, "seed": seed}
    return xgboost.train(settings | parameters, xgboost.DMatrix(x, y), trees)


def as_json(booster: xgboost.Booster) -> bytes:
    return bytes(booster.save_raw("json"))


def forest_of(booster: xgboost.Booster) -> TreeEnsemble:
    return parse_xgboost(as_json(booster)).ensemble()


def pred_contribs(booster: xgboost.Booster, x: NDArray[np.float32]) -> NDArray[np.float32]:
    return booster.predict(xgboost.DMatrix(x, nthread=1), pred_contribs=True)


def margin(booster: xgboost.Booster, x: NDArray[np.float32]) -> NDArray[np.float32]:
    return booster.predict(xgboost.DMatrix(x, nthread=1), output_margin=True)


def brute_force(ensemble: TreeEnsemble, row: NDArray[np.floating]) -> NDArray[np.float64]:
    """Shapley values as the mean over all coalitions of what a feature adds (exponential in the features)."""
    k = ensemble.features
    values = np.zeros(k)
    for i in range(k):
        others = [f for f in range(k) if f != i]
        for size in range(k):
            weight = factorial(size) * factorial(k - size - 1) / factorial(k)
            for coalition in combinations(others, size):
                known = set(coalition)
                values[i] += weight * (_value(ensemble, row, known | {i}) - _value(ensemble, row, known))
    return values


def _value(ensemble: TreeEnsemble, row: NDArray[np.floating], known: set[int]) -> float:
    row = as_compared(ensemble, row)
    return sum(_expectation(tree, row, known, 0) for tree in ensemble.trees)


def _expectation(tree: Tree, row: NDArray[np.floating], known: set[int], node: int) -> float:
    if tree.is_leaf(node):
        return float(tree.value[node])
    left, right = int(tree.left[node]), int(tree.right[node])
    feature = int(tree.feature[node])
    if feature in known:
        return _expectation(tree, row, known, left if goes_left(tree, node, row[feature]) else right)
    return sum(tree.cover_fraction(node, child) * _expectation(tree, row, known, child) for child in (left, right))


def as_compared(ensemble: TreeEnsemble, row: NDArray[np.floating]) -> NDArray[np.float64]:
    """The values as the model's library compares them with its thresholds."""
    if ensemble.precision is Precision.FLOAT32:
        return row.astype(np.float32).astype(np.float64)
    zero = np.abs(row) <= ZERO
    missing = zero & np.isin(np.arange(len(row)), list(ensemble.zero_is_missing))
    return np.where(missing, np.nan, np.where(zero, 0.0, row.astype(np.float64)))


def goes_left(tree: Tree, node: int, value: np.floating) -> bool:
    """Decide a split as the form defines it, in float64."""
    if np.isnan(value):
        return bool(tree.default_left[node])
    if node in tree.categories:
        return 0 <= value < np.inf and int(value) in tree.categories[node]
    threshold = float(tree.threshold[node])
    return float(value) <= threshold if tree.inclusive[node] else float(value) < threshold


def margin_of(ensemble: TreeEnsemble, row: NDArray[np.floating]) -> float:
    """Return what the leaves that a row reaches add up to, with the bias."""
    return ensemble.bias + _value(ensemble, row, set(range(ensemble.features)))
