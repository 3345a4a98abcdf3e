"""UCI "Default of Credit Card Clients" (Yeh 2009), 30,000 clients, 6,636 defaults."""

import numpy as np

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText, RecourseConstraint
from training.dataset import Dataset, DatasetInfo
from training.hyperparameters import Hyperparameters
from training.shipped import read_shipped, schema_columns

FILE = "uci_default_credit_card.csv.gz"
SHA256 = "f7b7d22d1f8dd27dadb25d4b78d8a4ae7c441ab6cc12d1ea58c0efc54d4d1788"
"""Of the CSV inside the archive."""
TARGET = "default.payment.next.month"

INFO = DatasetInfo(
    title="Default of Credit Card Clients (UCI Machine Learning Repository)",
    population="30,000 holders of a credit card of a Taiwanese bank, April to September 2005; amounts in NT$. "
    "A default is the next month's payment missed.",
    licence="CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)",
    citation="Yeh, I.-C. (2009). Default of Credit Card Clients. UCI Machine Learning Repository. "
    "https://doi.org/10.24432/C55S3H",
    plausible_auc=0.80,
    # `neoscore train --trials 40` chooses about this; it is kept here, so that the first start need not search.
    hyperparameters=Hyperparameters(
        trees=150,
        depth=5,
        learning_rate=0.06,
        min_child_weight=30,
        column_share=1,
        split_column_share=0.3,
        l2=10,
    ),
    sha256=SHA256,
)


def load_uci() -> Dataset:
    """Return the data set. Raises DataError when the shipped file was altered."""
    raw = read_shipped(FILE, SHA256)
    schema = uci_schema()
    return Dataset(
        schema=schema,
        frame=schema_columns(raw, schema),
        target=raw[TARGET].to_numpy(np.int8),
        customer_numbers=raw["ID"].astype(str).tolist(),
        info=INFO,
    )


# The feature schema: all 23 published columns, in published order. It has no sentences of its own: the plain ones, with
# the client's value and how it compares, say all that can be said of each.

NAME = "uci-credit-default"
CURRENCY = "NT$"

_CREDIT = LocalizedText(fr="Crédit", en="Credit")
_PERSON = LocalizedText(fr="Personne", en="Person")
_REPAYMENT = LocalizedText(fr="Ponctualité des règlements", en="Repayment record")
_BILLS = LocalizedText(fr="Relevés de carte", en="Card bills")
_PAYMENTS = LocalizedText(fr="Montants remboursés", en="Amounts paid")

_MONTHS = (
    LocalizedText(fr="de septembre", en="September"),
    LocalizedText(fr="d’août", en="August"),
    LocalizedText(fr="de juillet", en="July"),
    LocalizedText(fr="de juin", en="June"),
    LocalizedText(fr="de mai", en="May"),
    LocalizedText(fr="d’avril", en="April"),
)
"""Newest first, as published; all of 2005."""

_REPAYMENT_NAMES = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")
"""There is no PAY_1 in the published data."""


_OTHER = LocalizedText(fr="Autre", en="Other")
_SEX = {"1": LocalizedText(fr="Homme", en="Male"), "2": LocalizedText(fr="Femme", en="Female")}
_EDUCATION = {  # 0, 5 and 6 occur in the data, but the publication does not explain them
    "0": LocalizedText(fr="Non documenté (code 0)", en="Undocumented (code 0)"),
    "1": LocalizedText(fr="Troisième cycle", en="Graduate school"),
    "2": LocalizedText(fr="Université", en="University"),
    "3": LocalizedText(fr="Lycée", en="High school"),
    "4": _OTHER,
    "5": LocalizedText(fr="Non documenté (code 5)", en="Undocumented (code 5)"),
    "6": LocalizedText(fr="Non documenté (code 6)", en="Undocumented (code 6)"),
}
_MARRIAGE = {
    "0": LocalizedText(fr="Non documenté (code 0)", en="Undocumented (code 0)"),
    "1": LocalizedText(fr="Marié(e)", en="Married"),
    "2": LocalizedText(fr="Célibataire", en="Single"),
    "3": _OTHER,
}


def uci_schema() -> FeatureSchema:
    """Return the schema. Sex, education, marital status and age are sensitive and stay out of the model."""
    months = list(enumerate(_MONTHS, start=1))
    return FeatureSchema(
        name=NAME,
        currency=CURRENCY,
        features=(
            _limit(),
            *_person(),
            *(_repayment(name, month) for name, month in zip(_REPAYMENT_NAMES, _MONTHS, strict=True)),
            *(_bill(number, month) for number, month in months),
            *(_payment(number, month) for number, month in months),
        ),
    )


