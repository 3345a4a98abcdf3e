"""XGBoost's own exact SHAP values (path-dependent TreeSHAP, Lundberg et al. 2018, arXiv:1802.03888)."""

from typing import cast

import numpy as np
import xgboost
from numpy.typing import NDArray


class PredContribs:
    """Explains rows through `Booster.predict(pred_contribs=True)`.

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
