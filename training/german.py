"""Statlog German Credit (Hofmann 1994): 1,000 applicants, 300 of them bad; a second bank with other features."""

from typing import Literal

import numpy as np

from contract.schema import Advice, Feature, FeatureSchema, FeatureType, Level, Text
from training.dataset import Dataset, DatasetInfo
from training.shipped import read_shipped, schema_columns

FILE = "german_credit.csv.gz"
SHA256 = "23d46f4c302d4bc43f09573a7bb4c0caa4d65efa6d4b433a74d679698566beed"
"""Of the CSV inside the archive."""
TARGET, BAD = "creditability", "bad"

INFO = DatasetInfo(
    title="Statlog German Credit Data (UCI Machine Learning Repository)",
    population="1,000 applicants of a German bank, about 1974; amounts in DM. A default is an applicant whom the bank "
    "recorded as a bad risk; bad ones were drawn more often than they occur (300 of 1,000).",
    licence="CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)",
    citation="Hofmann, H. (1994). Statlog (German Credit Data). UCI Machine Learning Repository. "
    "https://doi.org/10.24432/C5NC77",
    plausible_auc=0.84,
)


def load_german() -> Dataset:
    """Return the data set. Raises DataError when the shipped file was altered."""
    raw = read_shipped(FILE, SHA256)
    schema = german_schema()
    return Dataset(
        schema=schema,
        frame=schema_columns(raw, schema),
        target=(raw[TARGET] == BAD).to_numpy(np.int8),
        customer_numbers=[f"G{number:04d}" for number in range(1, len(raw) + 1)],
        info=INFO,
    )


NAME = "german-credit"
CURRENCY = "DM"

_CREDIT = Text(fr="Crédit demandé", en="Credit asked for")
_MEANS = Text(fr="Ressources et garanties", en="Means and guarantees")
_HISTORY = Text(fr="Historique de crédit", en="Credit history")
_SITUATION = Text(fr="Situation", en="Circumstances")
_PERSON = Text(fr="Personne", en="Person")

_ACCOUNT = {
    "none": Text("Pas de compte courant", "No checking account"),
    "overdrawn": Text("À découvert", "Overdrawn"),
    "below_200": Text("Moins de 200 DM", "Below 200 DM"),
    "from_200": Text("200 DM et plus, ou salaire domicilié", "200 DM and more, or salary paid in"),
}
_CREDITS = {
    "none_taken": Text("Aucun crédit, ou tous remboursés", "No credit taken, or all paid back"),
    "all_paid_here": Text("Tous remboursés dans cette banque", "All paid back at this bank"),
    "paid_so_far": Text("Crédits en cours, à jour", "Existing credits paid so far"),
    "past_delay": Text("Retards par le passé", "Delays in the past"),
    "critical": Text("Compte critique, ou crédits ailleurs", "Critical account, or credits elsewhere"),
}
_PURPOSE = {
    "car_new": Text("Voiture neuve", "New car"),
    "car_used": Text("Voiture d’occasion", "Used car"),
    "furniture": Text("Mobilier", "Furniture"),
    "radio_tv": Text("Radio, télévision", "Radio, television"),
    "appliances": Text("Électroménager", "Domestic appliances"),
    "repairs": Text("Réparations", "Repairs"),
    "education": Text("Études", "Education"),
    "retraining": Text("Reconversion", "Retraining"),
    "business": Text("Activité professionnelle", "Business"),
    "other": Text("Autre", "Other"),
}
_SAVINGS = {
    "unknown": Text("Pas d’épargne connue", "No known savings"),
    "below_100": Text("Moins de 100 DM", "Below 100 DM"),
    "100_to_500": Text("De 100 à 500 DM", "100 to 500 DM"),
    "500_to_1000": Text("De 500 à 1 000 DM", "500 to 1,000 DM"),
    "from_1000": Text("1 000 DM et plus", "1,000 DM and more"),
}
_EMPLOYMENT = {
    "unemployed": Text("Sans emploi", "Unemployed"),
    "below_1": Text("Moins d’un an", "Less than a year"),
    "1_to_4": Text("De 1 à 4 ans", "1 to 4 years"),
    "4_to_7": Text("De 4 à 7 ans", "4 to 7 years"),
    "from_7": Text("7 ans et plus", "7 years and more"),
}
_STATUS = {
    "man_single": Text("Homme célibataire", "Single man"),
    "man_married": Text("Homme marié ou veuf", "Married or widowed man"),
    "man_divorced": Text("Homme divorcé ou séparé", "Divorced or separated man"),
    "woman": Text("Femme divorcée, séparée ou mariée", "Divorced, separated or married woman"),
}
_GUARANTORS = {
    "none": Text("Aucun", "None"),
    "co_applicant": Text("Co-emprunteur", "Co-applicant"),
    "guarantor": Text("Garant", "Guarantor"),
}
_PROPERTY = {
    "real_estate": Text("Immobilier", "Real estate"),
    "savings_plan": Text("Épargne logement ou assurance-vie", "Building savings or life insurance"),
    "car": Text("Voiture ou autre bien", "Car or other property"),
    "unknown": Text("Aucun bien connu", "No known property"),
}
_PLANS = {
    "none": Text("Aucune", "None"),
    "bank": Text("Autre banque", "Another bank"),
    "stores": Text("Magasins", "Stores"),
}
_HOUSING = {
    "own": Text("Propriétaire", "Owner"),
    "rent": Text("Locataire", "Tenant"),
    "free": Text("Logé gratuitement", "Housed free of charge"),
}
_JOB = {
    "unskilled_abroad": Text("Sans qualification, non-résident", "Unskilled, non-resident"),
    "unskilled": Text("Sans qualification, résident", "Unskilled, resident"),
    "skilled": Text("Employé qualifié ou fonctionnaire", "Skilled employee or official"),
    "management": Text("Cadre ou indépendant", "Manager or self-employed"),
}
_LESS, _MORE = Advice(-1), Advice(1)
"""Less credit, for a shorter time, beside fewer other plans; more savings, more guarantees. Never the reverse."""

