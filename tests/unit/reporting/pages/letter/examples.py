"""Letters about the two shipped data sets, as long as they can get."""

import msgspec

from contract.messages import Scored
from contract.schema import Feature, FeatureSchema, Language
from presentation.languages import LANGUAGES
from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureChange
from reporting.pages.client.tools.letter import ClientLetter, Sender, compose_letter
from tests.unit.reporting.samples import scored

SENDER = Sender(
    "Banque de l’Exemple & Cie", "service Crédit, 1 rue de l’Exemple, 75000 Paris – 01 23 45 67 89 – 12\u202f€"
)


def scored_on(schema: FeatureSchema, probability: float = 0.25) -> Scored:
    """A score for which every feature is a reason, both ways: the longest sentences first."""
    names = sorted(
        schema.model_feature_names, key=lambda name: -len(LANGUAGES.locale("fr").reason(schema[name], "raises", schema))
    )
    reasons = tuple(f"{name}:{direction}" for name in names for direction in ("raises", "lowers"))
    base = scored(probability, [])
    return msgspec.structs.replace(base, client_ref="3f" * 16, reasons=reasons)


def proposal_on(schema: FeatureSchema) -> Counterfactual:
    """Three changes, of the features with the longest labels."""
    chosen = sorted(schema.model_features, key=lambda feature: -len(feature.label["fr"]))[:3]
    return Counterfactual(tuple(FeatureChange(feature.name, *_two_values(feature)) for feature in chosen), 0.1934, 0.3)


def letter_on(schema: FeatureSchema, language: Language, probability: float = 0.25) -> ClientLetter:
    """The longest letter there can be."""
    locale = LANGUAGES.locale(language)
    return compose_letter(scored_on(schema, probability), schema, proposal_on(schema), SENDER, locale)


def _two_values(feature: Feature) -> tuple[float | str, float | str]:
    if feature.levels:
        return feature.levels[0].value, feature.levels[-1].value
    return feature.minimum or 0, feature.maximum or 0
