"""Both languages say everything, with the same placeholders, and everything they say is used."""

import re
import string
from pathlib import Path

import pytest

import presentation
import reporting
from contract.codes import Band
from contract.schema import LANGUAGES, FeatureSchema
from presentation.wording import CATALOGUES, WORDS, say
from reporting.pages.client.state import Forgetting
from reporting.problems import Problem
from training.german import german_schema
from training.uci import uci_schema


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_key_is_in_two_catalogues() -> None:
    assert len(WORDS) == sum(len(catalogue) for catalogue in CATALOGUES)


def test_both_languages_say_something_with_the_same_placeholders() -> None:
    for key, text in WORDS.items():
        assert text.fr.strip(), key
        assert text.en.strip(), key
        assert placeholders(text.fr) == placeholders(text.en), key


def test_every_problem_band_and_forgetting_has_words() -> None:
    keys = {f"problem.{problem}_{part}" for problem in Problem for part in ("title", "text")}
    keys |= {f"band.{band}{part}" for band in Band for part in ("", "_text")}
    keys |= {f"score.forgotten_{why}" for why in Forgetting}

    assert keys <= WORDS.keys()


def test_every_wording_is_used() -> None:
    sources = "\n".join(
        path.read_text()
        for package in (presentation, reporting)
        for path in Path(package.__path__[0]).glob("**/*.py")
        if path.parent.name != "wording"
    )
    families = {
        "page",
        "letter.raises",
        "letter.lowers",
        "model",
        "portfolio",
        "problem",
        "band",
        "score.forgotten",
        "client.nothing",
        "table",
        "reasons",
        "factors",
        "notice",
        "audit",
        "operations",
        "purpose",
        "outcome",
    }
    unused = [
        key
        for key in WORDS
        if not re.search(rf"['\"]{re.escape(key)}['\"]", sources)
        and not any(key.startswith(family) for family in families)
    ]

    assert unused == []


def test_every_wording_asked_for_exists() -> None:
    sources = "\n".join(path.read_text() for path in Path(reporting.__path__[0]).glob("**/*.py"))

    asked = set(re.findall(r"say\(\s*(?:self\._)?(?:look\.)?language,\s*\"([a-z_.]+)\"", sources))

    assert asked
    assert asked <= WORDS.keys()


def test_french_spaces_do_not_break() -> None:
    for key, text in WORDS.items():
        assert not re.search(r" [;:!?»]|« ", text.fr), key
        assert "'" not in text.fr, key


@pytest.mark.parametrize("schema", [uci_schema(), german_schema()], ids=lambda schema: schema.name)
def test_every_feature_speaks_both_languages(schema: FeatureSchema) -> None:
    for feature in schema:
        for language in LANGUAGES:
            assert feature.label[language].strip()
            assert feature.reason("raises", language).strip()
            assert feature.reason("lowers", language).strip()
        assert feature.label.fr != feature.label.en


def test_placeholders_are_filled() -> None:
    assert say("fr", "find.count", count="12") == "12 clients"
