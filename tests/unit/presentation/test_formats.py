"""Numbers and values as each language writes them."""

from datetime import UTC, datetime

import pytest

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from presentation.formats import moment, number, percent, points, quantity, value

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
        (lambda lang: number(-12345.65, lang, 1), "−12\u202f345,7", "−12,345.7"),
        (lambda lang: percent(0.2215, lang), "22,2\u202f%", "22.2%"),
        (lambda lang: percent(1, lang, 0), "100\u202f%", "100%"),
        (lambda lang: points(-61, lang), "−6,1", "−6.1"),
        (lambda lang: points(45, lang), "+4,5", "+4.5"),
        (lambda lang: points(0, lang), "0,0", "0.0"),
        (lambda lang: value(AMOUNT, 20000.0, SCHEMA, lang), "20\u202f000\u00a0NT$", "NT$\u00a020,000"),
        (lambda lang: value(AGE, 1, SCHEMA, lang), "1\u00a0an", "1\u00a0year"),
        (lambda lang: value(AGE, 40.0, SCHEMA, lang), "40\u00a0ans", "40\u00a0years"),
        (lambda lang: value(HOME, 2.0, SCHEMA, lang), "propriétaire", "owner"),
        (lambda lang: value(HOME, "1", SCHEMA, lang), "locataire", "tenant"),
        (lambda lang: value(LATE, -1, SCHEMA, lang), "payé", "paid"),
        (lambda lang: quantity(RATIO, 0.256, SCHEMA, lang), "0,26", "0.26"),
    ],
)
def test_each_language_has_its_own_conventions(shown, fr, en):
    assert shown("fr") == fr
    assert shown("en") == en


def test_a_level_that_the_schema_does_not_have_is_shown_as_it_is():
    assert value(HOME, "9", SCHEMA, "en") == "9"


def test_moments_name_the_month() -> None:
    at = datetime(2026, 8, 3, 14, 5, 9, tzinfo=UTC).astimezone()

    assert moment(at, "fr").startswith(f"{at.day} août 2026, ")
    assert moment(at, "en").startswith(f"{at.day} Aug 2026, ")
