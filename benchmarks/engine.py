"""Microseconds per client for exact explanations, by batch size and model, against the usual methods.

The naive service is what most deployments do: a one-row DataFrame, `predict_proba`, and a `TreeExplainer` call.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import shap
import xgboost
from numpy.typing import NDArray

from benchmarks.profiles import BenchmarkProfile
from benchmarks.timing import scale, time_interleaved
from scorer.shap_tables.compile import compile_tables
from scorer.shap_tables.explainer import TableExplainer
from scorer.xgboost_file import parse_xgboost

FEATURES = 40
MODELS = ({"depth": 4, "trees": 400}, {"depth": 6, "trees": 300})
BATCHES = (1, 8, 32, 128, 512)
TABLES, CONTRIBS, SHAP = "lookup tables", "pred_contribs", "shap.TreeExplainer"
PROBABILITY, NAIVE = "probability only", "naive service"


def run(profile: BenchmarkProfile) -> list[dict[str, Any]]:
    """Measure every method on every model and batch size, taking turns. Returns microseconds per row."""
    results = []
    for model in MODELS:
        classifier, rows = train(**model)
        for batch in BATCHES:
            timings = time_interleaved(explainers(classifier, rows[:batch]), profile.engine_rounds)
            base = timings[TABLES]["median"]
            results += [
                {
                    **model,
                    "batch": batch,
                    "method": name,
                    "us_per_row": scale(timing, 1e6 / batch),
                    "times_tables": timing["median"] / base,
                }
                for name, timing in timings.items()
            ]
    return results


def train(depth: int, trees: int) -> tuple[xgboost.XGBClassifier, NDArray[np.float32]]:
    """Fit a classifier on random rows with missing values."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20_000, FEATURES)).astype(np.float32)
    rows[rng.random(rows.shape) < 0.05] = np.nan
    signal = np.nansum(rows[:, :10], axis=1) + np.nan_to_num(rows[:, 0] * rows[:, 1])
    defaults = signal + rng.normal(size=len(rows)) > 1
    classifier = xgboost.XGBClassifier(
        n_estimators=trees, max_depth=depth, learning_rate=0.05, subsample=0.8, colsample_bytree=0.8, n_jobs=1
    )
    return classifier.fit(rows, defaults), rows


def explainers(classifier: xgboost.XGBClassifier, rows: NDArray[np.float32]) -> dict[str, Callable[[], object]]:
    """Return the ways to explain these rows."""
    booster = classifier.get_booster()
    booster.set_param({"nthread": 1})
    tables = TableExplainer(compile_tables(parse_xgboost(bytes(booster.save_raw("json"))).ensemble()))
    explainer = shap.TreeExplainer(booster)
    names = [f"feature_{i}" for i in range(FEATURES)]
    named = [dict(zip(names, map(float, row), strict=True)) for row in rows]

    def contribs() -> object:
        matrix = xgboost.DMatrix(rows, nthread=1)
        return booster.predict(matrix, pred_contribs=True, validate_features=False)

    def naive() -> object:
        frame = pd.DataFrame([named[0]])
        return classifier.predict_proba(frame, validate_features=False), explainer.shap_values(frame)

    all_ways = {
        TABLES: lambda: tables.explain(rows),
        CONTRIBS: contribs,
        SHAP: lambda: explainer.shap_values(rows, check_additivity=False),
        PROBABILITY: lambda: booster.inplace_predict(rows, validate_features=False),
    }
    return {**all_ways, NAIVE: naive} if len(rows) == 1 else all_ways
