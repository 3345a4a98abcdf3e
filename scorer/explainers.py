"""Explainers of a model, and which one serves it: lookup tables where they are exact, XGBoost's own otherwise."""

import logging
import time
from typing import Protocol, cast

import numpy as np
import xgboost
from numpy.typing import NDArray

from contract.bundle import Bundle
from contract.schema import Feature, FeatureSchema, FeatureType
from scorer.errors import TableCompilationError
from scorer.shap_tables.explainer import TableExplainer

log = logging.getLogger(__name__)

VERIFICATION_ROWS = 256
"""Enough to pass through most leaves of a few hundred trees, few enough for a tenth of a second of XGBoost."""

MISSING_SHARE = 0.1
EXTREMES = (np.nan, 3e38, -3e38, 0.0)


class Explainer(Protocol):
    """Computes exact SHAP values; each row's numbers must not depend on the rows beside it."""

    def explain(self, rows: NDArray[np.float32]) -> NDArray[np.floating]:
        """Return (n, k + 1) log-odds for (n, k) rows: a column for each feature, the model's bias last."""


class PredContribsExplainer:
    """XGBoost's own exact SHAP values (path-dependent TreeSHAP, Lundberg et al. 2018, arXiv:1802.03888).

    One thread: a second OpenMP thread in each worker took the slowest percent of answers from 5 to 30 ms on a busy
    machine; more cores are used by more workers. Not safe to call from two threads at once.
    """

    def __init__(self, model: bytes) -> None:
        self._booster = xgboost.Booster({"nthread": 1}, model_file=bytearray(model))

    def explain(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n, k + 1) log-odds, the bias last."""
        matrix = xgboost.DMatrix(rows, nthread=1)
        contributions = self._booster.predict(matrix, pred_contribs=True, validate_features=False)
        return cast(NDArray[np.float32], contributions)

    def model_json(self) -> bytes:
        """Return the model as XGBoost writes it in JSON."""
        return bytes(self._booster.save_raw("json"))


def choose_explainer(bundle: Bundle) -> TableExplainer | PredContribsExplainer:
    """Compile the model into tables and compare them with XGBoost; fall back on XGBoost, and log why.

    Raises whatever XGBoost raises when it cannot read the model.
    """
    reference = PredContribsExplainer(bundle.model)
    began = time.perf_counter()
    try:
        tables = TableExplainer.compile(
            reference.model_json(), reference=reference.explain, probe=verification_rows(bundle.schema)
        )
    except TableCompilationError as reason:
        log.warning("falling back to XGBoost pred_contribs, about 20x slower than SHAP tables: %s", reason)
        return reference
    log.info("explaining with lookup tables, %.1f MB, ready in %.1f s", tables.megabytes, time.perf_counter() - began)
    return tables


def verification_rows(schema: FeatureSchema) -> NDArray[np.float32]:
    """Return (VERIFICATION_ROWS + 6, k) rows for the schema's model features, the same ones every time.

    Values are spread evenly within bounds and levels, some missing; the last rows hold both bounds and EXTREMES.
    """
    rng = np.random.default_rng(0)
    features = schema.model_features
    rows = np.stack([rng.uniform(*_range(feature), VERIFICATION_ROWS) for feature in features], axis=1)
    rows[rng.random(rows.shape) < MISSING_SHARE] = np.nan
    bounds = np.array([_range(feature) for feature in features]).T
    extremes = np.repeat(np.array(EXTREMES)[:, None], len(features), axis=1)
    return np.concatenate([rows, bounds, extremes]).astype(np.float32)


def _range(feature: Feature) -> tuple[float, float]:
    if feature.type is FeatureType.CATEGORICAL:
        return 0.0, float(len(feature.levels) - 1)
    return float(feature.minimum or 0.0), float(feature.maximum or 0.0)
