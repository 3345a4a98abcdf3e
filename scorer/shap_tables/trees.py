"""XGBoost trees as plain arrays, and the bounds of what tables can do."""

import math
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from scorer.errors import TableCompilationError


@dataclass(frozen=True)
class Tree:
    """One tree, indexed by node. A leaf has `left[node] == -1`."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    """Rows below it go left. For a leaf: its weight, in log-odds."""
    default_left: NDArray[np.bool_]
    cover: NDArray[np.float64]
    """Sum of hessians of the training rows that came through."""

    def is_leaf(self, node: int) -> bool:
        """Tell whether the node is a leaf."""
        return bool(self.left[node] < 0)


@dataclass(frozen=True)
class TreeEnsemble:
    """A whole model: the sum of its trees, from a bias in log-odds."""

    trees: tuple[Tree, ...]
    features: int
    bias: float


def parse_xgboost_json(model_json: bytes) -> TreeEnsemble:
    """Read a model as saved by `Booster.save_raw("json")`.

    Raises TableCompilationError for anything but a binary logistic model of plain trees with numeric splits.
    """
    learner = msgspec.json.decode(model_json)["learner"]
    if learner["objective"]["name"] != "binary:logistic":
        raise TableCompilationError(f"the objective is {learner['objective']['name']}, not binary:logistic")
    if learner["gradient_booster"]["name"] != "gbtree":
        raise TableCompilationError(f"the booster is {learner['gradient_booster']['name']}, not gbtree")
    base = float(str(learner["learner_model_param"]["base_score"]).strip("[]"))
    return TreeEnsemble(
        trees=tuple(_tree(tree) for tree in learner["gradient_booster"]["model"]["trees"]),
        features=int(learner["learner_model_param"]["num_feature"]),
        bias=math.log(base) - math.log1p(-base),
    )


def _tree(tree: dict[str, Any]) -> Tree:
    if tree.get("categories_nodes"):
        raise TableCompilationError("the model splits on categories natively")
    if int(tree["tree_param"].get("size_leaf_vector", 1)) > 1:
        raise TableCompilationError("the model has more than one output")
    return Tree(
        left=np.array(tree["left_children"], np.int32),
        right=np.array(tree["right_children"], np.int32),
        feature=np.array(tree["split_indices"], np.int32),
        threshold=np.array(tree["split_conditions"], np.float32),
        default_left=np.array(tree["default_left"], bool),
        cover=np.array(tree["sum_hessian"], np.float64),
    )
