"""Names of a portfolio's segments. No I/O."""

import math
from collections.abc import Sequence

from contract.schema import FeatureSchema, FeatureType
from presentation.locale import Locale
from producers.portfolio.segmentation import Segmentation


def segment_bounds(segmentation: Segmentation, first: int, last: int) -> tuple[float | None, float | None]:
    """Return the least and the greatest value of the segments from `first` to `last`; None where they are open.

    Of a whole number both are included; of any other number the greatest is not.
    """
    low = segmentation.cut_points[first - 1] if first > 0 else None
    high = segmentation.cut_points[last] if last < len(segmentation.cut_points) else None
    if segmentation.feature.type is not FeatureType.INTEGER:
        return low, high
    return None if low is None else math.ceil(low), None if high is None else math.ceil(high) - 1


NAMES = 3
"""Joined segments that are named one by one; more of them are counted."""


def segment_label(segmentation: Segmentation, positions: Sequence[int], schema: FeatureSchema, locale: Locale) -> str:
    """Return the name of a segment, or of several that were joined."""
    known = [position for position in positions if position < segmentation.ordered]
    names = []
    if known and (segmentation.by_level or segmentation.one_value_each):
        names = [_name(segmentation, position, schema, locale) for position in known]
    elif known:
        names = [_range(segmentation, known[0], known[-1], schema, locale)]
    feature = segmentation.feature
    names += [locale.value(feature, float(c), schema) for c, i in segmentation.code_positions.items() if i in positions]
    if segmentation.missing in positions:
        names.append(locale.text("client.missing"))
    if len(names) > NAMES:
        names = [*names[: NAMES - 1], f"+ {len(names) - NAMES + 1}"]
    return ", ".join(names)


def _name(segmentation: Segmentation, position: int, schema: FeatureSchema, locale: Locale) -> str:
    feature = segmentation.feature
    if segmentation.by_level:
        return feature.levels[position].label[locale.language]
    value = segmentation.cut_points[0] - 0.5 if position == 0 else segmentation.cut_points[position - 1] + 0.5
    return locale.value(feature, value, schema)


def _range(segmentation: Segmentation, first: int, last: int, schema: FeatureSchema, locale: Locale) -> str:
    low, high = segment_bounds(segmentation, first, last)
    feature = segmentation.feature
    if low is None and high is None:
        return locale.text("find.any")
    if high is None:
        return locale.text("find.at_least", low=locale.quantity(feature, low or 0, schema))
    top = locale.quantity(feature, high, schema)
    if low is None:
        key = "find.at_most" if feature.type is FeatureType.INTEGER else "portfolio.under"
        return locale.text(key, high=top)
    return locale.text("portfolio.from_to", low=locale.quantity(feature, low, schema), high=top)
