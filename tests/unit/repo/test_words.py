"""Words that the glossary advises against stay out of documentation, help, settings and screens."""

import re
from pathlib import Path

import pytest

from tests.unit.repo.files import tracked_texts

READ_BY_PEOPLE = re.compile(
    r"(README|CONTRIBUTING|SECURITY|CHANGELOG)\.md|docs/.*\.(md|yaml)|presentation/catalogues/.*\.toml|"
    r"docker-compose\.yml|\.env\.example|Makefile"
)
NOT_THE_GLOSSARY = {"docs/glossary.md"}
"""It names the words in order to advise against them."""

PRIVATE_WORDS = {
    r"whoever": "anyone who, callers that",
    r"anybody|somebody": "anyone, someone, or the actor",
    r"at fault": "invalid, wrong",
    r"mend(s|ed|ing)?": "fix",
    r"wish(es)?": "request",
    r"roads?": "connection, code path",
    r"doors?": "entry point, listener",
    r"stands? still|standstill": "stall",
    r"goes on|go on": "continue, resume",
    r"shar(e|es|ed|ing) out": "assign, rebalance",
    r"strangers?": "unauthenticated caller",
    r"tells?|told": "report, return, show",
    r"vouch(es|ed)?": "authenticate",
    r"forgets?|forgotten|forgetting": "delete, expire",
    r"lends?": "return",
    r"crew": "workers",
    r"messagerie": "broker",
    r"fiches?": "dossier client, lettre",
    r"registre des accès": "journal des accès",
    r"caractéristiques?": "variable, donnée du client",
}
QUOTED = re.compile(
    "|".join(
        (
            r"What you can tell the client",  # what an advisor does
            r"adr/\d{4}-[a-z-]+\.md",  # names of files stay, so that links do
            r"roads-[a-z]+",
            r"--forget",  # an option
            r"commitment to lend",  # what a letter must not seem to be
        )
    )
)


@pytest.mark.parametrize("word", PRIVATE_WORDS)
def test_a_private_word_is_not_used(word):
    pattern = re.compile(rf"\b({word})\b", re.IGNORECASE)
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in tracked_texts().items()
        if READ_BY_PEOPLE.fullmatch(name) and name not in NOT_THE_GLOSSARY
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(QUOTED.sub("", line))
    ]
    assert not found, f"write {PRIVATE_WORDS[word]!r}:\n" + "\n".join(found)


def test_the_glossary_has_french_for_each_term():
    rows = [line.split("|")[1:-1] for line in Path("docs/glossary.md").read_text().splitlines() if line.startswith("|")]
    terms = [row for row in rows if row[0].strip() not in ("term", "---")]
    assert len(terms) > 40
    assert [row[0].strip() for row in terms if len(row) != 4 or not row[1].strip()] == []
