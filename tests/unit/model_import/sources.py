"""Tiny models of each library, as the library itself writes them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import catboost
import lightgbm
import numpy as np
import pandas as pd
import shap
import xgboost
from numpy.typing import NDArray
from skl2onnx import to_onnx
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier

Floats = NDArray[np.float64]

LEVELS = ("free", "own", "rent")


@dataclass(frozen=True)
class Source:
    """A model's file, rows that it was trained on, and its own SHAP values in the unit that it adds up in."""

    file: Path
    rows: Floats
    contributions: Callable[[Floats], Floats] | None = None
    choices: tuple[int, ...] = ()
    missing: bool = True
    """Whether the model can take rows with missing values."""


def rows_and_outcomes(missing: float = 0.1) -> tuple[Floats, NDArray[np.int64]]:
    """Six features: an amount, tenths, huge whole numbers, days, and two small codes."""
    rng = np.random.default_rng(0)
    n = 600
    amount, tenths = rng.lognormal(8, 1, n), rng.normal(size=n).round(1)
    huge, days = rng.integers(1 << 24, 1 << 26, n), rng.integers(-30, 30, n)
    codes, levels = rng.integers(0, 6, n), rng.integers(0, 3, n)
    y = (tenths > 0) ^ (codes == 2) ^ (days > 10) ^ (levels == 2) ^ (rng.random(n) < 0.2)
    x = np.column_stack([amount, tenths, huge, days, codes, levels]).astype(np.float64)
    x[:, :4][rng.random((n, 4)) < missing] = np.nan
    return x, y.astype(np.int64)


def lightgbm_model(folder: Path, choices: tuple[int, ...] = (), missing: float = 0.1, **parameters: Any) -> Source:
    x, y = rows_and_outcomes(missing)
    settings = {"objective": "binary", "num_leaves": 12, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1}
    settings |= {"min_data_per_group": 5, "cat_smooth": 1.0, "max_cat_to_onehot": 1}
    booster = lightgbm.train(settings | parameters, lightgbm.Dataset(x, y, categorical_feature=list(choices)), 8)
    booster.save_model(file := folder / "model.txt")
    scale = parameters.get("sigmoid", 1.0) / (8 if parameters.get("boosting") == "rf" else 1)
    return Source(file, x, lambda rows: booster.predict(rows, pred_contrib=True) * scale, choices)


def xgboost_model(folder: Path, suffix: str = "ubj", **parameters: Any) -> Source:
    x, y = rows_and_outcomes()
    settings = {"objective": "binary:logistic", "max_depth": 4, "nthread": 1}
    booster = xgboost.train(settings | parameters, xgboost.DMatrix(x, y), 8)
    booster.save_model(file := folder / f"model.{suffix}")
    return Source(file, x, lambda rows: booster.predict(xgboost.DMatrix(rows), pred_contribs=True))


def catboost_model(folder: Path, missing: float = 0.1, **parameters: Any) -> Source:
    x, y = rows_and_outcomes(missing)
    model = catboost.CatBoostClassifier(
        iterations=12, depth=4, verbose=0, allow_writing_files=False, thread_count=1, **parameters
    ).fit(x.astype(np.float32), y)
    model.save_model(file := folder / "model.json", format="json")
    contributions = lambda rows: model.get_feature_importance(catboost.Pool(rows.astype(np.float32)), type="ShapValues")  # noqa: E731
    return Source(file, x, contributions, missing=missing > 0)


def sklearn_model(folder: Path, model: Any, zipmap: bool = True) -> Source:
    x, y = rows_and_outcomes(missing=0.0)
    x = x.astype(np.float32)
    model.fit(x, y)
    options = None if zipmap else {"zipmap": False}
    (file := folder / "model.onnx").write_bytes(to_onnx(model, x[:1], options=options).SerializeToString())
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")

    def contributions(rows: Floats) -> Floats:
        explanation = explainer(rows.astype(np.float32))
        values, base = np.asarray(explanation.values), np.asarray(explanation.base_values)
        if values.ndim == 3:  # one for each class
            values, base = values[..., 1], base[..., 1]
        return np.column_stack([values, np.broadcast_to(np.ravel(base)[0], len(rows))])

    return Source(file, x.astype(np.float64), contributions, missing=False)


