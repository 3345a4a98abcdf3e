"""Segments and times in words. No I/O."""

import math
from collections.abc import Sequence

from contract.schema import FeatureSchema, FeatureType, Language
from presentation import formats
from presentation.wording import say
from reporting.pages.portfolio.divisions import Division, bounds

NAMES = 3
"""Joined segments that are named one by one; more of them are counted."""


def segment_label(division: Division, positions: Sequence[int], schema: FeatureSchema, language: Language) -> str:
    """Return the name of a segment, or of several that were joined."""
    known = [position for position in positions if position != division.missing]
    names = []
    if known and (division.by_level or division.single):
        names = [_name(division, position, schema, language) for position in known]
    elif known:
        names = [_range(division, known[0], known[-1], schema, language)]
    if division.missing in positions:
        names.append(say(language, "client.missing"))
    if len(names) > NAMES:
        names = [*names[: NAMES - 1], f"+ {len(names) - NAMES + 1}"]
    return ", ".join(names)


def _name(division: Division, position: int, schema: FeatureSchema, language: Language) -> str:
    feature = division.feature
    if division.by_level:
        return feature.levels[position].label[language]
    value = division.cuts[0] - 0.5 if position == 0 else division.cuts[position - 1] + 0.5
    return formats.value(feature, value, schema, language)


def _range(division: Division, first: int, last: int, schema: FeatureSchema, language: Language) -> str:
    low, high = bounds(division, first, last)
    feature = division.feature
    if low is None and high is None:
        return say(language, "find.any")
    if high is None:
        return say(language, "find.at_least", low=formats.quantity(feature, low or 0, schema, language))
    top = formats.quantity(feature, high, schema, language)
    if low is None:
        key = "find.at_most" if feature.type is FeatureType.INTEGER else "portfolio.under"
        return say(language, key, high=top)
    return say(language, "portfolio.from_to", low=formats.quantity(feature, low, schema, language), high=top)


def duration(seconds: float, language: Language) -> str:
    """Return a duration, rounded up to whole seconds, or minutes from two minutes on."""
    if seconds <= 120:
        return say(language, "portfolio.seconds", seconds=max(1, math.ceil(seconds)))
    return say(language, "portfolio.minutes", minutes=math.ceil(seconds / 60))
