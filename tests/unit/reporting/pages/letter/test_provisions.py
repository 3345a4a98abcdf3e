"""docs/letter.md names, for each sentence of the letter, the provisions that it serves; texts name no other."""

import re
from pathlib import Path

import pytest

from presentation.languages import LANGUAGES
from tests.unit.presentation.test_wording import CLIENT_READS

PAGE = Path("docs/letter.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| `letter.")]
SERVES = {key: row[2] for row in ROWS for key in re.findall(r"`(letter\.\w+)`", row[0])}

ARTICLES = re.compile(
    r"Article (?P<ccd>18\(8\)) of Directive \(EU\) 2023/2225|article (?P<conso>L\. 312-16) du Code de la consommation"
    r"|[Aa]rticle (?P<gdpr>\d+(?:\(\d\))?) (?:of the|du) (?:General Data Protection|GDPR|règlement général|RGPD)"
)


def messages(language: str) -> dict[str, str]:
    """Return what the client reads, plural forms under their common key."""
    found = LANGUAGES[language].messages
    return {
        re.sub(r"\.(one|other)$", "", key): text.replace("\u202f", " ").replace("\u00a0", " ")
        for key, text in found.items()
        if CLIENT_READS.match(key)
    }


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_page_has_each_sentence_once(language: str) -> None:
    assert sorted(SERVES) == sorted(messages(language))
    assert len(SERVES) == sum(len(re.findall(r"`letter\.", row[0])) for row in ROWS)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_sentence_names_only_articles_that_it_serves(language: str) -> None:
    named = 0
    for key, text in messages(language).items():
        found = list(ARTICLES.finditer(text))
        assert len(re.findall(r"[Aa]rticle", text)) == len(found), f"{key} names an article in another form"
        for match in found:
            named += 1
            served = SERVES[key]
            if match["ccd"]:
                assert f"CCD {match['ccd']}" in served, key
            elif match["conso"]:
                assert f"C. conso. {match['conso']}" in served, key
            else:
                assert re.search(rf"GDPR (\d+ and )?{re.escape(match['gdpr'])}", served), key
    assert named >= 5


def test_the_page_says_that_it_is_no_legal_advice() -> None:
    assert "no legal\nadvice" in PAGE
