"""Letters about the two shipped data sets, as long as they can get."""

import msgspec

from contract.baseline import Baseline, BaselineHistogram
from contract.messages import Scored
from contract.schema import Feature, FeatureSchema, Language
from presentation.languages import LANGUAGES
from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureChange
from reporting.pages.client.tools.letter import ClientLetter, Sender, compose_letter
from tests.unit.reporting.samples import scored

SENDER = Sender(
    "Banque de l’Exemple & Cie",
    "service Crédit, 1 rue de l’Exemple, 75000 Paris – 01 23 45 67 89 – 12\u202f€",
    sources="vos comptes et vos cartes chez nous, votre demande, le fichier des incidents de remboursement (FICP)",
    complaints="Médiateur de la Banque de l’Exemple, 1 rue de l’Exemple, 75000 Paris",
)


def scored_on(schema: FeatureSchema, probability: float = 0.25) -> Scored:
    """A score for which every feature is a reason, both ways: the longest sentences first."""
    values, french = values_on(schema), LANGUAGES.locale("fr")
    features = sorted(schema.model_features, key=lambda f: -len(french.reason(f, "raises", schema, values)))
    names = [feature.name for feature in features]
    reasons = tuple(f"{name}:{direction}" for name in names for direction in ("raises", "lowers"))
    base = scored(probability, [])
    return msgspec.structs.replace(base, client_ref="3f" * 16, reasons=reasons)


def values_on(schema: FeatureSchema) -> dict[str, float | str | None]:
    """The value of each feature that is longest in words."""
    locale = LANGUAGES.locale("fr")

    def longest(feature: Feature) -> float | str | None:
        values: list[float | str] = [level.value for level in feature.levels]
        values = values or [*feature.bounds, *map(float, feature.value_labels)]
        return max(values, key=lambda value: len(locale.value(feature, value, schema)))

    return {feature.name: longest(feature) for feature in schema}


def baseline_on(schema: FeatureSchema) -> Baseline:
    """A population in which each reason of a monotone feature is compared: most clients at the other bound."""
    histograms = {}
    for feature in schema:
        if not feature.levels:
            low, high = feature.bounds
            edges = [low - 1, low + 1, high - 1, high + 1]
            histograms[feature.name] = BaselineHistogram(counts=[40, 20, 40], edges=edges)
    return Baseline(30_000, histograms, BaselineHistogram(counts=[30_000], edges=[0, 1]))


def proposal_on(schema: FeatureSchema) -> Counterfactual:
    """Three changes, of the features with the longest labels."""
    chosen = sorted(schema.model_features, key=lambda feature: -len(feature.label["fr"]))[:3]
    return Counterfactual(tuple(FeatureChange(feature.name, *_two_values(feature)) for feature in chosen), 0.1934, 0.3)


def letter_on(schema: FeatureSchema, language: Language, probability: float = 0.25) -> ClientLetter:
    """The longest letter there can be."""
    locale, result = LANGUAGES.locale(language), scored_on(schema, probability)
    return compose_letter(result, schema, baseline_on(schema), values_on(schema), proposal_on(schema), SENDER, locale)


def _two_values(feature: Feature) -> tuple[float | str, float | str]:
    if feature.levels:
        return feature.levels[0].value, feature.levels[-1].value
    return feature.minimum or 0, feature.maximum or 0
