"""The table explainer: compiled from a model, compared with the library that wrote it, then served."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scorer.errors import TableCompilationError
from scorer.shap_tables.compile import ShapTables, compile_tables
from scorer.shap_tables.kernel import add_contributions
from scorer.shap_tables.trees import TreeEnsemble

TOLERANCE = 1e-5
"""Largest difference from the library's own explanation, in log-odds: XGBoost's float32 sums differ by some 2e-6."""

Explain = Callable[[NDArray[np.float64]], NDArray[np.floating]]


class TableExplainer:
    """Exact SHAP values in log-odds by table look-up."""

    def __init__(self, tables: ShapTables) -> None:
        self._tables = tables

    @classmethod
    def compile(cls, ensemble: TreeEnsemble, *, reference: Explain, probe: NDArray[np.float64]) -> "TableExplainer":
        """Compile a model and compare it with `reference` on the `probe` rows.

        Raises TableCompilationError when tables cannot hold the model, or differ by more than TOLERANCE.
        """
        explainer = cls(compile_tables(ensemble))
        difference = float(np.abs(explainer.explain(probe) - reference(probe)).max())
        if not difference <= TOLERANCE:
            raise TableCompilationError(f"the tables differ from the model by {difference:.1e} log-odds")
        return explainer

    @property
    def megabytes(self) -> float:
        """Memory of the tables."""
        return self._tables.nbytes / 1e6

    def explain(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Explain rows (n, k), NaN where missing. Returns (n, k + 1), the model's expectation last."""
        t = self._tables
        out = np.zeros((len(rows), t.features + 1))
        rows = np.ascontiguousarray(rows, np.float64)
        ranks = (t.ranks.double, t.ranks.start, t.ranks.limits, t.ranks.zero_is_missing)
        splits = (t.category_feature, t.category_left, t.missing_left)
        groups = (t.input_index, t.threshold, t.output_index, t.n_outputs, t.offset, t.vectors)
        add_contributions(rows, *ranks, *splits, *groups, out)
        out[:, -1] = t.bias
        return out
