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
from array import array

import numba
import numpy as np
from numpy.typing import NDArray

from scorer.errors import TableCompilationError
from scorer.shap_tables.trees import Tree, TreeEnsemble
from scorer.tree_walk import Nodes, goes_left_at, node_arrays, numbered_trees

_Conditions = tuple[float, tuple[tuple[int, bool], ...]]
"""What a leaf asks of one feature: the part of the training cover that meets it, and the steps of the path."""

MAX_OPERATIONS = 200_000_000
"""Work for one row at most: about a fifth of a second, which an advisor can wait for."""


class TreeShapExplainer:
    """Exact SHAP values from the trees themselves; slower than tables, and without their limits."""

    def __init__(self, ensemble: TreeEnsemble) -> None:
        """Lay the trees out. Raises TableCompilationError when a row would take more than MAX_OPERATIONS."""
        needed = sum(_operations(tree, ensemble.features) for tree in ensemble.trees)
        if needed > MAX_OPERATIONS:
            raise TableCompilationError(
                f"explaining one client would take {needed:.0e} operations, the limit is {MAX_OPERATIONS:.0e}: "
                "train fewer or shallower trees"
            )
        self._features = ensemble.features
        leaves = _Leaves()
        for first, tree in numbered_trees(ensemble):
            leaves.add(tree, first)
        self._bias = ensemble.bias + leaves.expectation
        self._leaves = leaves.arrays()
        self._points = _gauss_legendre(leaves.most_features)
        self._nodes = node_arrays(ensemble)

    def explain(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Explain rows (n, k), NaN where missing. Returns (n, k + 1), the model's expectation last."""
        out = np.zeros((len(rows), self._features + 1))
        _add_contributions(np.ascontiguousarray(rows, np.float64), self._nodes, *self._leaves, *self._points, out)
        out[:, -1] = self._bias
        return out


def _operations(tree: Tree, features: int) -> int:
    """Return at most how many operations the leaves of a tree take for a row: each the square of its features."""
    depth = np.zeros(len(tree.left), np.int64)
    level = np.zeros(1, np.int64)
    while len(level := level[tree.left[level] >= 0]):
        children = np.concatenate([tree.left[level], tree.right[level]])
        depth[children] = np.tile(depth[level] + 1, 2)
        level = children
    used = np.minimum(depth[tree.left < 0], features)
    return int((used * (used + 1)).sum())


class _Leaves:
    """All leaves of a model in arrays: what each asks of which features, and which steps of its path ask it."""

    def __init__(self) -> None:
        self.expectation, self.most_features = 0.0, 0
        self._value, self._share = array("d"), array("d")
        self._feature, self._node, self._goes_left = array("i"), array("i"), array("b")
        self._leaf_start, self._step_start = array("q", [0]), array("q", [0])

    def add(self, tree: Tree, first: int) -> None:
        """Add a tree whose root is number `first` among all nodes."""
        pending: list[tuple[int, dict[int, _Conditions]]] = [(0, {})]
        while pending:
            node, path = pending.pop()
            if tree.is_leaf(node):
                self._add_leaf(float(tree.value[node]), path)
                continue
            feature = int(tree.feature[node])
            share, steps = path.get(feature, (1.0, ()))
            for child, goes_left in ((int(tree.right[node]), False), (int(tree.left[node]), True)):
                taken = (share * tree.cover_fraction(node, child), (*steps, (first + node, goes_left)))
                pending.append((child, {**path, feature: taken}))

    def _add_leaf(self, value: float, path: dict[int, _Conditions]) -> None:
        self.expectation += value * math.prod(share for share, _ in path.values())
        self.most_features = max(self.most_features, len(path))
        self._value.append(value)
        for feature, (share, steps) in path.items():
            self._feature.append(feature)
            self._share.append(share)
            for node, goes_left in steps:
                self._node.append(node)
                self._goes_left.append(goes_left)
            self._step_start.append(len(self._node))
        self._leaf_start.append(len(self._feature))

    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """Return them as the compiled loop takes them."""
        return (
            np.array(self._value),
            np.array(self._leaf_start, np.int64),
            np.array(self._feature, np.int32),
            np.array(self._share),
            np.array(self._step_start, np.int64),
            np.array(self._node, np.int32),
            np.array(self._goes_left, np.bool_),
        )


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
    nodes: Nodes,
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
    goes_left = np.zeros(len(nodes.feature), np.bool_)
    met = np.zeros(2 * points.shape[1] + 1)
    product, integral = np.zeros_like(met), np.zeros_like(met)
    for r in range(len(rows)):
        for node in range(len(nodes.feature)):
            if nodes.feature[node] >= 0:
                goes_left[node] = goes_left_at(rows[r], node, nodes)
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
