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
    sha256=SHA256,
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


# The feature schema: the 20 published columns, in published order, under short names. It has no sentences of its own
# either.

NAME = "german-credit"
CURRENCY = "DM"

_CREDIT = LocalizedText(fr="Crédit demandé", en="Loan requested")
_MEANS = LocalizedText(fr="Ressources et garanties", en="Means and guarantees")
_HISTORY = LocalizedText(fr="Historique de crédit", en="Credit history")
_SITUATION = LocalizedText(fr="Situation", en="Circumstances")
_PERSON = LocalizedText(fr="Personne", en="Person")

_ACCOUNT = {
    "none": LocalizedText(fr="Pas de compte courant", en="No checking account"),
    "overdrawn": LocalizedText(fr="À découvert", en="Overdrawn"),
    "below_200": LocalizedText(fr="Moins de 200 DM", en="Below 200 DM"),
    "from_200": LocalizedText(fr="200 DM ou plus, ou salaire domicilié", en="200 DM or more, or salary paid in"),
}
_CREDITS = {
    "none_taken": LocalizedText(fr="Aucun crédit, ou tous remboursés", en="No loan taken, or all repaid"),
    "all_paid_here": LocalizedText(fr="Tous remboursés dans cette banque", en="All loans at this bank repaid"),
    "paid_so_far": LocalizedText(fr="Crédits en cours, sans retard", en="Current loans, repaid on time so far"),
    "past_delay": LocalizedText(fr="Retards par le passé", en="Delays in the past"),
    "critical": LocalizedText(fr="Compte critique, ou crédits ailleurs", en="Critical account, or loans elsewhere"),
}
_PURPOSE = {
    "car_new": LocalizedText(fr="Voiture neuve", en="New car"),
    "car_used": LocalizedText(fr="Voiture d’occasion", en="Used car"),
    "furniture": LocalizedText(fr="Mobilier", en="Furniture"),
    "radio_tv": LocalizedText(fr="Radio, télévision", en="Radio, television"),
    "appliances": LocalizedText(fr="Électroménager", en="Domestic appliances"),
    "repairs": LocalizedText(fr="Réparations", en="Repairs"),
    "education": LocalizedText(fr="Études", en="Education"),
    "retraining": LocalizedText(fr="Reconversion", en="Retraining"),
    "business": LocalizedText(fr="Activité professionnelle", en="Business"),
    "other": LocalizedText(fr="Autre", en="Other"),
}
_SAVINGS = {
    "unknown": LocalizedText(fr="Pas d’épargne connue", en="No known savings"),
    "below_100": LocalizedText(fr="Moins de 100 DM", en="Below 100 DM"),
    "100_to_500": LocalizedText(fr="De 100 à 500 DM", en="100 to 500 DM"),
    "500_to_1000": LocalizedText(fr="De 500 à 1 000 DM", en="500 to 1,000 DM"),
    "from_1000": LocalizedText(fr="1 000 DM ou plus", en="1,000 DM or more"),
}
_EMPLOYMENT = {
    "unemployed": LocalizedText(fr="Sans emploi", en="Unemployed"),
    "below_1": LocalizedText(fr="Moins d’un an", en="Less than a year"),
    "1_to_4": LocalizedText(fr="De 1 à 4 ans", en="1 to 4 years"),
    "4_to_7": LocalizedText(fr="De 4 à 7 ans", en="4 to 7 years"),
    "from_7": LocalizedText(fr="7 ans ou plus", en="7 years or more"),
}
_STATUS = {
    "man_single": LocalizedText(fr="Homme célibataire", en="Single man"),
    "man_married": LocalizedText(fr="Homme marié ou veuf", en="Married or widowed man"),
    "man_divorced": LocalizedText(fr="Homme divorcé ou séparé", en="Divorced or separated man"),
    "woman": LocalizedText(fr="Femme divorcée, séparée ou mariée", en="Divorced, separated or married woman"),
}
_GUARANTORS = {
    "none": LocalizedText(fr="Aucun", en="None"),
    "co_applicant": LocalizedText(fr="Co-emprunteur", en="Co-applicant"),
    "guarantor": LocalizedText(fr="Garant", en="Guarantor"),
}
_PROPERTY = {
    "real_estate": LocalizedText(fr="Immobilier", en="Real estate"),
    "savings_plan": LocalizedText(fr="Épargne logement ou assurance-vie", en="Building savings or life insurance"),
    "car": LocalizedText(fr="Voiture ou autre bien", en="Car or other property"),
    "unknown": LocalizedText(fr="Aucun bien connu", en="No known property"),
}
_PLANS = {
    "none": LocalizedText(fr="Aucune", en="None"),
    "bank": LocalizedText(fr="Autre banque", en="Another bank"),
    "stores": LocalizedText(fr="Magasins", en="Stores"),
}
_HOUSING = {
    "own": LocalizedText(fr="Propriétaire", en="Owner"),
    "rent": LocalizedText(fr="Locataire", en="Tenant"),
    "free": LocalizedText(fr="Logé gratuitement", en="Housed free of charge"),
}
_JOB = {
    "unskilled_abroad": LocalizedText(fr="Sans qualification, non-résident", en="Unskilled, non-resident"),
    "unskilled": LocalizedText(fr="Sans qualification, résident", en="Unskilled, resident"),
    "skilled": LocalizedText(fr="Employé qualifié ou fonctionnaire", en="Skilled employee or official"),
    "management": LocalizedText(fr="Cadre ou indépendant", en="Manager or self-employed"),
}
_LESS, _MORE = RecourseConstraint(-1), RecourseConstraint(1)
"""A smaller loan, for a shorter time, with fewer other plans; more savings, more guarantees. Never the reverse."""

