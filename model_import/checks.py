"""What is measured on an imported model: whether it equals its library, and whether its directions hold."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.schema import Feature, FeatureSchema, FeatureType
from scorer.shap_tables.trees import TreeEnsemble

EQUAL = 1e-5
"""A model whose PDs differ by more is not the same model. Libraries that add up in float32 may differ by 1e-6."""

SPLITS_TRIED = 500
"""Splits at whose threshold, and right beside it, the model is compared with its library."""

DIRECTION_ROWS = 200
"""Rows of the sample along which a direction is measured."""

DIRECTION_STEPS = 200
"""Values that a feature takes on the way, at most: between two thresholds the PD does not change."""

NOTICEABLE = 1e-9
"""A PD that moves the wrong way by less is rounding."""

Probability = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Rows (n, k) of the schema → PDs (n,)."""


def extreme_rows(ensemble: TreeEnsemble, schema: FeatureSchema, sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return made-up rows (m, k) within the schema: its bounds, missing values, and values on and beside thresholds."""
    low, high = np.array([_range(feature) for feature in schema.model_features]).T
    optional = np.array([feature.missing_allowed for feature in schema.model_features])
    blank = np.where(optional, np.nan, low)
    rows = [low, high, blank]
    rng = np.random.default_rng(0)
    splits = [
        (int(tree.feature[node]), float(tree.threshold[node]))
        for tree in ensemble.trees
        for node in np.flatnonzero(tree.left >= 0).tolist()
        if node not in tree.categories
    ]
    for number in rng.permutation(len(splits))[:SPLITS_TRIED].tolist():
        feature, threshold = splits[number]
        beside = np.nextafter(threshold, [-np.inf, np.inf]).tolist()
        for value in (threshold, *beside, float(np.float32(threshold))):
            row = sample[rng.integers(len(sample))].copy()
            row[feature] = np.clip(value, low[feature], high[feature])
            rows.append(row)
    for feature in np.flatnonzero(optional).tolist():
        row = sample[rng.integers(len(sample))].copy()
        row[feature] = np.nan
        rows.append(row)
    return np.array(rows)


def _range(feature: Feature) -> tuple[float, float]:
    if feature.type is FeatureType.CATEGORICAL:
        return 0.0, len(feature.levels) - 1.0
    return float(feature.minimum or 0.0), float(feature.maximum or 0.0)


@dataclass(frozen=True)
class BrokenDirection:
    """A feature along which the PD does not keep to the direction of the schema."""

    feature: str
    share: float
    """Of the rows, those where it moves the other way somewhere."""
    largest: float
    """Longest such move, in PD."""


def broken_directions(
    ensemble: TreeEnsemble, schema: FeatureSchema, sample: NDArray[np.float64], probability: Probability
) -> list[BrokenDirection]:
    """Measure every monotone direction of the schema: move the feature through all its thresholds, row by row."""
    rows = sample[np.random.default_rng(0).permutation(len(sample))[:DIRECTION_ROWS]]
    found = []
    for place, feature in enumerate(schema.model_features):
        if not feature.monotone:
            continue
        values = _steps(ensemble, place, feature)
        moved = np.repeat(rows, len(values), axis=0)
        moved[:, place] = np.tile(values, len(rows))
        steps = np.diff(probability(moved).reshape(len(rows), -1), axis=1) * feature.monotone
        wrong = np.minimum(steps, 0.0).min(axis=1)
        if (wrong < -NOTICEABLE).any():
            found.append(BrokenDirection(feature.name, float((wrong < -NOTICEABLE).mean()), float(-wrong.min())))
    return found


def _steps(ensemble: TreeEnsemble, place: int, feature: Feature) -> NDArray[np.float64]:
    """Return values of a feature, rising: one on each side of its thresholds."""
    low, high = _range(feature)
    limits = [tree.limit[(tree.left >= 0) & (tree.feature == place)] for tree in ensemble.trees]
    inside = np.unique(np.concatenate([np.array([low, high]), *limits]).clip(low, high))
    between = np.unique(np.concatenate([[low, high], (inside[1:] + inside[:-1]) / 2]))
    if feature.type is FeatureType.INTEGER:
        between = np.unique(np.round(between))
    chosen = np.linspace(0, len(between) - 1, min(len(between), DIRECTION_STEPS)).round().astype(int)
    return np.asarray(between[np.unique(chosen)])
