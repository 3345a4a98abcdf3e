"""What letters to clients say of the bank."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, InstanceOf
from pydantic_settings import NoDecode

from contract.schema import FALLBACK_LANGUAGE, LANGUAGE_TAG, LocalizedText

MAX_LENGTH = 4_000
"""Characters of a text in all its languages."""


def _by_language(value: Any) -> Any:
    """Return a plain text as the text of every language, and a JSON object as a text for each. Raises ValueError."""
    if not isinstance(value, str):
        return value
    if len(value) > MAX_LENGTH:
        raise ValueError(f"must have at most {MAX_LENGTH} characters: a letter is one page")
    if not value.lstrip().startswith("{"):
        return LocalizedText({FALLBACK_LANGUAGE: value})
    try:
        texts = json.loads(value)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError('must be a text, or a JSON object such as {"fr": "…", "en": "…"}') from None
    if not texts or not all(
        LANGUAGE_TAG.match(tag) and isinstance(text, str) and text.strip() for tag, text in texts.items()
    ):
        raise ValueError('must have a text for each language tag, such as {"fr": "…", "en": "…"}')
    return LocalizedText(texts)


LetterText = Annotated[InstanceOf[LocalizedText] | None, BeforeValidator(_by_language), NoDecode]
"""One text for all languages, a JSON object with a text for each, or none."""


class LetterSettings(BaseModel):
    """Settings of the letter. What only the bank knows has no default: the letter leaves a place to fill in by hand."""

    bank_name: str | None = Field(
        None,
        max_length=200,
        description="the bank's name on letters to clients; none leaves a place to fill in by hand",
    )
    letter_contact: LetterText = Field(
        None,
        description="whom a client can turn to for a review, as letters say it: department, address, telephone. This "
        'and the next settings are one text, or one for each language: `{"fr": "…", "en": "…"}`',
    )
    letter_decision: LetterText = Field(
        None,
        description="how the result weighs on the bank's decision, in one sentence of letters; default: an advisor "
        "reviews it with the file, and decides",
    )
    letter_data_sources: LetterText = Field(
        None,
        description="where the data come from, as letters say it after “Source:”; none leaves a place to fill in",
    )
    letter_complaints: LetterText = Field(
        None,
        description="whom letters name for complaints besides the data protection authority, such as an ombudsman; "
        "none leaves the sentence out",
    )
    letter_fonts: Path | None = Field(
        None,
        description="folder of more fonts for letters as PDF, such as Noto Sans CJK. Without it they show Latin, "
        "Greek, Cyrillic, Hebrew, Arabic and Devanagari, and □ for any other character",
    )
