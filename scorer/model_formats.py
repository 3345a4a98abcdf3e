"""Model files: for each format, what reads it: XGBoost's own, and the open form of imported models."""

import math
from collections.abc import Callable
from typing import Any, Protocol, cast

import msgspec
import numpy as np
import xgboost
from numpy.typing import NDArray

from scorer.errors import TableCompilationError
from scorer.shap_tables.trees import Tree, TreeEnsemble
from scorer.tree_format import TREE_FORMAT, TreesModel


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
        self._booster = xgboost.Booster({"nthread": 1}, model_file=bytearray(model))

    def explain(self, rows: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return (n, k + 1) log-odds, the bias last."""
        with np.errstate(over="ignore"):
            matrix = xgboost.DMatrix(rows.astype(np.float32), nthread=1)
        contributions = self._booster.predict(matrix, pred_contribs=True, validate_features=False)
        return cast(NDArray[np.float32], contributions)

    def tree_ensemble(self) -> TreeEnsemble:
        """Return the trees. Raises TableCompilationError for another kind of model, see parse_xgboost_json."""
        return parse_xgboost_json(bytes(self._booster.save_raw("json")))


LOGISTIC_OBJECTIVES = ("binary:logistic", "reg:logistic")
"""XGBoost's objectives whose trees add up to the log-odds of one probability."""

MODEL_FORMATS: dict[str, Callable[[bytes], LibraryModel]] = {"ubj": PredContribsExplainer, TREE_FORMAT: TreesModel}
"""Format of a bundle's model → what reads the file."""


def parse_xgboost_json(model_json: bytes) -> TreeEnsemble:
    """Read a model as saved by `Booster.save_raw("json")`.

    Raises TableCompilationError for anything but trees, dropped out (dart) or not, that add up to one log-odds.
    """
    learner = msgspec.json.decode(model_json)["learner"]
    if learner["objective"]["name"] not in LOGISTIC_OBJECTIVES:
        raise TableCompilationError(f"the objective is {learner['objective']['name']}, not {LOGISTIC_OBJECTIVES[0]}")
    parameters = learner["learner_model_param"]
    if int(parameters.get("num_target", 1)) > 1 or int(parameters.get("num_class", 0)) > 1:
        raise TableCompilationError("the model has more than one output")
    trees, weights = _weighted_trees(learner["gradient_booster"])
    base = float(str(parameters["base_score"]).strip("[]"))
    return TreeEnsemble(
        trees=tuple(_tree(tree, weight) for tree, weight in zip(trees, weights, strict=True)),
        features=int(parameters["num_feature"]),
        bias=math.log(base) - math.log1p(-base),
    )


def _weighted_trees(booster: dict[str, Any]) -> tuple[list[dict[str, Any]], list[float]]:
    """Return the trees and what their leaves are multiplied by."""
    if booster["name"] == "gbtree":
        trees = booster["model"]["trees"]
        return trees, [1.0] * len(trees)
    if booster["name"] == "dart":
        return booster["gbtree"]["model"]["trees"], booster["weight_drop"]
    raise TableCompilationError(f"the booster is {booster['name']}, which has no trees (gbtree or dart)")


def _tree(tree: dict[str, Any], weight: float) -> Tree:
    """Read one tree.

    XGBoost lists the categories that go right, and sends unknown ones left: such a split changes sides here.
    """
    if int(tree["tree_param"].get("size_leaf_vector", 1)) > 1:
        raise TableCompilationError("the model has more than one output")
    left, right = np.array(tree["left_children"], np.int32), np.array(tree["right_children"], np.int32)
    default_left = np.array(tree["default_left"], bool)
    conditions = np.array(tree["split_conditions"], np.float32).astype(np.float64)  # the weight, if it is a leaf
    on_categories = np.zeros(len(left), bool)
    on_categories[tree.get("categories_nodes", [])] = True
    return Tree(
        left=np.where(on_categories, right, left),
        right=np.where(on_categories, left, right),
        feature=np.array(tree["split_indices"], np.int32),
        threshold=conditions,
        inclusive=np.zeros(len(left), bool),
        default_left=default_left ^ on_categories,
        cover=np.array(tree["sum_hessian"], np.float64),
        value=conditions * weight,
        categories=_categories(tree) if on_categories.any() else {},
    )


def _categories(tree: dict[str, Any]) -> dict[int, frozenset[int]]:
    segments = zip(tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"], strict=True)
    return {node: frozenset(tree["categories"][start : start + size]) for node, start, size in segments}
