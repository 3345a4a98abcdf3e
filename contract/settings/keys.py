"""Which keys are too weak to protect anything. No key appears in what this says."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

MIN_DIFFERENT_CHARACTERS = 8
"""Words that people repeat have fewer; of 32 random hexadecimal digits, practically never are."""

MAX_SEQUENCE_SHARE = 0.5
"""Of the steps from one character to the next, those to the same or a neighbouring one: `0123456789abcdef` consists of
them, and in a random key one in five is a surprise."""

ADVICE = "make one with `openssl rand -base64 32`"


def weaknesses(keys: Mapping[str, str]) -> Iterator[str]:
    """Say which of the keys (variable → key) could be guessed, and which are the same."""
    for variable, key in keys.items():
        if is_guessable(key):
            yield f"{variable} could be guessed: it repeats itself or counts up; {ADVICE}"
    variables = list(keys)
    for i, variable in enumerate(variables):
        for other in variables[i + 1 :]:
            if keys[variable] == keys[other]:
                yield f"{variable} and {other} must differ: who knows one would know both; {ADVICE}"


def is_guessable(key: str) -> bool:
    """Return whether a key repeats itself, counts up, or has few different characters."""
    if len(set(key)) < MIN_DIFFERENT_CHARACTERS:
        return True
    repeats = key in (key + key)[1:-1]
    near = sum(abs(ord(one) - ord(next_)) <= 1 for one, next_ in pairwise(key))
    return repeats or near > MAX_SEQUENCE_SHARE * (len(key) - 1)
