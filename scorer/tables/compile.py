"""From trees to lookup tables."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorer.errors import TablesRefused
from scorer.tables.groups import WIDTH, Group, Path, cut
from scorer.tables.shapley import leaf_shapley
from scorer.tables.trees import Forest, Tree

MEMORY_BUDGET = 64 * 1024 * 1024
"""Tables of one worker at most, in bytes: above it they no longer fit the processor's caches, nor a small container."""

AT_ONCE = 256
"""Groups whose leaves are worked out together: enough to spread the cost of array operations, 40 MB at most."""

_BITS = ((np.arange(1 << WIDTH)[:, None] >> np.arange(WIDTH)) & 1).astype(bool)


@dataclass(frozen=True)
class Tables:
    """A compiled model. G groups, each of WIDTH bits; a bit that is not used has the limit -inf and is never set."""

    source: NDArray[np.int32]
    """(G, WIDTH) which value a bit looks at: the feature, or the feature + k where a missing value goes right."""
    limit: NDArray[np.float32]
    """(G, WIDTH) the bit is set when the value is below."""
    target: NDArray[np.int32]
    """(G, WIDTH) which features the group's vectors add to."""
    width: NDArray[np.int32]
    """(G,) how many of them."""
    first: NDArray[np.int64]
    """(G,) where the group's vectors begin in `table`; pattern p's is p further on."""
    table: NDArray[np.float32]
    """(vectors, WIDTH) SHAP vectors in log-odds."""
    bias: float
    """The model's expectation in log-odds."""
    features: int

    @property
    def nbytes(self) -> int:
        """Memory of the arrays in bytes."""
        arrays = (self.source, self.limit, self.target, self.width, self.first, self.table)
        return sum(array.nbytes for array in arrays)

    def end_of(self, group: int) -> int:
        """Return where the group's vectors end in `table`."""
        return int(self.first[group + 1]) if group + 1 < len(self.first) else len(self.table)


def compile_tables(forest: Forest) -> Tables:
    """Compile a model. Raises TablesRefused when it would need more than MEMORY_BUDGET or has too long paths."""
    everything = [(tree, group) for tree in forest.trees for group in cut(tree)]
    groups = [(tree, group) for tree, group in everything if group.nodes]  # a tree of one leaf has no split
    last = np.cumsum([1 << len(group.nodes) for _, group in groups], dtype=np.int64)
    vectors = int(last[-1]) if groups else 0
    if vectors * WIDTH * 4 > MEMORY_BUDGET:
        needed = vectors * WIDTH * 4 >> 20
        raise TablesRefused(f"the tables would need {needed} MB, the budget is {MEMORY_BUDGET >> 20} MB")
    tables = Tables(
        source=np.zeros((len(groups), WIDTH), np.int32),
        limit=np.full((len(groups), WIDTH), -np.inf, np.float32),
        target=np.zeros((len(groups), WIDTH), np.int32),
        width=np.zeros(len(groups), np.int32),
        first=np.concatenate([[0], last[:-1]]).astype(np.int64) if groups else last,
        table=np.zeros((vectors, WIDTH), np.float32),
        bias=forest.bias + sum(_expectation(tree, group) for tree, group in everything),
        features=forest.features,
    )
    for start in range(0, len(groups), AT_ONCE):
        _fill(tables, start, groups[start : start + AT_ONCE])
    return tables


@dataclass(frozen=True)
class _Leaf:
    """A leaf as its group's table sees it."""

    group: int
    value: float
    columns: list[int]
    """Where its k features stand in the group's vectors."""
    goes: NDArray[np.int64]
    """Bit pattern of the group → a number whose bit i says whether all splits on its feature i are satisfied."""
    share: tuple[float, ...]
    """For each feature the part of the training cover that satisfies them."""


def _fill(tables: Tables, start: int, groups: Sequence[tuple[Tree, Group]]) -> None:
    """Fill the tables of the groups that begin at number `start`."""
    by_size: dict[int, list[_Leaf]] = defaultdict(list)
    for g, (tree, group) in enumerate(groups, start):
        for leaf in _lay_out(tables, g, tree, group):
            by_size[len(leaf.columns)].append(leaf)
    sums = np.zeros((tables.end_of(start + len(groups) - 1) - int(tables.first[start]), WIDTH))
    for leaves in by_size.values():
        vectors = leaf_shapley(np.array([leaf.value for leaf in leaves]), np.array([leaf.share for leaf in leaves]))
        for leaf, of_leaf in zip(leaves, vectors, strict=True):
            first = int(tables.first[leaf.group] - tables.first[start])
            sums[first : first + len(leaf.goes), leaf.columns] += of_leaf[leaf.goes]
    tables.table[tables.first[start] : tables.first[start] + len(sums)] = sums


def _lay_out(tables: Tables, g: int, tree: Tree, group: Group) -> Iterator[_Leaf]:
    """Enter what each bit and each column of a group means, and yield its leaves that depend on anything."""
    nodes = np.array(group.nodes)
    right = np.where(tree.missing_left[nodes], 0, tables.features)
    tables.source[g, : len(nodes)] = tree.feature[nodes] + right
    tables.limit[g, : len(nodes)] = tree.threshold[nodes]
    used = sorted({int(f) for f in tree.feature[nodes]})
    tables.target[g, : len(used)] = used
    tables.width[g] = len(used)
    column = {feature: i for i, feature in enumerate(used)}
    bit = {node: i for i, node in enumerate(group.nodes)}
    bits = _BITS[: 1 << len(nodes)]
    for leaf, path in group.leaves:
        features, goes, share = _conditions(tree, path, bit, bits)
        yield _Leaf(g, float(tree.threshold[leaf]), [column[f] for f in features], goes, share)


def _conditions(
    tree: Tree, path: Path, bit: dict[int, int], bits: NDArray[np.bool_]
) -> tuple[list[int], NDArray[np.int64], tuple[float, ...]]:
    """Gather a leaf's path by feature.

    Returns the features; for each bit pattern, a number whose bit i says whether all splits on feature i are
    satisfied; and for each feature the share of the training cover that satisfies them.
    """
    goes: dict[int, NDArray[np.bool_]] = {}
    share: dict[int, float] = {}
    for step in path:
        feature = int(tree.feature[step.node])
        taken = bits[:, bit[step.node]] == step.to_left
        goes[feature] = goes[feature] & taken if feature in goes else taken
        share[feature] = share.get(feature, 1.0) * step.share
    number = np.zeros(len(bits), np.int64)
    for i, satisfied in enumerate(goes.values()):
        number |= satisfied.astype(np.int64) << i
    return list(goes), number, tuple(share.values())


def _expectation(tree: Tree, group: Group) -> float:
    """Return what the group's leaves add to the mean over the training cover: shares multiplied along each path."""
    return sum(float(tree.threshold[leaf]) * math.prod(step.share for step in path) for leaf, path in group.leaves)
