"""Which features move the score: mean absolute SHAP value."""

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from contract.schema import FeatureSchema

SAMPLE = 2_000
"""Rows explained: the means are stable to two digits from here on."""


def importance(
    booster: xgb.Booster, schema: FeatureSchema, rows: NDArray[np.float32], seed: int
) -> list[tuple[str, float]]:
    """Return (feature, mean |SHAP value| in log-odds), strongest first (Lundberg et al. 2020)."""
    import shap  # 2 s to import, needed by nothing else here

    chosen = np.random.default_rng(seed).permutation(len(rows))[:SAMPLE]
    values = shap.TreeExplainer(booster).shap_values(rows[chosen])
    means = np.abs(values).mean(axis=0)
    return sorted(zip(schema.model_names, means.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
