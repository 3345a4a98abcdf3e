"""Messages by language tag. Superseded by `Locale.text`."""

from contract.schema import FALLBACK_LANGUAGE, Language
from presentation.languages import LANGUAGES

WORDS = LANGUAGES[FALLBACK_LANGUAGE].messages


def say(language: Language, key: str, **values: object) -> str:
    """Return one message with its placeholders filled. Raises KeyError for a key that no catalogue has."""
    return LANGUAGES.locale(language).text(key, **values)