_YES_NO = {"yes": Text("Oui", "Yes"), "no": Text("Non", "No")}


def german_schema() -> FeatureSchema:
    """Return the schema. Marital status and sex, age, dependants and origin are sensitive: not in the model."""
    return FeatureSchema(
        name=NAME,
        currency=CURRENCY,
        features=(
            _choice("checking_account", Text("Compte courant", "Checking account"), _MEANS, _ACCOUNT),
            _whole("duration", Text("Durée", "Duration"), _CREDIT, (1, 120), "months", monotone=1, advice=_LESS),
            _choice("credit_history", Text("Crédits antérieurs", "Earlier credits"), _HISTORY, _CREDITS),
            _choice("purpose", Text("Objet du crédit", "Purpose"), _CREDIT, _PURPOSE),
            _whole("amount", Text("Montant", "Amount"), _CREDIT, (100, 50_000), CURRENCY, advice=_LESS),
            _choice("savings", Text("Épargne", "Savings"), _MEANS, _SAVINGS, advice=_MORE),
            _choice(
                "employment_since", Text("Ancienneté dans l’emploi", "Time in present job"), _SITUATION, _EMPLOYMENT
            ),
            _whole(
                "installment_rate",
                Text("Part du revenu remboursée (code)", "Share of income repaid (code)"),
                _CREDIT,
                (1, 4),
            ),
            _choice(
                "status_and_sex", Text("État civil et sexe", "Marital status and sex"), _PERSON, _STATUS, sensitive=True
            ),
            _choice("guarantors", Text("Garants", "Guarantors"), _MEANS, _GUARANTORS, advice=_MORE),
            _whole(
                "residence_since",
                Text("Ancienneté dans le logement (code)", "Time at present address (code)"),
                _SITUATION,
                (1, 4),
            ),
            _choice("property", Text("Patrimoine", "Property"), _MEANS, _PROPERTY),
            _whole("age", Text("Âge", "Age"), _PERSON, (18, 100), "years", sensitive=True),
            _choice(
                "other_plans",
                Text("Autres échéances en cours", "Other instalment plans"),
                _HISTORY,
                _PLANS,
                advice=_LESS,
            ),
            _choice("housing", Text("Logement", "Housing"), _SITUATION, _HOUSING),
            _whole("existing_credits", Text("Crédits dans cette banque", "Credits at this bank"), _HISTORY, (1, 20)),
            _choice("job", Text("Emploi", "Job"), _SITUATION, _JOB),
            _whole("dependants", Text("Personnes à charge", "Dependants"), _PERSON, (0, 20), sensitive=True),
            _choice("telephone", Text("Téléphone enregistré", "Registered telephone"), _SITUATION, _YES_NO),
            _choice("foreign_worker", Text("Travailleur étranger", "Foreign worker"), _PERSON, _YES_NO, sensitive=True),
        ),
    )


def _choice(
    name: str,
    label: Text,
    group: Text,
    levels: dict[str, Text],
    *,
    advice: Advice | None = None,
    sensitive: bool = False,
) -> Feature:
    return Feature(
        name=name,
        type=FeatureType.CHOICE,
        label=label,
        group=group,
        levels=tuple(Level(value, words) for value, words in levels.items()),
        actionable=advice is not None,
        advice=advice,
        sensitive=sensitive,
        in_model=not sensitive,
    )


def _whole(
    name: str,
    label: Text,
    group: Text,
    bounds: tuple[float, float],
    unit: str | None = None,
    *,
    monotone: Literal[0, 1] = 0,
    advice: Advice | None = None,
    sensitive: bool = False,
) -> Feature:
    return Feature(
        name=name,
        type=FeatureType.INTEGER,
        label=label,
        group=group,
        unit=unit,
        minimum=bounds[0],
        maximum=bounds[1],
        monotone=monotone,
        actionable=advice is not None,
        advice=advice,
        sensitive=sensitive,
        in_model=not sensitive,
    )
