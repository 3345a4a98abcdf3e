"""Canary clients: fictitious clients with unique values, which are found wherever they were stored. No I/O."""

import random
import secrets
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contract.ids import new_request_id
from contract.pseudonyms import pseudonymize
from contract.schema import Feature, FeatureSchema, FeatureType

KEY_ID = "canary"
PREFIX = f"{KEY_ID}-"
"""No pseudonym of a real client begins so, unless a bank gives its key that id."""

DIGITS = 11
"""Significant digits of a number that are searched for as text: rounding to 12 and more is found too, and a number that
shares them by chance is not to be expected in 10 GB of digits."""

FEATURES = 2
"""Feature values searched for in each canary: what stores a request stores all of it."""

Value = float | int | str


@dataclass(frozen=True)
class Canary:
    """A client that does not exist."""

    client_ref: str
    features: dict[str, Value]

    @property
    def unique_values(self) -> list[float]:
        """Feature values that occur nowhere else."""
        return [value for value in self.features.values() if isinstance(value, float)][:FEATURES]


def make_canary(schema: FeatureSchema) -> Canary:
    """Return a new canary with a value for every feature, within the schema's bounds."""
    numbers = random.SystemRandom()
    return Canary(
        pseudonymize(new_request_id(), secrets.token_bytes(), KEY_ID),
        {feature.name: _value(feature, numbers) for feature in schema.model_features},
    )


def needles(texts: Iterable[str], values: Iterable[float]) -> list[bytes]:
    """Return the byte sequences by which texts and numbers are found: as text, and as 64-bit floats of both orders."""
    found = [text.encode() for text in texts]
    for value in values:
        found += [_digits(value).encode(), struct.pack("<d", value), struct.pack(">d", value)]
    return found


def largest(log_odds: Sequence[float]) -> float:
    """Return the largest contribution: it is unique, while small ones may be exactly zero."""
    return max(log_odds, key=abs)


def _value(feature: Feature, numbers: random.Random) -> Value:
    if feature.type is FeatureType.CATEGORICAL:
        return numbers.choice(feature.levels).value
    assert feature.minimum is not None  # noqa: S101 - the schema's check demands both
    assert feature.maximum is not None  # noqa: S101
    if feature.type is FeatureType.INTEGER:
        return numbers.randint(int(feature.minimum), int(feature.maximum))
    return numbers.uniform(feature.minimum, feature.maximum)


def _digits(value: float) -> str:
    """Return the number's text, cut after its significant digits."""
    text = repr(abs(value)).partition("e")[0]
    place = next((i for i, character in enumerate(text) if character in "123456789"), 0)
    end, left = place, DIGITS
    while end < len(text) and left:
        left -= text[end] != "."
        end += 1
    return text[:end]
