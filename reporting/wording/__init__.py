"""Every word on the screen, in each language. The catalogues hold the same keys and placeholders; a test compares."""

from contract.schema import Language
from reporting.wording import en, fr

CATALOGUES: dict[Language, dict[str, str]] = {"fr": fr.WORDS, "en": en.WORDS}


def say(language: Language, key: str, **values: object) -> str:
    """Return one wording with its placeholders filled. Raises KeyError for a key that no catalogue has."""
    text = CATALOGUES[language][key]
    return text.format(**values) if values else text
