"""Exact SHAP values of trees that lookup tables cannot hold: too deep, or too many.

The values are those of path-dependent TreeSHAP (Lundberg et al. 2018, arXiv:1802.03888), leaf by leaf. A leaf depends
on the k features of its path. A coalition that knows feature j multiplies the leaf by o_j, 1 if the row meets the
path's conditions on j and 0 if not; one that does not know it multiplies by z_j, the part of the training cover that
meets them. The Shapley weight s!(k-1-s)!/k! of a coalition of s others is the integral of t^s (1-t)^(k-1-s) over 0..1,
so

    phi_i = value * (o_i - z_i) * integral over t of the product over j != i of (o_j t + z_j (1 - t))

The product is a polynomial of degree k-1 in t, which Gauss-Legendre quadrature with k/2 points integrates exactly. All
terms are positive: nothing cancels, however deep the tree.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numba
import numpy as np
from numpy.typing import NDArray

from scorer.errors import TableCompilationError
from scorer.shap_tables.kernel import as_compared
from scorer.shap_tables.trees import Precision, Tree, TreeEnsemble

MAX_OPERATIONS = 200_000_000
"""Work for one row at most: about a fifth of a second, which an advisor can wait for."""


@dataclass(frozen=True)
class _Conditions:
    """What one leaf asks of one feature."""

    feature: int
    share: float
    """Part of the training cover that meets all of them."""
    steps: list[tuple[int, bool]]
    """Nodes of the whole model, and whether the path goes left there."""


class TreeShapExplainer:
    """Exact SHAP values from the trees themselves; slower than tables, and without their limits."""

    def __init__(self, ensemble: TreeEnsemble) -> None:
        """Lay the trees out. Raises TableCompilationError when a row would take more than MAX_OPERATIONS."""
        leaves = [leaf for first, tree in _numbered(ensemble) for leaf in _leaves(tree, first)]
        needed = sum(len(conditions) ** 2 + len(conditions) for _, conditions in leaves)
        if needed > MAX_OPERATIONS:
            raise TableCompilationError(
                f"explaining one client would take {needed:.0e} operations, the limit is {MAX_OPERATIONS:.0e}: "
                "train fewer or shallower trees"
            )
        self._features = ensemble.features
        self._bias = ensemble.bias + sum(
            value * math.prod(condition.share for condition in conditions) for value, conditions in leaves
        )
        flat = [condition for _, conditions in leaves for condition in conditions]
        steps = [step for condition in flat for step in condition.steps]
        self._leaves = (
            np.array([value for value, _ in leaves]),
            _starts([len(conditions) for _, conditions in leaves]),
            np.array([condition.feature for condition in flat], np.int32),
            np.array([condition.share for condition in flat]),
            _starts([len(condition.steps) for condition in flat]),
            np.array([node for node, _ in steps], np.int32),
            np.array([left for _, left in steps], bool),
        )
        self._points = _gauss_legendre(max((len(conditions) for _, conditions in leaves), default=0))
        self._nodes = _node_arrays(ensemble)

    def explain(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Explain rows (n, k), NaN where missing. Returns (n, k + 1), the model's expectation last."""
        out = np.zeros((len(rows), self._features + 1))
        _add_contributions(np.ascontiguousarray(rows, np.float64), *self._nodes, *self._leaves, *self._points, out)
        out[:, -1] = self._bias
        return out


def _numbered(ensemble: TreeEnsemble) -> Iterator[tuple[int, Tree]]:
    """Yield the trees with the number of their root among all nodes of the model."""
    first = 0
    for tree in ensemble.trees:
        yield first, tree
        first += len(tree.left)


def _leaves(tree: Tree, first: int) -> Iterator[tuple[float, list[_Conditions]]]:
    """Yield each leaf's value and what it asks of each feature; of equal value, with no split, nothing is asked."""
    pending: list[tuple[int, dict[int, _Conditions]]] = [(0, {})]
    while pending:
        node, path = pending.pop()
        if tree.is_leaf(node):
            yield float(tree.value[node]), list(path.values())
            continue
        feature = int(tree.feature[node])
        before = path.get(feature, _Conditions(feature, 1.0, []))
        for child, goes_left in ((int(tree.right[node]), False), (int(tree.left[node]), True)):
            share = before.share * tree.cover_fraction(node, child)
            steps = [*before.steps, (first + node, goes_left)]
            pending.append((child, {**path, feature: _Conditions(feature, share, steps)}))


def _node_arrays(ensemble: TreeEnsemble) -> tuple[NDArray[np.generic], ...]:
    """Return, for all nodes of the model: feature (-1 for a leaf), limit, direction of missing values, categories."""
    double = ensemble.precision is Precision.FLOAT64
    trees = ensemble.trees
    categories = {first + node: found for first, tree in _numbered(ensemble) for node, found in tree.categories.items()}
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
    return np.array([double]), zero_is_missing, feature, limits, default_left, category_split, category_left


