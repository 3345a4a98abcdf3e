"""Which explainer serves a model: lookup tables where they are exact, the model's own library otherwise."""

import logging
import time

import numpy as np
from numpy.typing import NDArray

from contract.bundle import Bundle
from contract.schema import Feature, FeatureSchema, FeatureType
from scorer.errors import ModelLoadError, TableCompilationError
from scorer.model_formats import MODEL_FORMATS, Explainer
from scorer.shap_tables.explainer import TableExplainer
from scorer.shap_tables.trees import Scale

log = logging.getLogger(__name__)

VERIFICATION_ROWS = 256
"""Enough to pass through most leaves of a few hundred trees, few enough for a tenth of a second of XGBoost."""

CERTAINTY = 1e-7
"""A probability nearer to 0 or 1 is shown as this one: the log-odds of 0 are infinite."""

MISSING_SHARE = 0.1
EXTREMES = (np.nan, 3e38, -3e38, 0.0)


def choose_explainer(bundle: Bundle) -> Explainer:
    """Return the explainer of a bundle's model. Raises ModelLoadError for a format without a reader."""
    if bundle.model_format not in MODEL_FORMATS:
        raise ModelLoadError(
            f"no reader for models of format {bundle.model_format!r}, only for {', '.join(MODEL_FORMATS)}"
        )
    return explainer_of(bundle.model, bundle.model_format, bundle.schema)


def explainer_of(model: bytes, model_format: str, schema: FeatureSchema) -> Explainer:
    """Compile the model into tables and compare them with its library; fall back on the library, and log why.

    Both explain in log-odds. The format is one of MODEL_FORMATS. Raises ModelLoadError for a damaged model, and
    whatever else the library raises on one that it cannot read.
    """
    reference = MODEL_FORMATS[model_format](model)
    began = time.perf_counter()
    explainer: Explainer = reference
    scale = Scale.LOG_ODDS
    try:
        ensemble = reference.tree_ensemble()
        if ensemble.features != len(schema.model_features):
            raise ModelLoadError(
                f"the model reads {ensemble.features} features, and its schema has {len(schema.model_features)}"
            )
        scale = ensemble.scale
        explainer = tables = TableExplainer.compile(
            ensemble, reference=reference.explain, probe=verification_rows(schema)
        )
    except TableCompilationError as reason:
        log.warning("falling back on %s, far slower than SHAP tables: %s", type(reference).__name__, reason)
    else:
        log.info("explaining with tables, %.1f MB, ready in %.1f s", tables.megabytes, time.perf_counter() - began)
    return ProbabilityExplainer(explainer) if scale is Scale.PROBABILITY else explainer


class ProbabilityExplainer:
    """Writes exact SHAP values of a probability as log-odds.

    A random forest averages probabilities, so its SHAP values are shares of the probability. Each is multiplied by the
    same number, the log-odds from the base to the score over the probability between them, which is the way back from
    log-odds to probability points in scorer.contributions: the points that people read are the model's own SHAP values.
    """

    def __init__(self, explainer: Explainer) -> None:
        self._explainer = explainer

    def explain(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (n, k + 1) log-odds, the bias last."""
        explained = np.array(self._explainer.explain(rows), np.float64)
        base, moved = explained[:, -1], explained[:, :-1].sum(axis=1)
        base_log_odds, log_odds = _log_odds(base), _log_odds(base + moved)
        slope = 1 / np.clip(base * (1 - base), CERTAINTY, None)
        np.divide(log_odds - base_log_odds, moved, out=slope, where=np.abs(moved) > CERTAINTY)
        explained[:, :-1] *= slope[:, None]
        explained[:, -1] = base_log_odds
        return explained


def _log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log-odds; a forest whose trees all agree is certain, and no log-odds are."""
    certain = np.clip(probability, CERTAINTY, 1 - CERTAINTY)
    return np.log(certain) - np.log1p(-certain)


def verification_rows(schema: FeatureSchema) -> NDArray[np.float64]:
    """Return (VERIFICATION_ROWS + 6, k) rows for the schema's model features, the same ones every time.

    Values are spread evenly within bounds and levels, some missing; the last rows hold both bounds and EXTREMES.
    """
    rng = np.random.default_rng(0)
    features = schema.model_features
    rows = np.stack([rng.uniform(*_range(feature), VERIFICATION_ROWS) for feature in features], axis=1)
    rows[rng.random(rows.shape) < MISSING_SHARE] = np.nan
    bounds = np.array([_range(feature) for feature in features]).T
    extremes = np.repeat(np.array(EXTREMES)[:, None], len(features), axis=1)
    return np.concatenate([rows, bounds, extremes])


def _range(feature: Feature) -> tuple[float, float]:
    if feature.type is FeatureType.CATEGORICAL:
        return 0.0, float(len(feature.levels) - 1)
    return float(feature.minimum or 0.0), float(feature.maximum or 0.0)
