"""A client's value in words, missing ones too. No I/O."""

import math

from contract.schema import Feature, FeatureSchema, Language
from presentation import formats
from presentation.wording import say


def value_text(feature: Feature, raw: float | str | None, schema: FeatureSchema, language: Language) -> str:
    """Return a value with its unit, a level's label, or that nothing was provided."""
    return say(language, "client.missing") if raw is None else formats.value(feature, raw, schema, language)


def duration_text(seconds: float, language: Language) -> str:
    """Return a duration, rounded up to whole seconds, or minutes from two minutes on."""
    if seconds <= 120:
        return say(language, "portfolio.seconds", seconds=max(1, math.ceil(seconds)))
    return say(language, "portfolio.minutes", minutes=math.ceil(seconds / 60))


_MAX_DECIMALS = 4
"""Of a percentage: where one decimal would make a PD just below the threshold look the same as the threshold."""


def distinct_percentages(probability: float, threshold: float, language: Language) -> tuple[str, str]:
    """Return both as percentages, with as many decimals as they need to look different."""
    for decimals in range(1, _MAX_DECIMALS + 1):
        texts = tuple(formats.percent(share, language, decimals) for share in (probability, threshold))
        if texts[0] != texts[1]:
            break
    return texts[0], texts[1]
