"""A client's value in words, missing ones too. No I/O."""

from contract.schema import Feature, FeatureSchema, Language
from presentation import formats
from presentation.wording import say


def value_text(feature: Feature, raw: float | str | None, schema: FeatureSchema, language: Language) -> str:
    """Return a value with its unit, a level's label, or that nothing was provided."""
    return say(language, "client.missing") if raw is None else formats.value(feature, raw, schema, language)
