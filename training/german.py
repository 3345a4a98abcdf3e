"""Statlog German Credit (Hofmann 1994): 1,000 applicants, 300 of them bad; a second bank with other features."""

from typing import Literal

import numpy as np

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText, RecourseConstraint
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


# The feature schema: the 20 published columns, in published order, under short names. The sentences say only which fact
# moved the estimate and in which direction, as those of the UCI card data do.

NAME = "german-credit"
CURRENCY = "DM"

_CREDIT = LocalizedText(fr="Crédit demandé", en="Loan requested")
_MEANS = LocalizedText(fr="Ressources et garanties", en="Means and guarantees")
_HISTORY = LocalizedText(fr="Historique de crédit", en="Credit history")
_SITUATION = LocalizedText(fr="Situation", en="Circumstances")
_PERSON = LocalizedText(fr="Personne", en="Person")

_ACCOUNT = {
    "none": LocalizedText("Pas de compte courant", "No checking account"),
    "overdrawn": LocalizedText("À découvert", "Overdrawn"),
    "below_200": LocalizedText("Moins de 200 DM", "Below 200 DM"),
    "from_200": LocalizedText("200 DM et plus, ou salaire domicilié", "200 DM and more, or salary paid in"),
}
_CREDITS = {
    "none_taken": LocalizedText("Aucun crédit, ou tous remboursés", "No loan taken, or all repaid"),
    "all_paid_here": LocalizedText("Tous remboursés dans cette banque", "All loans at this bank repaid"),
    "paid_so_far": LocalizedText("Crédits en cours, sans retard", "Current loans, repaid on time so far"),
    "past_delay": LocalizedText("Retards par le passé", "Delays in the past"),
    "critical": LocalizedText("Compte critique, ou crédits ailleurs", "Critical account, or loans elsewhere"),
}
_PURPOSE = {
    "car_new": LocalizedText("Voiture neuve", "New car"),
    "car_used": LocalizedText("Voiture d’occasion", "Used car"),
    "furniture": LocalizedText("Mobilier", "Furniture"),
    "radio_tv": LocalizedText("Radio, télévision", "Radio, television"),
    "appliances": LocalizedText("Électroménager", "Domestic appliances"),
    "repairs": LocalizedText("Réparations", "Repairs"),
    "education": LocalizedText("Études", "Education"),
    "retraining": LocalizedText("Reconversion", "Retraining"),
    "business": LocalizedText("Activité professionnelle", "Business"),
    "other": LocalizedText("Autre", "Other"),
}
_SAVINGS = {
    "unknown": LocalizedText("Pas d’épargne connue", "No known savings"),
    "below_100": LocalizedText("Moins de 100 DM", "Below 100 DM"),
    "100_to_500": LocalizedText("De 100 à 500 DM", "100 to 500 DM"),
    "500_to_1000": LocalizedText("De 500 à 1 000 DM", "500 to 1,000 DM"),
    "from_1000": LocalizedText("1 000 DM et plus", "1,000 DM and more"),
}
_EMPLOYMENT = {
    "unemployed": LocalizedText("Sans emploi", "Unemployed"),
    "below_1": LocalizedText("Moins d’un an", "Less than a year"),
    "1_to_4": LocalizedText("De 1 à 4 ans", "1 to 4 years"),
    "4_to_7": LocalizedText("De 4 à 7 ans", "4 to 7 years"),
    "from_7": LocalizedText("7 ans et plus", "7 years and more"),
}
_STATUS = {
    "man_single": LocalizedText("Homme célibataire", "Single man"),
    "man_married": LocalizedText("Homme marié ou veuf", "Married or widowed man"),
    "man_divorced": LocalizedText("Homme divorcé ou séparé", "Divorced or separated man"),
    "woman": LocalizedText("Femme divorcée, séparée ou mariée", "Divorced, separated or married woman"),
}
_GUARANTORS = {
    "none": LocalizedText("Aucun", "None"),
    "co_applicant": LocalizedText("Co-emprunteur", "Co-applicant"),
    "guarantor": LocalizedText("Garant", "Guarantor"),
}
_PROPERTY = {
    "real_estate": LocalizedText("Immobilier", "Real estate"),
    "savings_plan": LocalizedText("Épargne logement ou assurance-vie", "Building savings or life insurance"),
    "car": LocalizedText("Voiture ou autre bien", "Car or other property"),
    "unknown": LocalizedText("Aucun bien connu", "No known property"),
}
_PLANS = {
    "none": LocalizedText("Aucune", "None"),
    "bank": LocalizedText("Autre banque", "Another bank"),
    "stores": LocalizedText("Magasins", "Stores"),
}
_HOUSING = {
    "own": LocalizedText("Propriétaire", "Owner"),
    "rent": LocalizedText("Locataire", "Tenant"),
    "free": LocalizedText("Logé gratuitement", "Housed free of charge"),
}
_JOB = {
    "unskilled_abroad": LocalizedText("Sans qualification, non-résident", "Unskilled, non-resident"),
    "unskilled": LocalizedText("Sans qualification, résident", "Unskilled, resident"),
    "skilled": LocalizedText("Employé qualifié ou fonctionnaire", "Skilled employee or official"),
    "management": LocalizedText("Cadre ou indépendant", "Manager or self-employed"),
}
_LESS, _MORE = RecourseConstraint(-1), RecourseConstraint(1)
"""A smaller loan, for a shorter time, with fewer other plans; more savings, more guarantees. Never the reverse."""

