"""A third language is one folder: it has its own numbers and dates, and English where it has no message."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.schema import Feature, FeatureSchema, FeatureType, LocalizedText
from presentation.languages import LANGUAGES, terminal_language
from presentation.locale import Locale
from reporting.server.app import language_names
from reporting.server.urls import preferences_from_query, return_path
from reporting.widgets.theme import DisplayPreferences

AMOUNT = Feature(
    name="amount",
    type=FeatureType.NUMBER,
    label=LocalizedText(fr="Montant", en="Amount", de="Betrag"),
    unit="EUR",
    minimum=0,
    maximum=1e9,
)
TENURE = Feature(
    name="tenure",
    type=FeatureType.INTEGER,
    label=LocalizedText(fr="Durée", en="Tenure"),
    unit="years",
    minimum=0,
    maximum=99,
)
SCHEMA = FeatureSchema(name="s", features=[AMOUNT, TENURE], currency="EUR")


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Locale]:
    folder = tmp_path / "de"
    folder.mkdir()
    (folder / "messages.toml").write_text(
        '"gauge.title" = "Ausfallwahrscheinlichkeit"\n'
        '"factors.others.one" = "1 weiterer Faktor"\n"factors.others.other" = "{count} weitere Faktoren"\n'
        '"unit.year.one" = "Jahr"\n"unit.year.other" = "Jahre"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(LANGUAGES, "_catalogues", dict(LANGUAGES._catalogues))  # gone again after the test
    LANGUAGES.add(folder)
    yield LANGUAGES.locale("de")
    monkeypatch.undo()
    LANGUAGES._locales.clear()


def test_it_writes_numbers_and_dates_its_own_way(german: Locale) -> None:
    assert german.number(-12345.65, 1) == "−12.345,7"
    assert german.percent(0.2215) == "22,2\u202f%"
    assert german.moment(datetime(2026, 8, 3, 14, 5, 9, tzinfo=UTC).astimezone()).startswith("03.08.2026")
    assert german.value(AMOUNT, 20_000.0, SCHEMA) == "20.000\u00a0EUR"


def test_it_has_its_own_messages_and_plurals(german: Locale) -> None:
    assert german.text("gauge.title") == "Ausfallwahrscheinlichkeit"
    assert [german.text("factors.others", count=count) for count in (1, 2_000)] == [
        "1 weiterer Faktor",
        "2.000 weitere Faktoren",
    ]
    assert [german.value(TENURE, years, SCHEMA) for years in (1, 2)] == ["1\u00a0Jahr", "2\u00a0Jahre"]


def test_what_it_lacks_is_english(german: Locale) -> None:
    assert german.text("band.low") == LANGUAGES.locale("en").text("band.low")
    assert (german.label(AMOUNT), german.label(TENURE)) == ("Betrag", "Tenure")
    english = LANGUAGES.locale("en").reason(AMOUNT, "raises", SCHEMA)
    assert german.reason(AMOUNT, "raises", SCHEMA) == english.replace("Amount", "Betrag")
    with pytest.raises(KeyError):
        german.text("no.such_message")


def test_the_dashboard_and_the_terminal_offer_it(german: Locale) -> None:
    assert ["de", "Deutsch"] in language_names("fr")
    assert language_names("de")[0] == ["de", "Deutsch"]
    assert preferences_from_query({"lang": [b"de"]}, DisplayPreferences()).locale is german
    assert return_path({"lang": [b"de"]}) == "/?lang=de"
    assert terminal_language({"LANG": "de_AT.UTF-8"}) == "de"


def test_a_region_falls_back_to_its_language(german: Locale) -> None:
    assert LANGUAGES.locale("de-CH") is german
    assert LANGUAGES.locale("fr-CA").text("band.low") == LANGUAGES.locale("fr").text("band.low")


def test_without_its_folder_it_is_english() -> None:
    assert LANGUAGES.locale("de").language == "en"
    assert preferences_from_query({"lang": [b"de"]}, DisplayPreferences("fr")).language == "fr"
