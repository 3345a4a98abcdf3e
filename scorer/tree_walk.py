"""Which way a row goes at every split of a model, as the library that trained it decides."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from scorer.shap_tables.kernel import as_compared
from scorer.shap_tables.trees import Precision, Tree, TreeEnsemble


def numbered_trees(ensemble: TreeEnsemble) -> Iterator[tuple[int, Tree]]:
    """Yield the trees with the number of their root among all nodes of the model."""
    first = 0
    for tree in ensemble.trees:
        yield first, tree
        first += len(tree.left)


class Nodes(NamedTuple):
    """All nodes of a model, one after the other, as compiled loops take them."""

    double: NDArray[np.bool_]
    """One value: whether numbers are compared in double precision."""
    zero_is_missing: NDArray[np.bool_]
    """For each feature."""
    feature: NDArray[np.int32]
    """-1 for a leaf."""
    limit: NDArray[np.float64]
    default_left: NDArray[np.bool_]
    """Where a missing value goes."""
    category_split: NDArray[np.int32]
    """Row of `category_left` for a split on categories, else -1."""
    category_left: NDArray[np.bool_]
    """Which categories go left."""


def node_arrays(ensemble: TreeEnsemble) -> Nodes:
    """Return all nodes of the model."""
    double = ensemble.precision is Precision.FLOAT64
    trees = ensemble.trees
    numbered = numbered_trees(ensemble)
    categories = {first + node: found for first, tree in numbered for node, found in tree.categories.items()}
    known = max((category + 1 for found in categories.values() for category in found), default=0)
    feature = np.concatenate([np.where(tree.left < 0, -1, tree.feature) for tree in trees]).astype(np.int32)
    zero_is_missing = np.zeros(ensemble.features, bool)
    zero_is_missing[list(ensemble.zero_is_missing)] = True
    category_split = np.full(len(feature), -1, np.int32)
    category_left = np.zeros((len(categories), known), bool)
    for number, (node, found) in enumerate(categories.items()):
        category_split[node] = number
        category_left[number, list(found)] = True
    limits = np.concatenate([(tree.limit if double else tree.float32_limit).astype(np.float64) for tree in trees])
    default_left = np.concatenate([tree.default_left for tree in trees])
    return Nodes(np.array([double]), zero_is_missing, feature, limits, default_left, category_split, category_left)


@numba.njit(nogil=True, cache=True, inline="always")
def goes_left_at(
    row: NDArray[np.float64],
    node: int,
    nodes: Nodes,
) -> bool:
    """Tell which way a row goes at a split."""
    f = nodes.feature[node]
    value = as_compared(row[f], nodes.double[0])
    split = nodes.category_split[node]
    if np.isnan(value):
        return bool(nodes.default_left[node])
    if split >= 0:
        return bool(0 <= value < nodes.category_left.shape[1] and nodes.category_left[split, np.int64(value)])
    if value == 0 and nodes.zero_is_missing[f]:
        return bool(nodes.default_left[node])
    return bool(value < nodes.limit[node])


def count_rows(ensemble: TreeEnsemble, rows: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return, for each tree, how many of the rows (n, k) come through each node."""
    nodes = node_arrays(ensemble)
    starts = np.cumsum([0, *(len(tree.left) for tree in ensemble.trees)], dtype=np.int64)
    left, right = (np.concatenate([getattr(tree, side) for tree in ensemble.trees]) for side in ("left", "right"))
    count = np.zeros(int(starts[-1]))
    _count_rows(np.ascontiguousarray(rows, np.float64), starts, left, right, nodes, count)
    return [count[start:end] for start, end in pairwise(starts.tolist())]


@numba.njit(nogil=True, cache=True)
def _count_rows(
    rows: NDArray[np.float64],
    starts: NDArray[np.int64],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    nodes: Nodes,
    count: NDArray[np.float64],
) -> None:
    for r in range(len(rows)):
        for tree in range(len(starts) - 1):
            node = starts[tree]
            count[node] += 1
            while nodes.feature[node] >= 0:
                left_here = goes_left_at(rows[r], node, nodes)
                node = starts[tree] + (left[node] if left_here else right[node])
                count[node] += 1
