"""The languages of this installation, and the one that a terminal is set to.

A new language is one folder under `catalogues/`.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from contract.schema import FALLBACK_LANGUAGE, Language, fallback_chain
from presentation.catalogue import Catalogue, read_catalogue
from presentation.locale import Locale

CATALOGUES = Path(__file__).parent / "catalogues"


class Languages:
    """Catalogues by language. Safe to read from any thread."""

    def __init__(self, root: Path) -> None:
        """`root`: a folder with a folder for each language, English among them. Raises CatalogueError."""
        self._catalogues: dict[Language, Catalogue] = {}
        self._locales: dict[Language, Locale] = {}
        for folder in sorted(path for path in root.iterdir() if path.is_dir()):
            self.add(folder)

    def add(self, folder: Path) -> None:
        """Add the language of a folder, or replace it. Raises CatalogueError."""
        catalogue = read_catalogue(folder)
        self._catalogues[catalogue.language] = catalogue
        self._locales = {}  # languages that fell back may find more messages now

    def __iter__(self) -> Iterator[Language]:
        return iter(tuple(self._catalogues))

    def __getitem__(self, language: Language) -> Catalogue:
        return self._catalogues[language]

    def match(self, tag: str) -> Language | None:
        """Return the language that a BCP 47 tag asks for: fr for fr-CA. None when there is none."""
        known = {language.casefold(): language for language in self._catalogues}
        parts = tag.casefold().split("-")
        candidates = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((known[candidate] for candidate in candidates if candidate in known), None)

    def locale(self, language: Language) -> Locale:
        """Return how a language writes; English for one that is not here. Missing messages come from fallbacks."""
        tag = self.match(language) or FALLBACK_LANGUAGE
        if tag not in self._locales:
            chain = [self._catalogues[each] for each in fallback_chain(tag) if each in self._catalogues]
            self._locales[tag] = Locale(chain)
        return self._locales[tag]


LANGUAGES = Languages(CATALOGUES)


def terminal_language(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language of LC_ALL, LC_MESSAGES or LANG, the first that is set (POSIX); English for any other."""
    posix = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    tag = posix.partition(".")[0].partition("@")[0].replace("_", "-")
    return LANGUAGES.match(tag) or FALLBACK_LANGUAGE
