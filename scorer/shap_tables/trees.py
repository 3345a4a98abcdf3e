"""The one form of a tree model: readers of model files produce it, tables are compiled from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scorer.errors import ModelLoadError

LARGEST = np.finfo(np.float32).max

ZERO = float(np.float32(1e-35))
"""What LightGBM takes for zero: anything at most as large."""


MAX_DEPTH = 512
"""Levels of a tree: those of real models have some dozens, and libraries explain trees by recursion."""


class Precision(StrEnum):
    """What a value is rounded to before it is compared with thresholds."""

    FLOAT32 = "float32"
    """XGBoost, CatBoost, ONNX."""
    FLOAT64 = "float64"
    """LightGBM, which also reads what is nearly zero (up to ZERO) as zero."""


class Scale(StrEnum):
    """What the trees add up to."""

    LOG_ODDS = "log-odds"
    PROBABILITY = "probability"
    """A random forest averages the probabilities of its trees."""


@dataclass(frozen=True)
class Tree:
    """One tree, indexed by node. A leaf has `left[node] == -1`.

    A split sends a row left when its value is below the threshold, or when the value is one of the split's
    categories; a missing value goes the default way.
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    inclusive: NDArray[np.bool_]
    """Whether a value equal to the threshold goes left too: `<=` instead of `<`."""
    default_left: NDArray[np.bool_]
    cover: NDArray[np.float64]
    """Weight of the training rows that came through, in XGBoost the sum of their hessians."""
    value: NDArray[np.float64]
    """What a leaf adds, on the scale of the ensemble."""
    categories: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """For each split on categories, those that go left. Its threshold has no meaning. Unknown ones go right."""

    def is_leaf(self, node: int) -> bool:
        """Tell whether the node is a leaf."""
        return bool(self.left[node] < 0)

    def cover_fraction(self, node: int, child: int) -> float:
        """Return the part of a node's training rows that went to one of its children.

        Where no row came through, each child gets half: no prediction of the training rows depends on it.
        """
        return float(self.cover[child] / self.cover[node]) if self.cover[node] > 0 else 0.5

    @cached_property
    def limit(self) -> NDArray[np.float64]:
        """For each node the number that exactly the values that go left are below."""
        above = np.nextafter(self.threshold, np.inf)
        return np.where(self.inclusive, above, self.threshold)

    @cached_property
    def float32_limit(self) -> NDArray[np.float32]:
        """For each node the float32 number that exactly the float32 values that go left are below.

        Values are float32, thresholds may be float64. Between two neighbouring float32 numbers lies no value, so
        `value < threshold` is `value < limit` with the smallest float32 number that is not below the threshold,
        and `value <= threshold` is the same with the smallest one above it. A threshold that is a float32 number, as
        all of XGBoost's are, is its own limit. The kernel writes a missing value that goes left as -inf, which has to
        stay below every limit: -LARGEST serves as well as -inf, since no finite value is below either.
        """
        with np.errstate(over="ignore"):  # beyond LARGEST is inf, which every finite value is below
            nearest = self.threshold.astype(np.float32)
            above = np.nextafter(nearest, np.float32(np.inf))
        too_low = (nearest < self.threshold) | (self.inclusive & (nearest == self.threshold))
        return np.maximum(np.where(too_low, above, nearest), -LARGEST)


@dataclass(frozen=True)
class TreeEnsemble:
    """A whole model: the sum of its trees, from a bias."""

    trees: tuple[Tree, ...]
    features: int
    bias: float
    precision: Precision = Precision.FLOAT32
    zero_is_missing: frozenset[int] = frozenset()
    """Features whose zeros (up to ZERO) count as missing; for float64 only, see LightGBM's `zero_as_missing`."""
    scale: Scale = Scale.LOG_ODDS


def check_ensemble(ensemble: TreeEnsemble) -> None:
    """Check what compiled loops rely on: lists of one length, children and features that exist, finite leaves.

    Raises ModelLoadError.
    """
    if not ensemble.trees:
        raise ModelLoadError("the model has no trees")
    if not all(0 <= feature < ensemble.features for feature in ensemble.zero_is_missing):
        raise ModelLoadError("the model treats zeros of a feature that does not exist as missing")
    for tree in ensemble.trees:
        _check_tree(tree, ensemble.features)


def _check_tree(tree: Tree, features: int) -> None:
    columns = (tree.right, tree.feature, tree.threshold, tree.inclusive, tree.default_left, tree.cover, tree.value)
    if any(column.shape != tree.left.shape for column in columns):
        raise ModelLoadError("a tree of the model is not whole: its lists differ in length")
    reachable_nodes(tree.left, tree.right)
    splits = np.flatnonzero(tree.left >= 0)
    if not ((tree.feature[splits] >= 0) & (tree.feature[splits] < features)).all():
        raise ModelLoadError("a tree of the model splits on a feature that does not exist")
    if not set(tree.categories) <= set(splits.tolist()):
        raise ModelLoadError("a tree of the model is not whole: categories belong to no split")
    if not (np.isfinite(tree.value).all() and np.isfinite(tree.cover).all()) or np.isnan(tree.threshold).any():
        raise ModelLoadError("a tree of the model holds what is no number")


def reachable_nodes(left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the nodes of the tree whose root is node 0, rising. A leaf has negative children.

    Raises ModelLoadError when they are no tree: a child that does not exist, two parents of one node, one child.
    """
    if not len(left) or left.shape != right.shape:
        raise ModelLoadError("a tree of the model is not whole: it has no nodes, or half of their children")
    seen = np.zeros(len(left), bool)
    seen[0] = True
    level = np.zeros(1, np.int64)
    for _ in range(MAX_DEPTH):
        level = level[left[level] >= 0]
        if not len(level):
            break
        level = np.concatenate([left[level], right[level]]).astype(np.int64)
        if not ((level > 0) & (level < len(left))).all() or seen[level].any() or len(np.unique(level)) != len(level):
            raise ModelLoadError("a tree of the model is not whole: a child does not exist, or has two parents")
        seen[level] = True
    if (left[level] >= 0).any():
        raise ModelLoadError(f"a tree of the model is more than {MAX_DEPTH} levels deep")
    kept = np.flatnonzero(seen)
    if not ((left[kept] >= 0) == (right[kept] >= 0)).all():
        raise ModelLoadError("a tree of the model is not whole: a node has one child")
    return kept
