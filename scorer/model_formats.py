"""Model files: for each format, what reads it: XGBoost's own, and the open form of imported models."""

from collections.abc import Callable
from typing import Protocol, cast

import numpy as np
import xgboost
from numpy.typing import NDArray

from scorer.errors import ModelLoadError, TableCompilationError
from scorer.shap_tables.trees import TreeEnsemble
from scorer.tree_format import TREE_FORMAT, TreesModel
from scorer.xgboost_file import parse_xgboost


class Explainer(Protocol):
    """Computes exact SHAP values; each row's numbers must not depend on the rows beside it."""

    def explain(self, rows: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return (n, k + 1) on the model's scale for (n, k) rows: a column for each feature, the model's bias last."""


class LibraryModel(Explainer, Protocol):
    """A model as the library that wrote it reads it: the tables are compared with it, and it serves without them."""

    def tree_ensemble(self) -> TreeEnsemble:
        """Return the model's trees. Raises TableCompilationError when it is not a sum of trees."""


class PredContribsExplainer:
    """XGBoost's own exact SHAP values (path-dependent TreeSHAP, Lundberg et al. 2018, arXiv:1802.03888).

    One thread: a second OpenMP thread in each worker took the slowest percent of answers from 5 to 30 ms on a busy
    machine; more cores are used by more workers. Not safe to call from two threads at once.
    """

    def __init__(self, model: bytes) -> None:
        """Read the file. Raises ModelLoadError when it is damaged, or holds another kind of model."""
        try:
            self._model = parse_xgboost(model)
        except TableCompilationError as reason:
            raise ModelLoadError(str(reason)) from None
        self._booster = xgboost.Booster({"nthread": 1}, model_file=bytearray(self._model.document()))

    def explain(self, rows: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return (n, k + 1) log-odds, the bias last."""
        with np.errstate(over="ignore"):
            matrix = xgboost.DMatrix(rows.astype(np.float32), nthread=1)
        contributions = self._booster.predict(matrix, pred_contribs=True, validate_features=False)
        return cast(NDArray[np.float32], contributions)

    def tree_ensemble(self) -> TreeEnsemble:
        """Return the trees."""
        return self._model.ensemble()


MODEL_FORMATS: dict[str, Callable[[bytes], LibraryModel]] = {"ubj": PredContribsExplainer, TREE_FORMAT: TreesModel}
"""Format of a bundle's model → what reads the file."""
