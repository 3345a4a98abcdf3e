"""`model.trees.json`: a tree model of any library, in the one open form that NeoScore reads without that library."""

from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from contract.errors import JSON_DECODE_ERRORS
from scorer.errors import ModelLoadError
from scorer.shap_tables.trees import Precision, Scale, Tree, TreeEnsemble, check_ensemble
from scorer.tree_shap import TreeShapExplainer

TREE_FORMAT = "trees.json"
"""The model's file in a bundle is `model.trees.json`."""


class _Tree(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One tree, indexed by node; the fields are those of `scorer.shap_tables.trees.Tree`."""

    left: list[int]
    right: list[int]
    feature: list[int]
    threshold: list[float]
    inclusive: list[bool]
    default_left: list[bool]
    cover: list[float]
    value: list[float]
    categories: dict[int, list[int]] = {}


class _Ensemble(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The whole file; the fields are those of `scorer.shap_tables.trees.TreeEnsemble`."""

    features: int
    bias: float
    precision: Precision
    scale: Scale
    zero_is_missing: list[int]
    trees: list[_Tree]


def dump_trees(ensemble: TreeEnsemble) -> bytes:
    """Return the file; every number is written so that reading it gives the same bits."""
    return msgspec.json.encode(
        _Ensemble(
            features=ensemble.features,
            bias=ensemble.bias,
            precision=ensemble.precision,
            scale=ensemble.scale,
            zero_is_missing=sorted(ensemble.zero_is_missing),
            trees=[_written(tree) for tree in ensemble.trees],
        )
    )


def load_trees(content: bytes) -> TreeEnsemble:
    """Read the file. Raises ModelLoadError when it holds no model, or trees that lead nowhere."""
    try:
        written = msgspec.json.decode(content, type=_Ensemble)
        ensemble = TreeEnsemble(
            trees=tuple(_read(tree) for tree in written.trees),
            features=written.features,
            bias=written.bias,
            precision=written.precision,
            zero_is_missing=frozenset(written.zero_is_missing),
            scale=written.scale,
        )
    except (*JSON_DECODE_ERRORS, OverflowError) as error:
        raise ModelLoadError(f"model.{TREE_FORMAT} cannot be read: {error}") from None
    check_ensemble(ensemble)
    return ensemble


class TreesModel:
    """A model of this form, explained from its trees."""

    def __init__(self, model: bytes) -> None:
        self._ensemble = load_trees(model)
        self._explainer = TreeShapExplainer(self._ensemble)

    def explain(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (n, k + 1) on the model's scale, the bias last."""
        return self._explainer.explain(rows)

    def tree_ensemble(self) -> TreeEnsemble:
        """Return the trees."""
        return self._ensemble


def _written(tree: Tree) -> _Tree:
    columns: dict[str, Any] = {
        name: getattr(tree, name).tolist() for name in _Tree.__struct_fields__ if name != "categories"
    }
    return _Tree(**columns, categories={node: sorted(found) for node, found in tree.categories.items()})


def _read(tree: _Tree) -> Tree:
    return Tree(
        left=np.array(tree.left, np.int32),
        right=np.array(tree.right, np.int32),
        feature=np.array(tree.feature, np.int32),
        threshold=np.array(tree.threshold, np.float64),
        inclusive=np.array(tree.inclusive, bool),
        default_left=np.array(tree.default_left, bool),
        cover=np.array(tree.cover, np.float64),
        value=np.array(tree.value, np.float64),
        categories={node: frozenset(found) for node, found in tree.categories.items()},
    )
