"""Numbers and values as each language writes them."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from presentation.languages import LANGUAGES

AMOUNT = Feature(
    name="amount", type=FeatureType.NUMBER, label=LocalizedText(fr="x", en="x"), unit="NT$", minimum=0, maximum=1e9
)
AGE = Feature(
    name="age", type=FeatureType.INTEGER, label=LocalizedText(fr="x", en="x"), unit="years", minimum=0, maximum=200
)
RATIO = Feature(name="ratio", type=FeatureType.NUMBER, label=LocalizedText(fr="x", en="x"), minimum=0, maximum=100)
HOME = Feature(
    name="home",
    type=FeatureType.CATEGORICAL,
    label=LocalizedText(fr="x", en="x"),
    levels=[
        Level("1", LocalizedText(fr="locataire", en="tenant")),
        Level("2", LocalizedText(fr="propriétaire", en="owner")),
    ],
)
LATE = Feature(
    name="late",
    type=FeatureType.INTEGER,
    label=LocalizedText(fr="x", en="x"),
    minimum=-1,
    maximum=9,
    value_labels={"-1": LocalizedText(fr="payé", en="paid")},
)
SCHEMA = FeatureSchema(name="s", features=[AMOUNT, AGE, RATIO, HOME, LATE], currency="NT$")


@pytest.mark.parametrize(
    ("shown", "fr", "en"),
    [
        (lambda locale: locale.number(-12345.65, 1), "−12\u202f345,7", "−12,345.7"),
        (lambda locale: locale.percent(0.2215), "22,2\u202f%", "22.2%"),
        (lambda locale: locale.percent(1, 0), "100\u202f%", "100%"),
        (lambda locale: locale.points(-61), "−6,1", "−6.1"),
        (lambda locale: locale.points(45), "+4,5", "+4.5"),
        (lambda locale: locale.points(0), "0,0", "0.0"),
        (lambda locale: locale.value(AMOUNT, 20000.0, SCHEMA), "20\u202f000\u00a0NT$", "NT$\u00a020,000"),
        (lambda locale: locale.value(AGE, 1, SCHEMA), "1\u00a0an", "1\u00a0year"),
        (lambda locale: locale.value(AGE, 40.0, SCHEMA), "40\u00a0ans", "40\u00a0years"),
        (lambda locale: locale.value(HOME, 2.0, SCHEMA), "propriétaire", "owner"),
        (lambda locale: locale.value(HOME, "1", SCHEMA), "locataire", "tenant"),
        (lambda locale: locale.value(LATE, -1, SCHEMA), "payé", "paid"),
        (lambda locale: locale.quantity(RATIO, 0.256, SCHEMA), "0,26", "0.26"),
        (lambda locale: locale.quantity(RATIO, 0.05, SCHEMA), "0,05", "0.05"),
        (lambda locale: locale.quantity(RATIO, 0.00341, SCHEMA), "0,0034", "0.0034"),
    ],
)
def test_each_language_has_its_own_conventions(shown, fr, en):
    assert shown(LANGUAGES.locale("fr")) == fr
    assert shown(LANGUAGES.locale("en")) == en


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0, "0"), (0.0341, "0.034"), (0.25, "0.25"), (0.5, "0.5"), (3.61, "3.6"), (12, "12"), (-1500, "−1.5\u202fk")],
)
def test_a_number_in_few_characters_is_never_nothing(amount, shown):
    assert LANGUAGES.locale("en").compact_number(amount) == shown


def test_a_level_that_the_schema_does_not_have_is_shown_as_it_is():
    assert LANGUAGES.locale("en").value(HOME, "9", SCHEMA) == "9"


def test_moments_name_the_month() -> None:
    at = datetime(2026, 8, 3, 14, 5, 9, tzinfo=UTC).astimezone()

    assert LANGUAGES.locale("fr").moment(at).startswith(f"{at.day} août 2026, ")
    assert LANGUAGES.locale("en").moment(at).startswith(f"{at.day} Aug 2026, ")


@pytest.mark.parametrize(
    ("feature", "raw", "shown"),
    [
        (replace(AGE, outside="clip"), 250, "250\u00a0years (the model reads: 200\u00a0years)"),
        (replace(AGE, outside="missing"), -1, "−1\u00a0year (the model reads: not provided)"),
        (replace(AGE, outside="clip"), 50, "50\u00a0years"),
        (replace(HOME, other_level="1"), "boat", "boat (the model reads: tenant)"),
    ],
)
def test_a_value_that_the_model_reads_otherwise_says_so(feature, raw, shown):
    assert LANGUAGES.locale("en").value(feature, raw, SCHEMA) == shown


INCIDENT = Feature(
    name="incident",
    type=FeatureType.INTEGER,
    label=LocalizedText(fr="Incident", en="Incident"),
    unit="months",
    minimum=0,
    maximum=99,
    codes={"-7": LocalizedText(fr="condition non remplie", en="condition not met")},
    missing_allowed=True,
    raises=LocalizedText(fr="Un incident récent augmente le risque", en="A recent incident raises the risk"),
)


@pytest.mark.parametrize(
    ("feature", "values", "fr", "en"),
    [
        (HOME, {"home": "1"}, "x : locataire, augmente le risque", "x: tenant, raises the risk"),
        (HOME, None, "« x » augmente le risque", "“x” raises the risk"),
        (
            INCIDENT,
            {"incident": 3},
            "Incident : 3 mois. Un incident récent augmente le risque",
            "Incident: 3\u00a0months. A recent incident raises the risk",
        ),
        (INCIDENT, None, "Un incident récent augmente le risque", "A recent incident raises the risk"),
        (
            INCIDENT,
            {"incident": -7},
            "Incident : condition non remplie, augmente le risque",
            "Incident: condition not met, raises the risk",
        ),
        (
            INCIDENT,
            {},
            "Incident : non renseigné, augmente le risque",
            "Incident: not provided, raises the risk",
        ),
    ],
)
def test_a_sentence_is_true_of_the_client(feature, values, fr, en):
    schema = FeatureSchema(name="s", features=[feature])
    french = LANGUAGES.locale("fr").reason(feature, "raises", schema, values)
    assert french.replace("\u202f", " ").replace("\u00a0", " ") == fr
    assert LANGUAGES.locale("en").reason(feature, "raises", schema, values) == en
