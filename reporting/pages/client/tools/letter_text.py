"""Any text as a page can show it: without control characters, and with places at which long words may break."""

import unicodedata
from collections.abc import Callable, Collection

import msgspec

from reporting.pages.client.tools.letter import ClientLetter

LONG_WORD = 30
"""Characters; longer ones do not fit half of a page, and few languages have any."""

PIECE = 16
"""Characters of a long word after which it may break: the widest ones still fit a column."""

BREAK = "\u200b"
"""Zero-width space: a place to break a line."""

REPLACEMENT = "□"

SHAPING = "\u00ad\u200b\u200c\u200d\u200e\u200f"
"""Invisible characters that a writing system needs: soft hyphen, breaks, joiners, marks of direction."""


def printable(text: str) -> str:
    """Return a text without what no page can show, or what would change the order of what follows it.

    Lone surrogates and code points without a character are replaced; white space of any kind is a space.
    """
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in ("Cs", "Cn", "Co"):
        return REPLACEMENT
    if character.isspace() or kind in ("Zl", "Zp"):
        return character if character in ("\u00a0", "\u202f", "\u2009") else " "
    return "" if kind in ("Cc", "Cf") and character not in SHAPING else character


def breakable(text: str) -> str:
    """Return a text whose long words can break; words of writing systems without spaces break by themselves, too."""
    return " ".join(word if len(word) <= LONG_WORD else _with_breaks(word) for word in text.split(" "))


def _with_breaks(word: str) -> str:
    pieces, length = [], 0
    for before, character in zip(" " + word, word, strict=False):
        joined = before in SHAPING or character in SHAPING or unicodedata.category(character).startswith("M")
        if length >= PIECE and not joined:
            pieces.append(BREAK)
            length = 0
        pieces.append(character)
        length += 1
    return "".join(pieces)


def replace_missing(text: str, missing: Collection[str]) -> str:
    """Return a text in which a visible replacement stands for each run of these characters."""
    kept: list[str] = []
    for character in text:
        if character not in missing:
            kept.append(character)
        elif not unicodedata.category(character).startswith("M"):  # a mark has no place of its own
            kept.append(REPLACEMENT)
    return "".join(kept)


def with_texts(letter: ClientLetter, change: Callable[[str], str]) -> ClientLetter:
    """Return the letter with every text changed."""
    return msgspec.convert(_changed(msgspec.to_builtins(letter), change), ClientLetter)


def characters_of(letter: ClientLetter) -> frozenset[str]:
    """Return the distinct characters of every text."""
    texts: list[str] = []

    def collect(text: str) -> str:
        texts.append(text)
        return text

    with_texts(letter, collect)
    return frozenset("".join(texts))


def _changed(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: item if name == "language" else _changed(item, change) for name, item in value.items()}
    return [_changed(item, change) for item in value] if isinstance(value, list | tuple) else value
