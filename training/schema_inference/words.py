"""The words of a column's name, however it is written, and the vocabulary that they are looked up in."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from importlib import resources
from typing import Any

Words = tuple[str, ...]

_SMALL_WORD = re.compile(
    "a|al|as|at|by|d|da|das|dal|de|degli|dei|del|della|der|des|di|do|dos|du|el|et|in|l|la|las|le|les|los|o|of|or|the|"
    "to|und|y"
)
"""They join words in the languages that are read here, and say nothing themselves."""


def plain(text: str) -> str:
    """Return a text in lower case without accents; ß is written ss."""
    parts = unicodedata.normalize("NFKD", text.replace("ß", "ss").casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def name_words(column: str) -> Words:
    """Return the words of a name, plain: the same for "DateNaissance", "date_naissance" and "date-naissance".

    Digits part words and are no words.
    """
    composed = re.sub(r"\bn[°º]|№|#", " no ", unicodedata.normalize("NFC", column), flags=re.IGNORECASE)
    parted = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])", " ", composed)
    return tuple(re.findall(r"[^\W\d_]+", plain(parted)))


def phrases(texts: Iterable[str]) -> frozenset[Words]:
    """Return texts as the words that count."""
    return frozenset(_content(name_words(text)) for text in texts)


def has_phrase(words: Words, wanted: Iterable[Words]) -> bool:
    """Return whether one of the phrases stands in the words, in order, with at most small words between."""
    content = _content(words)
    return any(content[start : start + len(phrase)] == phrase for phrase in wanted for start in range(len(content)))


def vocabulary(name: str) -> dict[str, Any]:
    """Return a file of the vocabulary."""
    file = resources.files("training.schema_inference").joinpath("vocabulary", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _content(words: Words) -> Words:
    return tuple(word for word in words if not _SMALL_WORD.fullmatch(word))
