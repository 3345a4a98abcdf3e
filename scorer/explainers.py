"""Which explainer serves a model: lookup tables where they are exact, the model's own library otherwise."""

import logging
import time

import numpy as np
from numpy.typing import NDArray

from contract.bundle import Bundle
from contract.schema import Feature, FeatureSchema, FeatureType
from scorer.errors import ModelLoadError, TableCompilationError
from scorer.model_formats import MODEL_FORMATS, LibraryModel
from scorer.shap_tables.explainer import TableExplainer

log = logging.getLogger(__name__)

VERIFICATION_ROWS = 256
"""Enough to pass through most leaves of a few hundred trees, few enough for a tenth of a second of XGBoost."""

MISSING_SHARE = 0.1
EXTREMES = (np.nan, 3e38, -3e38, 0.0)


def choose_explainer(bundle: Bundle) -> TableExplainer | LibraryModel:
    """Compile the model into tables and compare them with its library; fall back on the library, and log why.

    Raises ModelLoadError for a format without a reader, and whatever the library raises on a model that it cannot read.
    """
    if bundle.model_format not in MODEL_FORMATS:
        raise ModelLoadError(
            f"{bundle.path}: no reader for models of format {bundle.model_format!r}, "
            f"only for {', '.join(MODEL_FORMATS)}"
        )
    reference = MODEL_FORMATS[bundle.model_format](bundle.model)
    began = time.perf_counter()
    try:
        tables = TableExplainer.compile(
            reference.tree_ensemble(), reference=reference.explain, probe=verification_rows(bundle.schema)
        )
    except TableCompilationError as reason:
        log.warning("falling back to the model's own library, far slower than SHAP tables: %s", reason)
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
