"""How each feature divides a portfolio into segments: by its levels, its single values, or ranges. No I/O.

Every segmentation is fixed before a run, since afterwards no row is left to divide.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.baseline import Baseline, BaselineHistogram
from contract.encoding import code_masks
from contract.schema import Feature, FeatureSchema, FeatureType

MAX_SINGLE_VALUES = 15
"""A whole number with no more values than that, such as months of delay, is divided by value."""

QUANTILES = 5
"""Fifths of the training data: enough to see a slope, few enough to read."""


@dataclass(frozen=True)
class Segmentation:
    """One feature's segments: its levels or ranges in order, its codes, and the clients without a value."""

    feature: Feature
    cut_points: tuple[float, ...] = ()
    """Of a number: segment i holds the values from `cut_points[i - 1]` to under `cut_points[i]`, open at both ends."""
    one_value_each: bool = False
    """Whether each segment between cuts holds one whole number."""

    @property
    def size(self) -> int:
        """Number of positions."""
        return self.ordered + len(self.feature.named_codes) + 1

    @property
    def ordered(self) -> int:
        """Number of the levels or ranges, whose positions come first."""
        return len(self.feature.levels) if self.by_level else len(self.cut_points) + 1

    @property
    def by_level(self) -> bool:
        """Whether the segments have no order."""
        return self.feature.type is FeatureType.CATEGORICAL

    @property
    def missing(self) -> int:
        """Position of the clients without a value."""
        return self.size - 1

    def segment_indices(self, column: pa.Array) -> NDArray[np.intp]:
        """Return the segment of each value of the feature's column (float64, or string for a choice): n positions."""
        if self.by_level:
            levels = [level.value for level in self.feature.levels]
            found = pc.index_in(column, value_set=pa.array(levels, pa.string()))
            other = self.feature.other_level
            unknown = self.missing if other is None else levels.index(other)
            found = pc.if_else(column.is_null(), self.missing, pc.fill_null(found, unknown))
            return np.asarray(found, np.intp)
        values = column.to_numpy(zero_copy_only=False)
        positions = np.searchsorted(np.asarray(self.cut_points), values, side="right")
        for code, mask in code_masks(self.feature, values).items():
            positions[mask] = self.code_positions.get(code, self.missing)
        return np.where(np.isnan(values), self.missing, positions)

    @property
    def code_positions(self) -> dict[str, int]:
        """Position of each code that has words."""
        return {code: self.ordered + i for i, code in enumerate(self.feature.named_codes)}


def build_segmentations(schema: FeatureSchema, baseline: Baseline) -> dict[str, Segmentation]:
    """Return a segmentation for each feature that can be divided, by name, in the schema's order."""
    found = {feature.name: _divide(feature, baseline.features.get(feature.name)) for feature in schema}
    return {name: segmentation for name, segmentation in found.items() if segmentation is not None}


def _divide(feature: Feature, histogram: BaselineHistogram | None) -> Segmentation | None:
    if feature.type is FeatureType.CATEGORICAL:
        return Segmentation(feature)
    if histogram is None or len(histogram.edges) < 3:
        return None
    inner = tuple(histogram.edges[1:-1])
    whole = feature.type is FeatureType.INTEGER and histogram.has_integer_bins
    if whole and len(inner) < MAX_SINGLE_VALUES:
        return Segmentation(feature, inner, one_value_each=True)
    cuts = _quantiles(histogram)
    return Segmentation(feature, cuts) if cuts else None


def _quantiles(histogram: BaselineHistogram) -> tuple[float, ...]:
    """Return the edges that cut the training data most nearly into QUANTILES equal parts, each once."""
    below = np.cumsum(histogram.counts)[:-1]
    if not below[-1]:
        return ()
    wanted = np.arange(1, QUANTILES) / QUANTILES * sum(histogram.counts)
    nearest = np.abs(below[:, None] - wanted[None, :]).argmin(axis=0)
    return tuple(sorted({float(histogram.edges[i + 1]) for i in nearest}))
