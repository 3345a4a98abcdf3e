"""From trees to lookup tables."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scorer.errors import TableCompilationError
from scorer.shap_tables.leaf_groups import GROUP_BITS, LeafGroup, LeafPath, split_into_groups
from scorer.shap_tables.ranks import Ranks, no_ranks, rank_limits
from scorer.shap_tables.shapley import leaf_shapley
from scorer.shap_tables.trees import Precision, Tree, TreeEnsemble

MEMORY_BUDGET = 64 * 1024 * 1024
"""Tables of one worker at most, in bytes: above it they no longer fit the processor's caches, nor a small container."""

GROUPS_PER_BATCH = 256
"""Groups whose leaves are worked out together: enough to spread the cost of array operations, 40 MB at most."""

_BITS = ((np.arange(1 << GROUP_BITS)[:, None] >> np.arange(GROUP_BITS)) & 1).astype(bool)


@dataclass(frozen=True)
class ShapTables:
    """A compiled model.

    G groups, each of GROUP_BITS bits; a bit that is not used has the limit -inf and is never set.
    """

    input_index: NDArray[np.int32]
    """(G, GROUP_BITS) which value a bit looks at: the feature, the feature + k where a missing value goes right, or
    2k + the number of a split on categories."""
    threshold: NDArray[np.float32]
    """(G, GROUP_BITS) the bit is set when the value is below."""
    output_index: NDArray[np.int32]
    """(G, GROUP_BITS) which features the group's vectors add to."""
    n_outputs: NDArray[np.int32]
    """(G,) how many of them."""
    offset: NDArray[np.int64]
    """(G,) where the group's vectors begin in `vectors`; pattern p's is p further on."""
    vectors: NDArray[np.float32]
    """(vectors, GROUP_BITS) SHAP vectors on the ensemble's scale."""
    category_feature: NDArray[np.int32]
    """(C,) the feature of each distinct split on categories."""
    category_left: NDArray[np.bool_]
    """(C, categories) which categories go left at it; those beyond the last column go right."""
    missing_left: NDArray[np.bool_]
    """(C,) whether a missing value goes left at it."""
    ranks: Ranks
    """What turns values into the numbers that thresholds are compared with."""
    bias: float
    """The model's expectation."""
    features: int

    @property
    def nbytes(self) -> int:
        """Memory of the arrays in bytes."""
        arrays = (*vars(self).values(), *vars(self.ranks).values())
        return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))

    def end_of(self, group: int) -> int:
        """Return where the group's vectors end in `vectors`."""
        return int(self.offset[group + 1]) if group + 1 < len(self.offset) else len(self.vectors)


def compile_tables(ensemble: TreeEnsemble) -> ShapTables:
    """Compile a model.

    Raises TableCompilationError when it would need more than MEMORY_BUDGET or has too long paths.
    """
    everything = [(tree, group) for tree in ensemble.trees for group in split_into_groups(tree)]
    groups = [(tree, group) for tree, group in everything if group.nodes]  # a tree of one leaf has no split
    last = np.cumsum([1 << len(group.nodes) for _, group in groups], dtype=np.int64)
    vectors = int(last[-1]) if groups else 0
    splits = list(dict.fromkeys(_CategorySplit.of(tree, node) for tree in ensemble.trees for node in tree.categories))
    known = max((category + 1 for split in splits for category in split.categories), default=0)
    needed = vectors * GROUP_BITS * 4 + len(splits) * known
    if needed > MEMORY_BUDGET:
        raise TableCompilationError(f"the tables would need {needed >> 20} MB, the budget is {MEMORY_BUDGET >> 20} MB")
    tables = ShapTables(
        input_index=np.zeros((len(groups), GROUP_BITS), np.int32),
        threshold=np.full((len(groups), GROUP_BITS), -np.inf, np.float32),
        output_index=np.zeros((len(groups), GROUP_BITS), np.int32),
        n_outputs=np.zeros(len(groups), np.int32),
        offset=np.concatenate([[0], last[:-1]]).astype(np.int64) if groups else last,
        vectors=np.zeros((vectors, GROUP_BITS), np.float32),
        category_feature=np.array([split.feature for split in splits], np.int32),
        category_left=np.zeros((len(splits), known), bool),
        missing_left=np.array([split.missing_left for split in splits], bool),
        ranks=rank_limits(ensemble) if ensemble.precision is Precision.FLOAT64 else no_ranks(ensemble.features),
        bias=ensemble.bias + sum(_expectation(tree, group) for tree, group in everything),
        features=ensemble.features,
    )
    for i, split in enumerate(splits):
        tables.category_left[i, list(split.categories)] = True
    split_number = {split: i for i, split in enumerate(splits)}
    for start in range(0, len(groups), GROUPS_PER_BATCH):
        _fill_vectors(tables, start, groups[start : start + GROUPS_PER_BATCH], split_number)
    return tables


