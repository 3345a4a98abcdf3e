"""Cutting trees into groups of leaves that share at most eight split nodes."""

from collections.abc import Iterator
from dataclasses import dataclass

from scorer.errors import TableCompilationError
from scorer.shap_tables.trees import Tree

GROUP_BITS = 8
"""Split nodes of a group. 256 patterns are 8 KB a table: it stays in a core's first-level cache while rows pass."""


@dataclass(frozen=True)
class PathStep:
    """One split on the way from the root to a leaf."""

    node: int
    goes_left: bool
    cover_fraction: float
    """Part of the node's training cover that went this way."""


LeafPath = tuple[PathStep, ...]


@dataclass(frozen=True)
class LeafGroup:
    """Leaves with their paths, and every split node those paths use, root first."""

    nodes: tuple[int, ...]
    leaves: tuple[tuple[int, LeafPath], ...]


def split_into_groups(tree: Tree) -> Iterator[LeafGroup]:
    """Yield the tree's groups; together they hold every leaf once.

    Raises TableCompilationError when a path is too long.
    """
    inner = _inner_nodes_below(tree)
    pending: list[tuple[int, LeafPath]] = [(0, ())]
    while pending:
        node, path = pending.pop()
        if len(path) > GROUP_BITS:
            raise TableCompilationError(f"a path has more than {GROUP_BITS} splits")
        if len(path) + inner[node] <= GROUP_BITS:
            nodes = (*(step.node for step in path), *_splits(tree, node))
            yield LeafGroup(nodes, tuple(_leaves(tree, node, path)))
        else:
            pending.extend(_children(tree, node, path))


def _children(tree: Tree, node: int, path: LeafPath) -> list[tuple[int, LeafPath]]:
    left, right = int(tree.left[node]), int(tree.right[node])
    return [
        (right, (*path, PathStep(node, False, tree.cover_fraction(node, right)))),
        (left, (*path, PathStep(node, True, tree.cover_fraction(node, left)))),
    ]


def _inner_nodes_below(tree: Tree) -> dict[int, int]:
    """Return, for each node, how many splits its subtree has."""
    order = [0]
    for node in order:
        if not tree.is_leaf(node):
            order += [int(tree.left[node]), int(tree.right[node])]
    count: dict[int, int] = {}
    for node in reversed(order):
        leaf = tree.is_leaf(node)
        count[node] = 0 if leaf else 1 + count[int(tree.left[node])] + count[int(tree.right[node])]
    return count


def _splits(tree: Tree, root: int) -> Iterator[int]:
    pending = [root]
    while pending:
        node = pending.pop()
        if not tree.is_leaf(node):
            yield node
            pending += [int(tree.right[node]), int(tree.left[node])]


def _leaves(tree: Tree, root: int, path: LeafPath) -> Iterator[tuple[int, LeafPath]]:
    pending = [(root, path)]
    while pending:
        node, steps = pending.pop()
        if tree.is_leaf(node):
            yield node, steps
        else:
            pending.extend(_children(tree, node, steps))
