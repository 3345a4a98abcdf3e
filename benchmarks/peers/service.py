"""What the peers share: their settings, the model with one thread, JSON by orjson in both directions."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import xgboost
from numpy.typing import NDArray

BOOTSTRAP = os.environ["BENCH_BOOTSTRAP"]
REQUESTS = os.environ["BENCH_REQUESTS"]
ANSWERS = os.environ["BENCH_ANSWERS"]
BUNDLE = Path(os.environ["BENCH_BUNDLE"])

FETCH_WAIT_MS = 25
"""As NeoScore's own workers: no peer shall lose time in a wait that a setting removes."""

COMMIT_SECONDS = 1.0
"""As NeoScore's own workers."""


class Model:
    """The booster of a bundle and the order of its columns."""

    def __init__(self) -> None:
        self.booster = xgboost.Booster({"nthread": 1}, model_file=str(BUNDLE / "model.ubj"))
        features = orjson.loads((BUNDLE / "schema.json").read_bytes())["features"]
        self.names: list[str] = [feature["name"] for feature in features if feature.get("in_model", True)]

    def rows(self, requests: Sequence[dict[str, Any]]) -> NDArray[np.float32]:
        """Return float32[n, k], NaN where a feature is missing."""
        nan = math.nan
        names = self.names
        return np.array([[request["features"].get(name, nan) for name in names] for request in requests], np.float32)

    def contributions(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32[n, k + 1] log-odds by XGBoost itself, the bias last."""
        matrix = xgboost.DMatrix(rows, nthread=1)
        values: NDArray[np.float32] = self.booster.predict(matrix, pred_contribs=True, validate_features=False)
        return values

    def answer(self, request: dict[str, Any], contributions: Sequence[float], bias: float) -> dict[str, Any]:
        """Return the answer; the probability comes from the contributions, so the model is not asked twice."""
        log_odds = bias + math.fsum(contributions)
        return {
            "request_id": request["request_id"],
            "client_ref": request["client_ref"],
            "probability": 1 / (1 + math.exp(-log_odds)),
            "base_log_odds": bias,
            "contributions": dict(zip(self.names, contributions, strict=True)),
        }
