"""Both languages say everything, with the same placeholders, and everything they say is used."""

import re
import string
from pathlib import Path

import pytest

import reporting
from contract.codes import Band
from contract.schema import LANGUAGES, FeatureSchema
from reporting.state import Forgetting, Problem
from reporting.wording import CATALOGUES, say
from training.uci_schema import uci_schema


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_catalogues_have_the_same_keys_and_placeholders() -> None:
    french, english = CATALOGUES["fr"], CATALOGUES["en"]

    assert french.keys() == english.keys()
    assert {key: placeholders(text) for key, text in french.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


def test_every_problem_band_and_forgetting_has_words() -> None:
    keys = {f"problem.{problem}_{part}" for problem in Problem for part in ("title", "text")}
    keys |= {f"band.{band}{part}" for band in Band for part in ("", "_text")}
    keys |= {f"score.forgotten_{why}" for why in Forgetting}

    assert keys <= CATALOGUES["fr"].keys()


def test_every_wording_is_used() -> None:
    sources = "\n".join(
        path.read_text() for path in Path(reporting.__path__[0]).glob("**/*.py") if path.parent.name != "wording"
    )
    families = {"problem", "band", "fault", "score.forgotten", "client.nothing", "table", "reasons", "factors"}
    unused = [
        key
        for key in CATALOGUES["fr"]
        if not re.search(rf"['\"]{re.escape(key)}['\"]", sources)
        and not any(key.startswith(family) for family in families)
    ]

    assert unused == []


def test_every_wording_asked_for_exists() -> None:
    sources = "\n".join(path.read_text() for path in Path(reporting.__path__[0]).glob("**/*.py"))

    asked = set(re.findall(r"say\(\s*(?:self\._)?language,\s*\"([a-z_.]+)\"", sources))

    assert asked
    assert asked <= CATALOGUES["fr"].keys()


def test_french_spaces_do_not_break() -> None:
    for key, text in CATALOGUES["fr"].items():
        assert not re.search(r" [;:!?»]|« ", text), key
        assert "'" not in text, key


@pytest.mark.parametrize("schema", [uci_schema()], ids=lambda schema: schema.name)
def test_every_feature_speaks_both_languages(schema: FeatureSchema) -> None:
    for feature in schema:
        for language in LANGUAGES:
            assert feature.label[language].strip()
            assert feature.reason("raises", language).strip()
            assert feature.reason("lowers", language).strip()
        assert feature.label.fr != feature.label.en


def test_placeholders_are_filled() -> None:
    assert say("fr", "find.count", count="12") == "12 clients"
