"""What shapes the trees of a model."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """What shapes the trees."""

    trees: int = 300
    """Rounds of boosting; each adds `trees_per_round` trees."""
    depth: int = 4
    learning_rate: float = 0.05
    trees_per_round: int = 1
    """More than one: the mean of several trees on other rows and columns, which is less noisy than one."""
    min_child_weight: float = 5
    """Least sum of p (1 - p) over the rows of a leaf."""
    row_share: float = 0.8
    """Part of the rows that each tree is grown on."""
    column_share: float = 0.8
    """Part of the features that each tree may use."""
    split_column_share: float = 1.0
    """Part of those that each split may use."""
    l2: float = 1.0
    """Penalty on the squares of the leaves' values."""
    native_categories: bool = False
    """Whether splits divide the levels of a choice freely, and not by their order in the schema."""
    directions: tuple[tuple[str, Literal[-1, 1]], ...] = ()
    """Monotone directions of features that have none in the schema. The schema's own always hold."""
    seed: int = 42
