"""XGBoost's model files, UBJSON or JSON, read and checked here before XGBoost reads anything.

XGBoost trusts its files: a child that does not exist or a list that is too short ends the process. So a file is read
into the form below, where every number that leads somewhere is checked, and XGBoost gets a document that is written
from that form alone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from contract.errors import JSON_DECODE_ERRORS
from scorer.errors import ModelLoadError, TableCompilationError
from scorer.shap_tables.trees import Tree, TreeEnsemble, reachable_nodes
from scorer.ubjson import decode_ubjson

LOGISTIC_OBJECTIVES = ("binary:logistic", "reg:logistic")
"""XGBoost's objectives whose trees add up to the log-odds of one probability."""

MAX_FEATURES = 100_000
"""A request has at most a few hundred; arrays of this length are still small."""

MAX_CATEGORY = 1 << 24
"""XGBoost's own bound: float32 holds every whole number below it."""

MAX_CATEGORY_BITS = 1 << 29
"""Of all splits together: XGBoost keeps a bit for each category up to the highest of a split."""

_NO_PARENT = 2_147_483_647


@dataclass(frozen=True)
class XGBoostTree:
    """One tree of n nodes as the file has it; a leaf has -1 as children, and its weight as its condition."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[np.int32]
    condition: NDArray[np.float32]
    default_left: NDArray[np.bool_]
    hessian: NDArray[np.float32]
    categories: Mapping[int, NDArray[np.int32]]
    """For each split on categories, those that go right. Others, unknown ones too, go left."""


@dataclass(frozen=True)
class XGBoostModel:
    """A checked model: trees, dropped out (dart) or not, that add up to one log-odds."""

    booster: str
    objective: str
    base_score: float
    features: int
    trees: tuple[XGBoostTree, ...]
    weights: tuple[float, ...]
    """What the leaves of each tree are multiplied by."""
    trees_per_round: int
    learner: Mapping[str, Any]
    """The rest of the file, unchecked: names and types of features, attributes."""

    @property
    def rounds(self) -> int:
        """Rounds of boosting."""
        return len(self.trees) // self.trees_per_round

    def first_rounds(self, rounds: int) -> "XGBoostModel":
        """Return the model of the first rounds alone."""
        kept = rounds * self.trees_per_round
        return replace(self, trees=self.trees[:kept], weights=self.weights[:kept])

    def ensemble(self) -> TreeEnsemble:
        """Return the trees in the one form of all libraries."""
        return TreeEnsemble(
            trees=tuple(_as_tree(tree, weight) for tree, weight in zip(self.trees, self.weights, strict=True)),
            features=self.features,
            bias=math.log(self.base_score) - math.log1p(-self.base_score),
        )

    def document(self) -> bytes:
        """Return the model as JSON for XGBoost itself: the checked parts, and nothing else of the file."""
        trees: dict[str, Any] = {
            "name": "gbtree",
            "model": {
                "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(len(self.trees))},
                "iteration_indptr": list(range(len(self.trees) + 1)),
                "tree_info": [0] * len(self.trees),
                "trees": [_as_document(tree, i, self.features) for i, tree in enumerate(self.trees)],
                "cats": {"enc": [], "feature_segments": [], "sorted_idx": []},
            },
        }
        dart = {"name": "dart", "gbtree": trees, "weight_drop": list(self.weights)}
        learner: dict[str, Any] = {
            "attributes": {},
            "feature_names": [],
            "feature_types": [],
            "gradient_booster": dart if self.booster == "dart" else trees,
            "learner_model_param": {
                "base_score": f"[{self.base_score!r}]",
                "boost_from_average": "1",
                "num_class": "0",
                "num_feature": str(self.features),
                "num_target": "1",
            },
            "objective": {"name": self.objective, "reg_loss_param": {"scale_pos_weight": "1"}},
        }
        return msgspec.json.encode({"learner": learner, "version": [3, 2, 0]})


def parse_xgboost(content: bytes) -> XGBoostModel:
    """Read a model as `Booster.save_model` writes it, UBJSON or JSON.

    Raises ModelLoadError for a damaged one, and TableCompilationError for anything but trees that add up to one
    log-odds.
    """
    try:
        return _model((msgspec.json.decode(content) if is_json(content) else decode_ubjson(content))["learner"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, IndexError, *JSON_DECODE_ERRORS):
        raise ModelLoadError("the model's file is damaged: a part of it is missing or of another kind") from None


def is_json(content: bytes) -> bool:
    """Tell JSON from UBJSON, both of which begin with a brace, by what follows it."""
    return content.lstrip()[1:2] in (b'"', b"\n", b"\r", b"\t", b" ")


def _model(learner: Mapping[str, Any]) -> XGBoostModel:
    objective = learner["objective"]["name"]
    if objective not in LOGISTIC_OBJECTIVES:
        raise TableCompilationError(f"the objective is {str(objective)[:40]}, not {LOGISTIC_OBJECTIVES[0]}")
    parameters = learner["learner_model_param"]
    if int(parameters.get("num_target", 1)) > 1 or int(parameters.get("num_class", 0)) > 1:
        raise TableCompilationError("the model has more than one output")
    features, base_score = int(parameters["num_feature"]), float(str(parameters["base_score"]).strip("[]"))
    if not 0 < features <= MAX_FEATURES or not 0 < base_score < 1:
        raise ModelLoadError("the model's file is damaged: no number of features, or no base score between 0 and 1")
    booster = learner["gradient_booster"]
    if booster["name"] not in ("gbtree", "dart"):
        raise TableCompilationError(f"the booster is {str(booster['name'])[:40]}, which has no trees (gbtree or dart)")
    stored = (booster if booster["name"] == "gbtree" else booster["gbtree"])["model"]
    trees = tuple(_tree(tree, features) for tree in stored["trees"])
    weights = booster["weight_drop"] if booster["name"] == "dart" else np.ones(len(trees))
    per_round = int(stored.get("gbtree_model_param", {}).get("num_parallel_tree", 1)) or 1
    if not trees or len(weights) != len(trees) or not np.isfinite(weights).all() or len(trees) % per_round:
        raise ModelLoadError("the model's file is damaged: trees are missing")
    bits = sum(int(found.max()) + 1 for tree in trees for found in tree.categories.values())
    if bits > MAX_CATEGORY_BITS:
        raise ModelLoadError("the model's splits have too many categories")
    weights = tuple(float(weight) for weight in weights)
    return XGBoostModel(booster["name"], objective, base_score, features, trees, weights, per_round, learner)


def _tree(stored: Mapping[str, Any], features: int) -> XGBoostTree:
    """Check one tree, and leave out nodes that nothing leads to: pruning leaves them in the file."""
    if int(stored["tree_param"].get("size_leaf_vector", 1)) > 1:
        raise TableCompilationError("the model has more than one output")
    left, right = _whole(stored["left_children"]), _whole(stored["right_children"])
    kept = reachable_nodes(left, right)
    left[kept[left[kept] < 0]] = right[kept[right[kept] < 0]] = -1
    columns = {name: np.asarray(stored[name]) for name in ("split_indices", "split_conditions", "sum_hessian")}
    default_left = np.asarray(stored["default_left"])
    if any(column.shape != left.shape for column in (*columns.values(), default_left)):
        raise ModelLoadError("the model's file is damaged: a tree's lists differ in length")
    number = np.full(len(left) + 1, -1, np.int64)  # the last one is what a leaf's -1 leads to
    number[kept] = np.arange(len(kept))
    is_split = left[kept] >= 0
    feature = np.where(is_split, _whole(columns["split_indices"])[kept], 0)
    with np.errstate(over="ignore"):
        condition, hessian = (columns[n][kept].astype(np.float32) for n in ("split_conditions", "sum_hessian"))
    if not ((feature >= 0) & (feature < features)).all():
        raise ModelLoadError("the model's file is damaged: a split is on a feature that does not exist")
    if not (np.isfinite(condition).all() and np.isfinite(hessian).all() and (hessian >= 0).all()):
        raise ModelLoadError("the model's file is damaged: a tree holds what is no number")
    splits = set(kept[is_split].tolist())
    return XGBoostTree(
        left=number[left[kept]].astype(np.int32),
        right=number[right[kept]].astype(np.int32),
        feature=feature.astype(np.int32),
        condition=condition,
        default_left=default_left[kept].astype(bool),
        hessian=hessian,
        categories={int(number[node]): found for node, found in _categories(stored).items() if node in splits},
    )


def _categories(stored: Mapping[str, Any]) -> dict[int, NDArray[np.int32]]:
    nodes, starts, sizes, values = (
        _whole(stored.get(name, ()))
        for name in ("categories_nodes", "categories_segments", "categories_sizes", "categories")
    )
    if not len(nodes) == len(starts) == len(sizes):
        raise ModelLoadError("the model's file is damaged: splits on categories are not whole")
    if not ((starts >= 0) & (sizes > 0) & (starts <= len(values) - sizes)).all():
        raise ModelLoadError("the model's file is damaged: a split's categories are missing")
    if not ((values >= 0) & (values < MAX_CATEGORY)).all():
        raise ModelLoadError("the model's file is damaged: a category has a number that none can have")
    segments = zip(nodes.tolist(), starts.tolist(), sizes.tolist(), strict=True)
    return {node: values[start : start + size].astype(np.int32) for node, start, size in segments}


def _whole(values: Any) -> NDArray[np.int64]:
    """Return a list of whole numbers. Raises TypeError or OverflowError for anything else."""
    numbers = np.array(values)
    if numbers.ndim != 1 or (len(numbers) and numbers.dtype.kind not in "iub"):
        raise TypeError
    return numbers.astype(np.int64)


def _as_tree(tree: XGBoostTree, weight: float) -> Tree:
    """XGBoost lists the categories that go right, and sends unknown ones left: such a split changes sides here."""
    on_categories = np.zeros(len(tree.left), bool)
    on_categories[list(tree.categories)] = True
    conditions = tree.condition.astype(np.float64)
    return Tree(
        left=np.where(on_categories, tree.right, tree.left),
        right=np.where(on_categories, tree.left, tree.right),
        feature=tree.feature,
        threshold=conditions,
        inclusive=np.zeros(len(tree.left), bool),
        default_left=tree.default_left ^ on_categories,
        cover=tree.hessian.astype(np.float64),
        value=conditions * weight,
        categories={node: frozenset(found.tolist()) for node, found in tree.categories.items()},
    )


def _as_document(tree: XGBoostTree, number: int, features: int) -> dict[str, Any]:
    size = len(tree.left)
    parents = np.full(size, _NO_PARENT, np.int64)
    splits = np.flatnonzero(tree.left >= 0)
    parents[tree.left[splits]] = parents[tree.right[splits]] = splits
    split_type = np.zeros(size, np.int8)
    split_type[list(tree.categories)] = 1
    sizes = np.array([len(found) for found in tree.categories.values()], np.int64)
    return {
        "id": number,
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(features),
            "num_nodes": str(size),
            "size_leaf_vector": "1",
        },
        "left_children": tree.left.tolist(),
        "right_children": tree.right.tolist(),
        "parents": parents.tolist(),
        "split_indices": tree.feature.tolist(),
        "split_conditions": tree.condition.tolist(),
        "split_type": split_type.tolist(),
        "default_left": tree.default_left.astype(int).tolist(),
        "sum_hessian": tree.hessian.tolist(),
        "base_weights": [0.0] * size,  # of no use to a model that is not trained further, like the next one
        "loss_changes": [0.0] * size,
        "categories_nodes": list(tree.categories),
        "categories_segments": (np.cumsum(sizes) - sizes).tolist(),
        "categories_sizes": sizes.tolist(),
        "categories": [category for found in tree.categories.values() for category in found.tolist()],
    }
