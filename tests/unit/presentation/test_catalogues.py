"""Every language says everything, with the same placeholders, and every message is used."""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from msgspec import Struct

import presentation
import producers
import reporting
from contract.codes import Band, ErrorCode
from contract.schema import FALLBACK_LANGUAGE, FeatureSchema, FeatureType, Language, LocalizedText
from presentation.catalogue import Catalogue, CatalogueError, read_catalogue
from presentation.languages import CATALOGUES, LANGUAGES
from reporting.pages.client.state import DiscardReason
from reporting.problems import Problem
from reporting.schema_editor.edits import FieldProblem, OpenPoint, SaveOutcome
from training.german import german_schema
from training.synthetic import synthetic_schema
from training.uci import uci_schema

FORMS = re.compile(r"\.(zero|one|two|few|many|other)$")
ENGLISH = LANGUAGES[FALLBACK_LANGUAGE].messages
SOURCES = "\n".join(
    path.read_text()
    for package in (presentation, producers, reporting)
    for path in Path(package.__path__[0]).rglob("*.py")
)


def shipped() -> list[Catalogue]:
    return [read_catalogue(folder) for folder in sorted(CATALOGUES.iterdir())]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def base_key(key: str) -> str:
    """Return the key of a message that has plural forms, from that of one form."""
    base = FORMS.sub("", key)
    return base if f"{base}.one" in ENGLISH else key


def base_keys(messages: Mapping[str, str]) -> set[str]:
    return {base_key(key) for key in messages}


@pytest.mark.parametrize("catalogue", shipped(), ids=lambda catalogue: catalogue.language)
def test_each_language_has_every_message(catalogue: Catalogue) -> None:
    assert base_keys(catalogue.messages) == base_keys(ENGLISH)
    for key, text in catalogue.messages.items():
        english = ENGLISH.get(key) or ENGLISH[f"{base_key(key)}.other"]
        assert text.strip(), key
        assert placeholders(text) | {"count"} == placeholders(english) | {"count"}, key


@pytest.mark.parametrize("catalogue", shipped(), ids=lambda catalogue: catalogue.language)
def test_a_message_with_plural_forms_has_those_of_its_language(catalogue: Catalogue) -> None:
    counted = {base_key(key) for key in catalogue.messages} - catalogue.messages.keys()
    assert counted
    for key in counted:
        assert {f"{key}.one", f"{key}.other"} <= catalogue.messages.keys(), key


def test_every_problem_band_and_discard_reason_has_words() -> None:
    keys = {f"problem.{problem}_{part}" for problem in Problem for part in ("title", "text")}
    keys |= {f"band.{band}{part}" for band in Band for part in ("", "_text")}
    keys |= {f"score.deleted_{why}" for why in DiscardReason}
    keys |= {f"schema.problem.{problem}" for problem in FieldProblem} | {f"schema.point.{point}" for point in OpenPoint}
    keys |= {f"schema.outcome.{outcome}" for outcome in SaveOutcome} | {f"schema.type.{kind}" for kind in FeatureType}

    assert keys <= ENGLISH.keys()


def test_every_message_is_used() -> None:
    families = {
        "page", "letter.raises", "letter.lowers", "model", "portfolio", "problem", "band", "score.deleted",
        "client.nothing", "client.purpose_ask", "business_purpose", "table", "reason", "factors", "notice", "audit",
        "operations", "purpose", "outcome",
        "role", "unit", "schema.problem", "schema.point", "schema.type", "schema.outcome",
    }  # fmt: skip
    unused = [
        key
        for key in base_keys(ENGLISH)
        if not re.search(rf"['\"]{re.escape(key)}['\"]", SOURCES)
        and not any(key.startswith(family) for family in families)
    ]

    assert unused == []


def test_every_message_asked_for_exists() -> None:
    asked = set(re.findall(r"(?<![\w.])(?:\w+\.)*text\(\s*\"([a-z_]+\.[a-z_.]+)\"", SOURCES))

    assert asked
    assert asked <= base_keys(ENGLISH)


def schema_texts(value: object) -> Iterator[LocalizedText]:
    """Yield every text of a schema, wherever it is."""
    if isinstance(value, LocalizedText):
        yield value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from schema_texts(getattr(value, name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from schema_texts(part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from schema_texts(part)


def shipped_strings(language: Language) -> dict[str, str]:
    """Return every string of a language that is shipped, by where it comes from."""
    shipped = dict(LANGUAGES[language].messages)
    for schema in (uci_schema(), german_schema(), synthetic_schema()):
        shipped |= {f"{schema.name} {i}": text[language] for i, text in enumerate(schema_texts(schema))}
    for code in ErrorCode:
        advisor = code.spec.advisor
        shipped |= (
            {f"{code} {part}": text for part, text in advisor[language]._asdict().items() if text} if advisor else {}
        )
    return shipped


@pytest.mark.parametrize(("place", "text"), shipped_strings("fr").items())
def test_french_typography(place: str, text: str) -> None:
    """A narrow no-break space before ; : ! ? » and after «; a typographic apostrophe."""
    assert not re.search(r"(?<!\u202f)[;!?»]|(?<![\u202f\d])\s*(?<!\u202f):(?!\S)|«(?!\u202f)", text), place
    assert "'" not in text, place


@pytest.mark.parametrize("schema", [uci_schema(), german_schema()], ids=lambda schema: schema.name)
def test_every_feature_has_its_words_in_each_language(schema: FeatureSchema) -> None:
    for feature in schema:
        for language in LANGUAGES:
            assert feature.label[language].strip()
            assert LANGUAGES.locale(language).reason(feature, "raises", schema).strip()
            assert LANGUAGES.locale(language).reason(feature, "lowers", schema).strip()
        assert feature.label["fr"] != feature.label["en"]


def test_placeholders_are_filled() -> None:
    assert LANGUAGES.locale("fr").text("find.count", count="12") == "12 clients"


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"a.toml": "key = 3"}, "a.toml"),
        ({"a.toml": '"x" = "1"', "b.toml": '"x" = "2"'}, "in another file"),
        ({"a.toml": "not toml"}, "a.toml"),
        ({"language.toml": 'conventions = "xx-YY"'}, "CLDR"),
    ],
)
def test_a_folder_that_is_no_catalogue_is_refused_by_name(tmp_path: Path, files: dict[str, str], fault: str) -> None:
    folder = tmp_path / "de"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)

    with pytest.raises(CatalogueError, match=fault):
        read_catalogue(folder)
