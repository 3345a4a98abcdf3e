"""Values by language tag. Superseded by `Locale.value`."""

from contract.schema import Feature, FeatureSchema, Language
from presentation.languages import LANGUAGES


def value_text(feature: Feature, raw: float | str | None, schema: FeatureSchema, language: Language) -> str:
    """Return a client's value in words; a missing one, too."""
    return LANGUAGES.locale(language).value(feature, raw, schema)


def duration_text(seconds: float, language: Language) -> str:
    """See Locale.duration."""
    return LANGUAGES.locale(language).duration(seconds)


def distinct_percentages(probability: float, threshold: float, language: Language) -> tuple[str, str]:
    """See Locale.distinct_percentages."""
    return LANGUAGES.locale(language).distinct_percentages(probability, threshold)
