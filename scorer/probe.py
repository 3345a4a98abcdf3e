"""Rows that try a model out before it serves: ordinary, missing and extreme values."""

import numpy as np
from numpy.typing import NDArray

from contract.schema import Feature, FeatureSchema, FeatureType

ROWS = 256
"""Enough to pass through most leaves of a few hundred trees, few enough for a tenth of a second of XGBoost."""

MISSING_SHARE = 0.1
EXTREMES = (np.nan, 3e38, -3e38, 0.0)


def probe_rows(schema: FeatureSchema) -> NDArray[np.float32]:
    """Return (ROWS + 6, k) rows for the schema's model features, the same ones every time.

    Values are spread evenly within bounds and levels, some missing; the last rows hold both bounds and EXTREMES.
    """
    rng = np.random.default_rng(0)
    features = schema.model_features
    rows = np.stack([rng.uniform(*_range(feature), ROWS) for feature in features], axis=1)
    rows[rng.random(rows.shape) < MISSING_SHARE] = np.nan
    bounds = np.array([_range(feature) for feature in features]).T
    extremes = np.repeat(np.array(EXTREMES)[:, None], len(features), axis=1)
    return np.concatenate([rows, bounds, extremes]).astype(np.float32)


def _range(feature: Feature) -> tuple[float, float]:
    if feature.type is FeatureType.CATEGORICAL:
        return 0.0, float(len(feature.levels) - 1)
    return float(feature.minimum or 0.0), float(feature.maximum or 0.0)
