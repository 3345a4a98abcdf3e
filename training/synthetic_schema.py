"""Feature schema of the synthetic neobank clients."""

from contract.schema import Advice, Feature, FeatureSchema, FeatureType, Level, Text

NAME = "synthetic"
UNIT = "CU"
"""Currency units: the amounts belong to no country."""

EDUCATION = {
    "higher": Text("Études supérieures", "Higher education"),
    "secondary": Text("Études secondaires", "Secondary education"),
    "lower": Text("Études primaires ou interrompues", "Lower or incomplete education"),
}
SEX = {"male": Text("Homme", "Male"), "female": Text("Femme", "Female")}
INCOME_TYPE = {
    "employee": Text("Salarié", "Employee"),
    "self-employed": Text("Indépendant", "Self-employed"),
    "public servant": Text("Agent public", "Public servant"),
    "pensioner": Text("Retraité", "Pensioner"),
}
HOUSING = {
    "owner": Text("Propriétaire", "Owner"),
    "tenant": Text("Locataire", "Tenant"),
    "hosted": Text("Hébergé", "Hosted"),
}

_LOAN = Text("Crédit demandé", "Credit applied for")
_SITUATION = Text("Situation", "Situation")
_SCORES = Text("Scores externes", "External scores")
_PERSON = Text("Personne", "Person")


def synthetic_schema() -> FeatureSchema:
    """Return the schema. Age, sex, education and children are sensitive and stay out of the model."""
    return FeatureSchema(name=NAME, currency=UNIT, features=(*_loan(), *_situation(), *_scores(), *_person()))


def _loan() -> tuple[Feature, ...]:
    return (
        _number("CREDIT", Text("Montant du crédit", "Amount of credit"), _LOAN, 20_000_000, actionable=True),
        _number("ANNUITY", Text("Annuité", "Annuity"), _LOAN, 1_000_000, actionable=True),
    )


def _situation() -> tuple[Feature, ...]:
    return (
        _number("INCOME", Text("Revenu annuel", "Annual income"), _SITUATION, 5_000_000),
        _choice("INCOME_TYPE", Text("Source de revenu", "Source of income"), _SITUATION, INCOME_TYPE),
        Feature(
            name="YEARS_EMPLOYED",
            type=FeatureType.NUMBER,
            label=Text("Ancienneté dans l’emploi (années)", "Years in the present job"),
            group=_SITUATION,
            minimum=0,
            maximum=60,
            missing_allowed=True,
            monotone=-1,
        ),
        _choice("HOUSING", Text("Logement", "Housing"), _SITUATION, HOUSING),
    )


def _scores() -> tuple[Feature, ...]:
    return tuple(
        Feature(
            name=f"SCORE_{number}",
            type=FeatureType.NUMBER,
            label=Text(f"Score externe {number}", f"External score {number}"),
            group=_SCORES,
            minimum=0,
            maximum=1,
            missing_allowed=True,
            monotone=-1,
        )
        for number in (1, 2, 3)
    )


def _person() -> tuple[Feature, ...]:
    return (
        _whole("AGE", Text("Âge", "Age"), 18, 100),
        _choice("SEX", Text("Sexe", "Sex"), _PERSON, SEX, sensitive=True),
        _choice("EDUCATION", Text("Niveau d’études", "Education"), _PERSON, EDUCATION, sensitive=True),
        _whole("CHILDREN", Text("Enfants", "Children"), 0, 20),
    )


def _number(name: str, label: Text, group: Text, maximum: float, *, actionable: bool = False) -> Feature:
    return Feature(
        name=name,
        type=FeatureType.NUMBER,
        label=label,
        unit=UNIT,
        group=group,
        minimum=0,
        maximum=maximum,
        actionable=actionable,
        advice=Advice(-1) if actionable else None,  # a loan can be asked for smaller; more is no advice
    )


def _whole(name: str, label: Text, minimum: int, maximum: int) -> Feature:
    return Feature(
        name=name,
        type=FeatureType.INTEGER,
        label=label,
        group=_PERSON,
        minimum=minimum,
        maximum=maximum,
        sensitive=True,
        in_model=False,
    )


def _choice(name: str, label: Text, group: Text, levels: dict[str, Text], *, sensitive: bool = False) -> Feature:
    return Feature(
        name=name,
        type=FeatureType.CHOICE,
        label=label,
        group=group,
        levels=tuple(Level(value, words) for value, words in levels.items()),
        sensitive=sensitive,
        in_model=not sensitive,
    )
