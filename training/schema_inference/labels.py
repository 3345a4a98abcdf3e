"""Names of columns as labels that people read."""

import re
import unicodedata

_BETWEEN_WORDS = re.compile(
    r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ]{2})|(?<=[A-Za-zà-ÿ]{3})(?=\d)|(?<=\d)(?=[A-Z][a-zà-ÿ])"
)


def readable_label(column: str) -> str:
    """Return a name as a label: `person_home_ownership` → "Person home ownership", `MonthlyIncome` → "Monthly income".

    What has spaces was written for people: only its first letter is made large. Short words in capitals inside a name
    of mixed letters stay (`FICO_score`); a name in capitals throughout does not (`LIMIT_BAL` → "Limit bal").
    """
    text = " ".join(column.split())
    if " " not in text:
        text = _words_of(text)
    return text[:1].upper() + text[1:]


def _words_of(name: str) -> str:
    shouted = name.upper() == name
    parted = _BETWEEN_WORDS.sub(" ", name)
    parts = [part for part in re.split(r"[\s_.]+|-(?!\d)", parted) if part]
    words = [part if _is_acronym(part) and not shouted else part.lower() for part in parts]
    return unicodedata.normalize("NFC", " ".join(words)) or name


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.upper() == word and any(sign.isalpha() for sign in word)
