"""Numbers, percentages and values as each language writes them."""

from datetime import UTC, datetime

import pytest

from contract.schema import Feature, Language
from reporting import formats
from tests.unit.reporting.samples import AGE, HOME, INCOME, LATE, SCHEMA


@pytest.mark.parametrize(
    ("value", "decimals", "french", "english"),
    [
        (1234567.891, 1, "1\u202f234\u202f567,9", "1,234,567.9"),
        (0.05, 1, "0,1", "0.1"),
        (-12.0, 0, "−12", "−12"),
        (-0.04, 1, "0,0", "0.0"),
    ],
)
def test_numbers(value: float, decimals: int, french: str, english: str) -> None:
    assert formats.number(value, "fr", decimals) == french
    assert formats.number(value, "en", decimals) == english


def test_percentages() -> None:
    assert formats.percent(0.1234, "fr") == "12,3\u202f%"
    assert formats.percent(0.1235, "en") == "12.4%"  # half up: 12.35 as the eye reads it
    assert formats.percent(1, "en", 0) == "100%"


def test_points_carry_their_sign() -> None:
    assert formats.points(12, "fr") == "+1,2"
    assert formats.points(-12, "en") == "−1.2"
    assert formats.points(0, "en") == "0.0"


def test_moments_name_the_month() -> None:
    at = datetime(2026, 8, 3, 14, 5, 9, tzinfo=UTC).astimezone()

    assert formats.moment(at, "fr").startswith(f"{at.day} août 2026, ")
    assert formats.moment(at, "en").startswith(f"{at.day} Aug 2026, ")


@pytest.mark.parametrize(
    ("feature", "raw", "language", "expected"),
    [
        (INCOME, 20000, "fr", "20\u202f000\u00a0NT$"),
        (INCOME, 20000, "en", "NT$\u00a020,000"),
        (INCOME, 12.5, "en", "NT$\u00a012.5"),
        (AGE, 1, "fr", "1\u00a0an"),
        (AGE, 51, "fr", "51\u00a0ans"),
        (AGE, 51.0, "en", "51\u00a0years"),
        (LATE, -1, "en", "paid (en)"),
        (LATE, 0.0, "fr", "revolving (fr)"),
        (LATE, 3, "fr", "3"),
        (HOME, 2, "fr", "tenant (fr)"),
        (HOME, "1", "en", "owner (en)"),
        (HOME, "9", "en", "9"),
    ],
)
def test_values_in_words(feature: Feature, raw: float | str, language: Language, expected: str) -> None:
    assert formats.value(feature, raw, SCHEMA, language) == expected
