"""Words that screens and letters use, because a native speaker would, and words that they do not."""

import re

import pytest

from contract.access import Role
from contract.topics import TOPICS
from presentation.languages import LANGUAGES
from tests.unit.presentation.test_catalogues import shipped_strings
from training.uci import uci_schema

EN, FR = (LANGUAGES[tag].messages for tag in ("en", "fr"))
FRENCH, ENGLISH = shipped_strings("fr"), shipped_strings("en")

CLIENT_READS = re.compile(r"letter\.(?!card|language|preview|print|download|close|waiting|file|draft_card)")
"""Messages of the letter itself, not of its card."""


def plain(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("result.deleted_in", "S’efface dans {time}"),
        ("model.fairness_marked", "dont le taux d’accord est inférieur aux 4/5 de celui du groupe le plus accordé"),
        ("letter.rights", "Vos droits"),
        ("letter.card", "Lettre d’explication"),
        ("similar.title", "Clients semblables"),
        ("factors.start", "Point de départ du modèle"),
    ],
)
def test_french_says(key: str, words: str) -> None:
    assert words in plain(FR[key])


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("find.at_least", "{low} or more"),
        ("model.from", "{low} or more"),
        ("portfolio.too_few", "could identify people"),
        ("model.separation_alt", "vertical line"),
        ("model.fairness_text", "vertical line"),
        ("portfolio.cost_ratio", "One default costs as much as refusing {ratio} good clients"),
        ("letter.change_note", "This is not a commitment to lend"),
        ("recourse.caution", "This is not a commitment to lend"),
        ("portfolio.threshold_hint", "does not re-score anyone"),
        ("result.deleted_in", "Clears in {time}"),
        ("operations.text", "as reported by the broker"),
        ("factors.start", "Model’s starting point"),
    ],
)
def test_english_says(key: str, words: str) -> None:
    assert words in EN[key]


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        (r"client moyen", "point de départ du modèle"),
        (r"similaires?", "semblable"),
        (r"taux d’acceptation|acceptés?", "taux d’accord"),
        (r"crédit renouvelable", "minimum payé"),
        (r"effacé dans", "s’efface dans"),
        (r"promesse", "engagement"),
        (r"\d (\w+ )?et plus", "ou plus"),
    ],
)
def test_french_does_not_say(words: str, instead: str) -> None:
    found = [place for place, text in FRENCH.items() if re.search(rf"\b({words})\b", plain(text), re.IGNORECASE)]
    assert found == [], f"write {instead!r}"


@pytest.mark.parametrize("words", ["average client", "and more", "and above", r"deleted in \{", "revolving", "promise"])
def test_english_does_not_say(words: str) -> None:
    found = [place for place, text in ENGLISH.items() if re.search(rf"\b{words}", text, re.IGNORECASE)]
    assert found == []


def test_the_letter_speaks_to_the_client_and_calls_itself_a_letter() -> None:
    read = {key: plain(text) for key, text in FR.items() if CLIENT_READS.match(key)}

    assert len(read) > 20
    for key, text in read.items():
        assert not re.search(r"\b(tu|te|toi|ton|ta|tes|le client|du client|au client|ce document)\b", text, re.I), key
    for messages in (EN, FR):
        assert not [k for k, text in messages.items() if k.startswith("letter.") and "document" in text.lower()]


def test_roles_and_topics_are_translated() -> None:
    keys = [*(f"role.{role}" for role in Role), *(f"operations.topic.{spec.name}" for spec in TOPICS)]

    assert len(keys) > 8
    for key in keys:
        assert FR[key] != EN[key], key


def test_the_status_of_a_payment_is_said_as_a_status() -> None:
    for feature in uci_schema():
        if "0" in feature.value_labels:
            assert feature.value_labels["0"] == {"fr": "Minimum payé", "en": "Minimum paid"}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_reason_of_a_client_always_has_its_fact(language: str) -> None:
    messages = LANGUAGES[language].messages
    for key, text in messages.items():
        if key.startswith("reason.") and not key.startswith("reason.several_"):
            assert "{fact}" in text, key