_YES_NO = {"yes": LocalizedText(fr="Oui", en="Yes"), "no": LocalizedText(fr="Non", en="No")}


def german_schema() -> FeatureSchema:
    """Return the schema. Marital status and sex, age, dependants and origin are sensitive: not in the model."""
    return FeatureSchema(
        name=NAME,
        currency=CURRENCY,
        features=(
            _choice("checking_account", LocalizedText(fr="Compte courant", en="Checking account"), _MEANS, _ACCOUNT),
            _whole(
                "duration",
                LocalizedText(fr="Durée", en="Duration"),
                _CREDIT,
                (1, 120),
                "months",
                monotone=1,
                recourse=_LESS,
            ),
            _choice("credit_history", LocalizedText(fr="Crédits antérieurs", en="Previous loans"), _HISTORY, _CREDITS),
            _choice("purpose", LocalizedText(fr="Objet du crédit", en="Purpose"), _CREDIT, _PURPOSE),
            _whole(
                "amount", LocalizedText(fr="Montant", en="Amount"), _CREDIT, (100, 50_000), CURRENCY, recourse=_LESS
            ),
            _choice("savings", LocalizedText(fr="Épargne", en="Savings"), _MEANS, _SAVINGS, recourse=_MORE),
            _choice(
                "employment_since",
                LocalizedText(fr="Ancienneté dans l’emploi", en="Time in present job"),
                _SITUATION,
                _EMPLOYMENT,
            ),
            _whole(
                "installment_rate",
                LocalizedText(
                    fr="Part des mensualités dans le revenu (code)", en="Instalments as a share of income (code)"
                ),
                _CREDIT,
                (1, 4),
            ),
            _choice(
                "status_and_sex",
                LocalizedText(fr="État civil et sexe", en="Marital status and sex"),
                _PERSON,
                _STATUS,
                sensitive=True,
            ),
            _choice("guarantors", LocalizedText(fr="Garants", en="Guarantors"), _MEANS, _GUARANTORS, recourse=_MORE),
            _whole(
                "residence_since",
                LocalizedText(fr="Ancienneté dans le logement (code)", en="Time at present address (code)"),
                _SITUATION,
                (1, 4),
            ),
            _choice("property", LocalizedText(fr="Patrimoine", en="Property"), _MEANS, _PROPERTY),
            _whole("age", LocalizedText(fr="Âge", en="Age"), _PERSON, (18, 100), "years", sensitive=True),
            _choice(
                "other_plans",
                LocalizedText(fr="Autres échéances en cours", en="Other instalment plans"),
                _HISTORY,
                _PLANS,
                recourse=_LESS,
            ),
            _choice("housing", LocalizedText(fr="Logement", en="Housing"), _SITUATION, _HOUSING),
            _whole(
                "existing_credits",
                LocalizedText(fr="Crédits dans cette banque", en="Loans at this bank"),
                _HISTORY,
                (1, 20),
            ),
            _choice("job", LocalizedText(fr="Emploi", en="Job"), _SITUATION, _JOB),
            _whole(
                "dependants", LocalizedText(fr="Personnes à charge", en="Dependants"), _PERSON, (0, 20), sensitive=True
            ),
            _choice(
                "telephone", LocalizedText(fr="Téléphone enregistré", en="Registered telephone"), _SITUATION, _YES_NO
            ),
            _choice(
                "foreign_worker",
                LocalizedText(fr="Travailleur étranger", en="Foreign worker"),
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
