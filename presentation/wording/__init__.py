"""Every word on the screen, one file per subject, each wording in both languages side by side.

French: an apostrophe is typographic; a narrow no-break space stands before ; : ! ? and inside « ».
"""

from contract.schema import Language, Text
from presentation.wording import (
    audit,
    client,
    finding,
    identity,
    letter,
    model,
    operations,
    portfolio,
    problems,
    score,
    shell,
    similar,
    what_if,
)

CATALOGUES: tuple[dict[str, Text], ...] = (
    shell.WORDS,
    identity.WORDS,
    problems.WORDS,
    finding.WORDS,
    client.WORDS,
    score.WORDS,
    portfolio.WORDS,
    model.WORDS,
    similar.WORDS,
    letter.WORDS,
    what_if.WORDS,
    audit.WORDS,
    operations.WORDS,
)

WORDS: dict[str, Text] = {key: text for catalogue in CATALOGUES for key, text in catalogue.items()}


def say(language: Language, key: str, **values: object) -> str:
    """Return one wording with its placeholders filled. Raises KeyError for a key that no catalogue has."""
    text = WORDS[key][language]
    return text.format(**values) if values else text