class _CategorySplit(NamedTuple):
    """A split on categories; the trees of a model repeat many of them."""

    feature: int
    categories: frozenset[int]
    missing_left: bool

    @classmethod
    def of(cls, tree: Tree, node: int) -> "_CategorySplit":
        return cls(int(tree.feature[node]), tree.categories[node], bool(tree.default_left[node]))


@dataclass(frozen=True)
class _Leaf:
    """A leaf as its group's table sees it."""

    group: int
    value: float
    columns: list[int]
    """Where its k features stand in the group's vectors."""
    satisfied_by_pattern: NDArray[np.int64]
    """Bit pattern of the group → a number whose bit i says whether all splits on its feature i are satisfied."""
    cover_fraction: tuple[float, ...]
    """For each feature the part of the training cover that satisfies them."""


def _fill_vectors(
    tables: ShapTables,
    start: int,
    groups: Sequence[tuple[Tree, LeafGroup]],
    split_number: Mapping[_CategorySplit, int],
) -> None:
    """Fill the tables of the groups that begin at number `start`."""
    by_size: dict[int, list[_Leaf]] = defaultdict(list)
    for g, (tree, group) in enumerate(groups, start):
        for leaf in _lay_out_group(tables, g, tree, group, split_number):
            by_size[len(leaf.columns)].append(leaf)
    sums = np.zeros((tables.end_of(start + len(groups) - 1) - int(tables.offset[start]), GROUP_BITS))
    for leaves in by_size.values():
        vectors = leaf_shapley(
            np.array([leaf.value for leaf in leaves]), np.array([leaf.cover_fraction for leaf in leaves])
        )
        for leaf, of_leaf in zip(leaves, vectors, strict=True):
            first = int(tables.offset[leaf.group] - tables.offset[start])
            sums[first : first + len(leaf.satisfied_by_pattern), leaf.columns] += of_leaf[leaf.satisfied_by_pattern]
    tables.vectors[tables.offset[start] : tables.offset[start] + len(sums)] = sums


def _lay_out_group(
    tables: ShapTables, g: int, tree: Tree, group: LeafGroup, split_number: Mapping[_CategorySplit, int]
) -> Iterator[_Leaf]:
    """Enter what each bit and each column of a group means, and yield its leaves that depend on anything."""
    nodes = np.array(group.nodes)
    right = np.where(tree.default_left[nodes], 0, tables.features)
    tables.input_index[g, : len(nodes)] = tree.feature[nodes] + right
    limits = tree.float32_limit[nodes]
    if tables.ranks.double:
        limits = tables.ranks.threshold(tree.feature[nodes], tree.limit[nodes])
    tables.threshold[g, : len(nodes)] = limits
    for i, node in enumerate(group.nodes):
        if node in tree.categories:
            tables.input_index[g, i] = 2 * tables.features + split_number[_CategorySplit.of(tree, node)]
            tables.threshold[g, i] = 0.0  # between LEFT and RIGHT of the kernel
    used = sorted({int(f) for f in tree.feature[nodes]})
    tables.output_index[g, : len(used)] = used
    tables.n_outputs[g] = len(used)
    column = {feature: i for i, feature in enumerate(used)}
    bit = {node: i for i, node in enumerate(group.nodes)}
    bits = _BITS[: 1 << len(nodes)]
    for leaf, path in group.leaves:
        features, satisfied_by_pattern, share = _conditions(tree, path, bit, bits)
        yield _Leaf(g, float(tree.value[leaf]), [column[f] for f in features], satisfied_by_pattern, share)


def _conditions(
    tree: Tree, path: LeafPath, bit: dict[int, int], bits: NDArray[np.bool_]
) -> tuple[list[int], NDArray[np.int64], tuple[float, ...]]:
    """Gather a leaf's path by feature.

    Returns the features; for each bit pattern, a number whose bit i says whether all splits on feature i are
    satisfied; and for each feature the share of the training cover that satisfies them.
    """
    satisfied_by_pattern: dict[int, NDArray[np.bool_]] = {}
    share: dict[int, float] = {}
    for step in path:
        feature = int(tree.feature[step.node])
        taken = bits[:, bit[step.node]] == step.goes_left
        satisfied_by_pattern[feature] = (
            satisfied_by_pattern[feature] & taken if feature in satisfied_by_pattern else taken
        )
        share[feature] = share.get(feature, 1.0) * step.cover_fraction
    number = np.zeros(len(bits), np.int64)
    for i, satisfied in enumerate(satisfied_by_pattern.values()):
        number |= satisfied.astype(np.int64) << i
    return list(satisfied_by_pattern), number, tuple(share.values())


def _expectation(tree: Tree, group: LeafGroup) -> float:
    """Return what the group's leaves add to the mean over the training cover: shares multiplied along each path."""
    return sum(float(tree.value[leaf]) * math.prod(step.cover_fraction for step in path) for leaf, path in group.leaves)