def _starts(lengths: list[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _gauss_legendre(most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points and weights on 0..1, each (n + 1, n): row q integrates polynomials of degree 2q - 1 exactly."""
    n = (most + 1) // 2
    points, weights = np.zeros((n + 1, n)), np.zeros((n + 1, n))
    for q in range(1, n + 1):
        x, w = np.polynomial.legendre.leggauss(q)
        points[q, :q], weights[q, :q] = (x + 1) / 2, w / 2
    return points, weights


@numba.njit(nogil=True, cache=True)
def _add_contributions(
    rows: NDArray[np.float64],
    double: NDArray[np.bool_],
    zero_is_missing: NDArray[np.bool_],
    feature: NDArray[np.int32],
    limit: NDArray[np.float64],
    default_left: NDArray[np.bool_],
    category_split: NDArray[np.int32],
    category_left: NDArray[np.bool_],
    leaf_value: NDArray[np.float64],
    leaf_start: NDArray[np.int64],
    condition_feature: NDArray[np.int32],
    share: NDArray[np.float64],
    condition_start: NDArray[np.int64],
    step_node: NDArray[np.int32],
    step_left: NDArray[np.bool_],
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Add every leaf's SHAP values to the first k columns of `out`."""
    goes_left = np.zeros(len(feature), np.bool_)
    met = np.zeros(2 * points.shape[1] + 1)
    product, integral = np.zeros_like(met), np.zeros_like(met)
    for r in range(len(rows)):
        for node in range(len(feature)):
            if feature[node] >= 0:
                goes_left[node] = _goes_left(
                    rows[r],
                    node,
                    double[0],
                    zero_is_missing,
                    feature,
                    limit,
                    default_left,
                    category_split,
                    category_left,
                )
        for leaf in range(len(leaf_value)):
            first = leaf_start[leaf]
            k = leaf_start[leaf + 1] - first
            for j in range(k):
                steps = slice(condition_start[first + j], condition_start[first + j + 1])
                met[j] = 1.0 if _all_taken(goes_left, step_node[steps], step_left[steps]) else 0.0
            _integrate(met, share[first : first + k], points, weights, product, integral)
            for j in range(k):
                part = leaf_value[leaf] * (met[j] - share[first + j]) * integral[j]
                out[r, condition_feature[first + j]] += part


@numba.njit(nogil=True, cache=True, inline="always")
def _all_taken(goes_left: NDArray[np.bool_], nodes: NDArray[np.int32], left: NDArray[np.bool_]) -> bool:
    for i in range(len(nodes)):  # numba compiles no all()
        if goes_left[nodes[i]] != left[i]:
            return False
    return len(nodes) > 0


@numba.njit(nogil=True, cache=True, inline="always")
def _goes_left(
    row: NDArray[np.float64],
    node: int,
    double: bool,
    zero_is_missing: NDArray[np.bool_],
    feature: NDArray[np.int32],
    limit: NDArray[np.float64],
    default_left: NDArray[np.bool_],
    category_split: NDArray[np.int32],
    category_left: NDArray[np.bool_],
) -> bool:
    """Tell which way a row goes at a split."""
    f = feature[node]
    value = as_compared(row[f], double)
    split = category_split[node]
    if np.isnan(value):
        return bool(default_left[node])
    if split >= 0:
        return bool(0 <= value < category_left.shape[1] and category_left[split, np.int64(value)])
    if value == 0 and zero_is_missing[f]:
        return bool(default_left[node])
    return bool(value < limit[node])


@numba.njit(nogil=True, cache=True, inline="always")
def _integrate(
    met: NDArray[np.float64],
    share: NDArray[np.float64],
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    product: NDArray[np.float64],
    integral: NDArray[np.float64],
) -> None:
    """Write, for each of the k features, the integral of the product over the others."""
    k = len(share)
    q = (k + 1) // 2
    integral[:k] = 0.0
    for p in range(q):
        t = points[q, p]
        after = 1.0
        for j in range(k - 1, -1, -1):
            product[j] = after
            after *= met[j] * t + share[j] * (1 - t)
        before = weights[q, p]
        for j in range(k):
            integral[j] += before * product[j]
            before *= met[j] * t + share[j] * (1 - t)


def count_rows(ensemble: TreeEnsemble, rows: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return, for each tree, how many of the rows (n, k) come through each node."""
    nodes = _node_arrays(ensemble)
    starts = _starts([len(tree.left) for tree in ensemble.trees])
    left, right = (np.concatenate([getattr(tree, side) for tree in ensemble.trees]) for side in ("left", "right"))
    count = np.zeros(int(starts[-1]))
    _count_rows(np.ascontiguousarray(rows, np.float64), starts, left, right, *nodes, count)
    return [count[start:end] for start, end in pairwise(starts.tolist())]


@numba.njit(nogil=True, cache=True)
def _count_rows(
    rows: NDArray[np.float64],
    starts: NDArray[np.int64],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    double: NDArray[np.bool_],
    zero_is_missing: NDArray[np.bool_],
    feature: NDArray[np.int32],
    limit: NDArray[np.float64],
    default_left: NDArray[np.bool_],
    category_split: NDArray[np.int32],
    category_left: NDArray[np.bool_],
    count: NDArray[np.float64],
) -> None:
    for r in range(len(rows)):
        for tree in range(len(starts) - 1):
            node = starts[tree]
            count[node] += 1
            while feature[node] >= 0:
                goes_left = _goes_left(
                    rows[r],
                    node,
                    double[0],
                    zero_is_missing,
                    feature,
                    limit,
                    default_left,
                    category_split,
                    category_left,
                )
                node = starts[tree] + (left[node] if goes_left else right[node])
                count[node] += 1
