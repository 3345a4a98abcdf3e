"""The messages of one language: a folder of TOML files, named by its BCP 47 tag."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import babel

from contract.schema import LANGUAGE_TAG, Language

DESCRIPTION_FILE = "language.toml"
"""Optional. `name`: what the language calls itself; `conventions`: the CLDR locale of its numbers and dates."""


class CatalogueError(Exception):
    """A folder that holds no usable catalogue. Names the file, and what is wrong with it."""


@dataclass(frozen=True)
class Catalogue:
    """Messages by key. One that depends on a count has a key for each of its plural forms: `key.one`, `key.other`."""

    language: Language
    name: str
    conventions: babel.Locale
    messages: Mapping[str, str]

    def find(self, key: str, count: float | None = None) -> str | None:
        """Return a message, in the plural form of `count` (CLDR) where there is one; None without such a key."""
        if count is not None:
            for form in (self.conventions.plural_form(count), "other"):
                if (message := self.messages.get(f"{key}.{form}")) is not None:
                    return message
        return self.messages.get(key)


def read_catalogue(folder: Path) -> Catalogue:
    """Read the TOML files of a folder: one table of strings each, no key twice. Raises CatalogueError."""
    tag = folder.name
    if not LANGUAGE_TAG.match(tag):
        raise CatalogueError(f"{folder}: the name of the folder must be a BCP 47 language tag, such as fr or pt-BR")
    messages: dict[str, str] = {}
    for file in sorted(folder.glob("*.toml")):
        if file.name == DESCRIPTION_FILE:
            continue
        for key, message in _read_table(file).items():
            if not isinstance(message, str):
                raise CatalogueError(f'{file}: write the key in quotes and its message as a string: "{key}" = "…"')
            if key in messages:
                raise CatalogueError(f"{file}: the key {key} is in another file, too")
            messages[key] = message
    description = _read_table(folder / DESCRIPTION_FILE) if (folder / DESCRIPTION_FILE).exists() else {}
    try:
        conventions = babel.Locale.parse(description.get("conventions", tag), sep="-")
    except (babel.UnknownLocaleError, ValueError):
        raise CatalogueError(
            f"{folder}: CLDR has no conventions for this language; name a locale that it knows in {DESCRIPTION_FILE}: "
            'conventions = "en-GB"'
        ) from None
    return Catalogue(tag, str(description.get("name", conventions.display_name)), conventions, messages)


def _read_table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{file}: {error}") from None