_YES_NO = {"yes": LocalizedText("Oui", "Yes"), "no": LocalizedText("Non", "No")}


def german_schema() -> FeatureSchema:
    """Return the schema. Marital status and sex, age, dependants and origin are sensitive: not in the model."""
    return FeatureSchema(
        name=NAME,
        currency=CURRENCY,
        features=(
            _choice("checking_account", LocalizedText("Compte courant", "Checking account"), _MEANS, _ACCOUNT),
            _whole(
                "duration", LocalizedText("Durée", "Duration"), _CREDIT, (1, 120), "months", monotone=1, recourse=_LESS
            ),
            _choice("credit_history", LocalizedText("Crédits antérieurs", "Previous loans"), _HISTORY, _CREDITS),
            _choice("purpose", LocalizedText("Objet du crédit", "Purpose"), _CREDIT, _PURPOSE),
            _whole("amount", LocalizedText("Montant", "Amount"), _CREDIT, (100, 50_000), CURRENCY, recourse=_LESS),
            _choice("savings", LocalizedText("Épargne", "Savings"), _MEANS, _SAVINGS, recourse=_MORE),
            _choice(
                "employment_since",
                LocalizedText("Ancienneté dans l’emploi", "Time in present job"),
                _SITUATION,
                _EMPLOYMENT,
            ),
            _whole(
                "installment_rate",
                LocalizedText("Part des mensualités dans le revenu (code)", "Instalments as a share of income (code)"),
                _CREDIT,
                (1, 4),
            ),
            _choice(
                "status_and_sex",
                LocalizedText("État civil et sexe", "Marital status and sex"),
                _PERSON,
                _STATUS,
                sensitive=True,
            ),
            _choice("guarantors", LocalizedText("Garants", "Guarantors"), _MEANS, _GUARANTORS, recourse=_MORE),
            _whole(
                "residence_since",
                LocalizedText("Ancienneté dans le logement (code)", "Time at present address (code)"),
                _SITUATION,
                (1, 4),
            ),
            _choice("property", LocalizedText("Patrimoine", "Property"), _MEANS, _PROPERTY),
            _whole("age", LocalizedText("Âge", "Age"), _PERSON, (18, 100), "years", sensitive=True),
            _choice(
                "other_plans",
                LocalizedText("Autres échéances en cours", "Other instalment plans"),
                _HISTORY,
                _PLANS,
                recourse=_LESS,
            ),
            _choice("housing", LocalizedText("Logement", "Housing"), _SITUATION, _HOUSING),
            _whole(
                "existing_credits",
                LocalizedText("Crédits dans cette banque", "Loans at this bank"),
                _HISTORY,
                (1, 20),
            ),
            _choice("job", LocalizedText("Emploi", "Job"), _SITUATION, _JOB),
            _whole("dependants", LocalizedText("Personnes à charge", "Dependants"), _PERSON, (0, 20), sensitive=True),
            _choice("telephone", LocalizedText("Téléphone enregistré", "Registered telephone"), _SITUATION, _YES_NO),
            _choice(
                "foreign_worker",
                LocalizedText("Travailleur étranger", "Foreign worker"),
                _PERSON,
                _YES_NO,
                sensitive=True,
            ),
        ),
    )


def _choice(
    name: str,
    label: LocalizedText,
    group: LocalizedText,
    levels: dict[str, LocalizedText],
    *,
    recourse: RecourseConstraint | None = None,
    sensitive: bool = False,
) -> Feature:
    return Feature(
        name=name,
        type=FeatureType.CATEGORICAL,
        label=label,
        group=group,
        levels=tuple(Level(value, words) for value, words in levels.items()),
        actionable=recourse is not None,
        recourse=recourse,
        sensitive=sensitive,
        in_model=not sensitive,
    )


def _whole(
    name: str,
    label: LocalizedText,
    group: LocalizedText,
    bounds: tuple[float, float],
    unit: str | None = None,
    *,
    monotone: Literal[0, 1] = 0,
    recourse: RecourseConstraint | None = None,
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
        actionable=recourse is not None,
        recourse=recourse,
        sensitive=sensitive,
        in_model=not sensitive,
    )