def _limit() -> Feature:
    return Feature(
        name="LIMIT_BAL",
        type=FeatureType.NUMBER,
        label=LocalizedText(fr="Plafond de crédit", en="Credit limit"),
        description=LocalizedText(
            fr="Crédit accordé, y compris le crédit complémentaire de la famille",
            en="Credit granted, including the family’s supplementary credit",
        ),
        unit=CURRENCY,
        group=_CREDIT,
        minimum=0,
        maximum=2_000_000,
        monotone=-1,
    )


def _person() -> tuple[Feature, ...]:
    return (
        _sensitive_choice("SEX", LocalizedText(fr="Sexe", en="Sex"), _SEX),
        _sensitive_choice("EDUCATION", LocalizedText(fr="Niveau d’études", en="Education"), _EDUCATION),
        _sensitive_choice("MARRIAGE", LocalizedText(fr="Situation familiale", en="Marital status"), _MARRIAGE),
        Feature(
            name="AGE",
            type=FeatureType.INTEGER,
            label=LocalizedText(fr="Âge", en="Age"),
            group=_PERSON,
            minimum=18,
            maximum=100,
            sensitive=True,
            in_model=False,
        ),
    )


def _sensitive_choice(name: str, label: LocalizedText, levels: dict[str, LocalizedText]) -> Feature:
    return Feature(
        name=name,
        type=FeatureType.CATEGORICAL,
        label=label,
        group=_PERSON,
        levels=tuple(Level(value, words) for value, words in levels.items()),
        sensitive=True,
        in_model=False,
    )


def _repayment(name: str, month: LocalizedText) -> Feature:
    return Feature(
        name=name,
        type=FeatureType.INTEGER,
        label=LocalizedText(fr=f"Règlement du relevé {month['fr']}", en=f"Repayment of the {month['en']} bill"),
        description=LocalizedText(
            fr="Mois de retard ; -1 : réglé en totalité ; 0 : minimum payé ; -2 : carte non utilisée",
            en="Months late; -1: paid in full; 0: minimum paid; -2: card not used",
        ),
        group=_REPAYMENT,
        minimum=-2,
        maximum=9,
        value_labels=_repayment_codes(),
        monotone=1,
        actionable=name == "PAY_0",  # the older months are past changing
        recourse=RecourseConstraint(-1, minimum=-1)
        if name == "PAY_0"
        else None,  # not to use the card at all is no advice
    )


def _repayment_codes() -> dict[str, LocalizedText]:
    late = {str(n): LocalizedText(fr=f"{n} mois de retard", en=f"{n} months late") for n in range(2, 9)}
    return {
        "-2": LocalizedText(fr="Carte non utilisée", en="Card not used"),
        "-1": LocalizedText(fr="Réglé en totalité", en="Paid in full"),
        "0": LocalizedText(fr="Minimum payé", en="Minimum paid"),
        "1": LocalizedText(fr="1 mois de retard", en="1 month late"),
        **late,
        "9": LocalizedText(fr="9 mois de retard ou plus", en="9 months late or more"),
    }


def _bill(number: int, month: LocalizedText) -> Feature:
    return Feature(
        name=f"BILL_AMT{number}",
        type=FeatureType.NUMBER,
        label=LocalizedText(fr=f"Relevé {month['fr']}", en=f"{month['en']} bill"),
        description=LocalizedText(
            fr="Montant dû ; négatif : solde en faveur du client", en="Amount owed; negative: balance in credit"
        ),
        unit=CURRENCY,
        group=_BILLS,
        minimum=-500_000,
        maximum=3_000_000,
        actionable=number == 1,
        recourse=RecourseConstraint(-1, minimum=0)
        if number == 1
        else None,  # to owe more is no advice, whatever the model says
    )


def _payment(number: int, month: LocalizedText) -> Feature:
    return Feature(
        name=f"PAY_AMT{number}",
        type=FeatureType.NUMBER,
        label=LocalizedText(fr=f"Remboursement {month['fr']}", en=f"Amount paid in {month['en']}"),
        unit=CURRENCY,
        group=_PAYMENTS,
        minimum=0,
        maximum=3_000_000,
        monotone=-1,
        actionable=number == 1,
        recourse=RecourseConstraint(1) if number == 1 else None,
    )
