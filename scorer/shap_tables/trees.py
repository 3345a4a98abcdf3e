"""The one form of a tree model: readers of model files produce it, tables are compiled from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

LARGEST = np.finfo(np.float32).max


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
    """What a leaf adds, in log-odds."""
    categories: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """For each split on categories, those that go left. Its threshold has no meaning. Unknown ones go right."""

    def is_leaf(self, node: int) -> bool:
        """Tell whether the node is a leaf."""
        return bool(self.left[node] < 0)

    @cached_property
    def limit(self) -> NDArray[np.float32]:
        """For each node the float32 number that exactly the float32 values that go left are below.

        Rows are float32, thresholds may be float64. Between two neighbouring float32 numbers lies no value of a row,
        so `value < threshold` is `value < limit` with the smallest float32 number that is not below the threshold,
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
    """A whole model: the sum of its trees, from a bias in log-odds."""

    trees: tuple[Tree, ...]
    features: int
    bias: float
