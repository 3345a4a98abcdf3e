"""Columns about sex, age, marriage, children, origin, belief or health, by the words of their names.

What is sensitive is so by law (Directive 2023/2225, Regulation 2016/679 Article 9, 15 U.S.C. 1691). Names are read in
English, French, German, Spanish, Italian, Portuguese and Dutch, see `vocabulary/sensitive.toml`. A false alarm leaves a
useful feature out of the model, and is said; a miss would train on it in silence. So a word counts unless a word beside
it names a thing.
"""

from dataclasses import dataclass

from training.schema_inference.words import Words, has_phrase, name_words, phrases, vocabulary


@dataclass(frozen=True)
class _Subject:
    """What a law protects, and how columns name it."""

    name: str
    words: frozenset[str]
    inside: tuple[str, ...]
    phrases: frozenset[Words]
    unless: frozenset[str]

    def is_named_by(self, words: Words) -> bool:
        """Return whether a name is about the subject."""
        if self.unless.intersection(words):
            return False
        joined = "".join(words)
        return (
            not self.words.isdisjoint(words)
            or joined in self.words
            or any(part in joined for part in self.inside)
            or has_phrase(words, self.phrases)
        )


_SUBJECTS = tuple(
    _Subject(
        name,
        frozenset(entry["words"].split()),
        tuple(entry.get("inside", "").split()),
        phrases(entry.get("phrases", ())),
        frozenset(entry.get("unless", "").split()),
    )
    for name, entry in vocabulary("sensitive").items()
)


def sensitive_subject(column: str) -> str | None:
    """Return what a column is about if that is sensitive, else None: "age" for `dob`, None for `car_age`."""
    words = name_words(column)
    return next((subject.name for subject in _SUBJECTS if subject.is_named_by(words)), None)