def data_frame() -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """The same clients with a column of texts."""
    x, y = rows_and_outcomes()
    frame = pd.DataFrame(x[:, :5], columns=["amount", "tenths", "huge", "days", "code"])
    return frame.assign(home=pd.Categorical.from_codes(x[:, 5].astype(int), list(LEVELS))), y


def lightgbm_frame(folder: Path) -> Source:
    frame, y = data_frame()
    settings = {"objective": "binary", "num_leaves": 12, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1}
    booster = lightgbm.train(settings | {"min_data_per_group": 5, "cat_smooth": 1.0}, lightgbm.Dataset(frame, y), 8)
    booster.save_model(file := folder / "model.txt")
    return Source(file, rows_and_outcomes()[0], choices=(5,))


def xgboost_frame(folder: Path) -> Source:
    frame, y = data_frame()
    settings = {"objective": "binary:logistic", "max_cat_to_onehot": 1, "nthread": 1}
    booster = xgboost.train(settings, xgboost.DMatrix(frame, y, enable_categorical=True), 8)
    booster.save_model(file := folder / "model.json")
    return Source(file, rows_and_outcomes()[0], choices=(5,))


def catboost_frame(folder: Path) -> Source:
    frame, y = data_frame()
    pool = catboost.Pool(frame.assign(home=frame.home.astype(str)), y, cat_features=["home"])
    model = catboost.CatBoostClassifier(
        iterations=12, depth=4, verbose=0, allow_writing_files=False, thread_count=1, one_hot_max_size=10
    ).fit(pool)
    model.save_model(file := folder / "model.json", format="json", pool=pool)
    return Source(file, rows_and_outcomes()[0], choices=(5,))


FOREST = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}


def boosted() -> GradientBoostingClassifier:
    return GradientBoostingClassifier(n_estimators=8, random_state=0)


SOURCES: dict[str, Callable[[Path], Source]] = {
    "LightGBM": lightgbm_model,
    "LightGBM, no missing values": lambda folder: lightgbm_model(folder, missing=0.0),
    "LightGBM, zero as missing": lambda folder: lightgbm_model(folder, zero_as_missing=True),
    "LightGBM, use_missing off": lambda folder: lightgbm_model(folder, use_missing=False),
    "LightGBM, categories": lambda folder: lightgbm_model(folder, choices=(4, 5)),
    "LightGBM, dart": lambda folder: lightgbm_model(folder, boosting="dart"),
    "LightGBM, random forest": lambda folder: lightgbm_model(folder, **FOREST),
    "LightGBM, sigmoid 2": lambda folder: lightgbm_model(folder, sigmoid=2.0),
    "LightGBM, cross_entropy": lambda folder: lightgbm_model(folder, objective="cross_entropy"),
    "LightGBM, data frame": lightgbm_frame,
    "XGBoost": xgboost_model,
    "XGBoost, JSON": lambda folder: xgboost_model(folder, "json"),
    "XGBoost, dart": lambda folder: xgboost_model(folder, booster="dart", rate_drop=0.3),
    "XGBoost, base_score": lambda folder: xgboost_model(folder, base_score=0.07),
    "XGBoost, parallel trees": lambda folder: xgboost_model(folder, num_parallel_tree=3, subsample=0.5),
    "XGBoost, deep": lambda folder: xgboost_model(folder, max_depth=11, min_child_weight=0.1),
    "XGBoost, data frame": xgboost_frame,
    "CatBoost": catboost_model,
    "CatBoost, missing are greatest": lambda folder: catboost_model(folder, nan_mode="Max"),
    "CatBoost, no missing values": lambda folder: catboost_model(folder, missing=0.0),
    "CatBoost, data frame": catboost_frame,
    "scikit-learn, gradient boosting": lambda folder: sklearn_model(folder, boosted()),
    "scikit-learn, without ZipMap": lambda folder: sklearn_model(folder, boosted(), zipmap=False),
    "scikit-learn, random forest": lambda folder: sklearn_model(
        folder, RandomForestClassifier(8, max_depth=4, bootstrap=False, random_state=0)
    ),
    "scikit-learn, deep forest": lambda folder: sklearn_model(
        folder, RandomForestClassifier(4, bootstrap=False, random_state=0)
    ),
    "scikit-learn, extra trees": lambda folder: sklearn_model(
        folder, ExtraTreesClassifier(8, max_depth=4, random_state=0)
    ),
}
"""Every kind that can be imported."""
