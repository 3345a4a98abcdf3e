"""A small but real model bundle: six features of every type, trained in milliseconds on numbers drawn here."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import xgboost

from contract.baseline import Baseline, BaselineHistogram
from contract.bundle import Bundle, CrossValidatedMetric, ModelMetrics, write_bundle
from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText, dump_schema
from tests.support.reports import EMPTY_REPORT

ROWS = 400


def _text(word: str) -> LocalizedText:
    return LocalizedText(fr=word, en=word)


SCHEMA = FeatureSchema(
    name="tiny",
    features=[
        Feature(name="income", type=FeatureType.NUMBER, label=_text("income"), minimum=0, maximum=1e6),
        Feature(
            name="debt", type=FeatureType.NUMBER, label=_text("debt"), minimum=-1e6, maximum=1e6, missing_allowed=True
        ),
        Feature(name="late", type=FeatureType.INTEGER, label=_text("late"), minimum=-2, maximum=8),
        Feature(
            name="home",
            type=FeatureType.CATEGORICAL,
            label=_text("home"),
            levels=[Level(value=v, label=_text(v)) for v in ("owner", "tenant", "3")],
            missing_allowed=True,
        ),
        Feature(
            name="score", type=FeatureType.NUMBER, label=_text("score"), minimum=0, maximum=1, missing_allowed=True
        ),
        Feature(name="constant", type=FeatureType.INTEGER, label=_text("constant"), minimum=0, maximum=1),
        Feature(
            name="sex",
            type=FeatureType.CATEGORICAL,
            label=_text("sex"),
            levels=[Level(value=v, label=_text(v)) for v in ("f", "m")],
            sensitive=True,
            in_model=False,
        ),
    ],
)


def draw_rows(n: int, seed: int = 0) -> np.ndarray:
    """Encoded rows (n, 6) as the tiny schema allows them."""
    rng = np.random.default_rng(seed)
    return np.column_stack(
        [
            rng.lognormal(10, 0.6, n).clip(0, 1e6),
            np.where(rng.random(n) < 0.2, np.nan, rng.normal(5_000, 20_000, n)),
            rng.integers(-2, 9, n),
            np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 3, n)),
            np.where(rng.random(n) < 0.3, np.nan, rng.random(n)),
            np.zeros(n),
        ]
    )


def draw_features(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """The same rows as requests name them; absent where missing."""
    homes = ("owner", "tenant", 3)
    requests = []
    for income, debt, late, home, score, constant in draw_rows(n, seed).tolist():
        features = {"income": income, "debt": debt, "late": int(late), "score": score, "constant": int(constant)}
        features["home"] = home if np.isnan(home) else homes[int(home)]
        requests.append({k: v for k, v in features.items() if not (isinstance(v, float) and np.isnan(v))})
    return requests


def train_booster(trees: int = 40, scale: float = 1.0) -> xgboost.Booster:
    rows = draw_rows(ROWS, seed=1)
    risk = 0.5 * rows[:, 2] - rows[:, 0] / 20_000 + np.nan_to_num(rows[:, 4])
    target = (np.random.default_rng(2).random(ROWS) < 1 / (1 + np.exp(-scale * risk))).astype(int)
    parameters = {"objective": "binary:logistic", "max_depth": 4, "eta": 0.2, "nthread": 1, "seed": 3}
    return xgboost.train(parameters, xgboost.DMatrix(rows, target, nthread=1), trees)


def write_tiny_bundle(folder: Path, trees: int = 40) -> Bundle:
    """Write the bundle under `folder/models` and return it."""
    none = CrossValidatedMetric(0.0, 0.0)
    metrics = ModelMetrics(
        roc_auc=none, pr_auc=none, ks=none, brier=none, log_loss=none, calibration_error=none,
        threshold=0.4, cost_ratio=5.0, expected_cost=0.5, rows=ROWS, default_rate=0.3,
    )  # fmt: skip
    baseline = Baseline(ROWS, {}, BaselineHistogram(counts=[ROWS], edges=[0.0, 1.0]))
    return write_bundle(
        folder / "models",
        "tiny",
        {
            "model.ubj": bytes(train_booster(trees).save_raw("ubj")),
            "schema.json": dump_schema(SCHEMA),
            "metrics.json": msgspec.json.encode(metrics),
            "baseline.json": msgspec.json.encode(baseline),
            "report.json": msgspec.json.encode(EMPTY_REPORT),
            "card.md": b"# tiny\n",
        },
    )
