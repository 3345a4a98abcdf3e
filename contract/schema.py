"""The feature schema: everything that is known about each feature, once, for every service."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from contract.errors import JSON_DECODE_ERRORS, SchemaError

Language: TypeAlias = str
"""A BCP 47 tag, such as `fr` or `pt-BR`."""

LANGUAGE_TAG = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")

FALLBACK_LANGUAGE: Language = "en"
"""For whatever a language does not have."""


def fallback_chain(language: Language) -> tuple[Language, ...]:
    """Return a tag, its less specific forms and English: pt-BR, pt, en (the lookup of RFC 4647)."""
    parts = language.split("-")
    tags = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return tuple(dict.fromkeys((*tags, FALLBACK_LANGUAGE)))


class FeatureType(StrEnum):
    """How a feature's value is written, validated, encoded and shown."""

    NUMBER = "number"
    """A real number within bounds."""

    INTEGER = "integer"
    """A whole number within bounds."""

    CATEGORICAL = "categorical"
    """One of the levels; encoded as the position of the level in the schema."""


class LocalizedText(dict[Language, str]):
    """One text by language tag. For a language that it lacks: the less specific tag, English, or any that there is."""

    def __missing__(self, language: Language) -> str:
        return next((self[tag] for tag in fallback_chain(language) if tag in self), next(iter(self.values())))


class Level(Struct, frozen=True):
    """One value of a choice. Requests may write a numeric level as a JSON number."""

    value: str
    label: LocalizedText


class RecourseConstraint(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which changes of an actionable feature can be suggested to a client without absurdity.

    `direction`: 1 only to a greater value or a later level, -1 only to a smaller value or an earlier level, 0 either
    way. `minimum` and `maximum` bound a number.
    """

    direction: Literal[-1, 0, 1] = 0
    minimum: float | None = None
    maximum: float | None = None


class Feature(Struct, kw_only=True, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One feature.

    `in_model` tells whether the model reads it; `sensitive` ones do not take part unless training was asked to use
    them. `monotone` is the direction in which the PD may move when the value grows: 1 up, -1 down, 0 free.
    """

    name: str
    type: FeatureType
    label: LocalizedText
    description: LocalizedText | None = None
    unit: str | None = None
    group: LocalizedText | None = None
    minimum: float | None = None
    maximum: float | None = None
    outside: Literal["refuse", "clip", "missing"] = "refuse"
    """What a number outside the bounds is, for the model and when files are loaded: at fault, the nearest bound, or
    missing."""
    levels: Sequence[Level] = ()
    other_level: str | None = None
    """The level that stands for every unknown level; None: an unknown level is invalid."""
    value_labels: Mapping[str, LocalizedText] = {}
    """Words for single values of a number that are amounts all the same: value as text → wording."""
    codes: Mapping[str, LocalizedText | None] = {}
    """Special values of a number that are no amounts, such as -7 for "condition not met": value as text → wording;
    None: simply missing. A code may lie outside the bounds, and is a code inside them, too. The model reads a worded
    code as its number, which lies apart from the amounts, so that one split tells each code from them and from the
    other codes. Codes have no order, so such a feature cannot be monotone."""
    missing_allowed: bool = False
    monotone: Literal[-1, 0, 1] = 0
    actionable: bool = False
    recourse: RecourseConstraint | None = None
    """None: an actionable feature may be advised to move as far as its bounds allow."""
    sensitive: bool = False
    in_model: bool = True
    raises: LocalizedText | None = None
    """Sentence an advisor can say when this feature raises the client's risk."""
    lowers: LocalizedText | None = None
    """Sentence an advisor can say when this feature lowers the client's risk."""

    @property
    def bounds(self) -> tuple[float, float]:
        """The bounds of a number: a schema that was checked has both."""
        low, high = self.minimum, self.maximum
        if low is None or high is None:
            raise TypeError(f"the feature {self.name} has no bounds")
        return low, high

    def code(self, value: object) -> str | None:
        """Return the code that a value is, as the schema writes it; None for an amount, a level or no value."""
        if not self.codes or isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return next((code for code in self.codes if float(code) == value), None)

    @property
    def named_codes(self) -> tuple[str, ...]:
        """The codes that have words: each forms a group of its own, as the others count among the missing."""
        return tuple(code for code, words in self.codes.items() if words is not None)

    def amount(self, value: object) -> float | None:
        """Return the amount that a value is; None for a code, a level or no value."""
        if self.type is FeatureType.CATEGORICAL or not isinstance(value, int | float) or self.code(value) is not None:
            return None
        return float(value)


class FeatureSchema(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, dict=True):
    """The features of one data set, in the order in which the model reads them.

    Raises SchemaError on construction from a file when it contradicts itself.
    """

    name: str
    features: Sequence[Feature]
    currency: str | None = None
    draft: bool = False
    """Whether its texts were inferred and not yet reviewed: a letter then says that it is a draft."""

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)

    def __getitem__(self, name: str) -> Feature:
        return self.by_name[name]

    @cached_property
    def by_name(self) -> dict[str, Feature]:
        """Features by name."""
        return {feature.name: feature for feature in self.features}

    @cached_property
    def model_features(self) -> tuple[Feature, ...]:
        """The features that the model reads, in column order."""
        return tuple(feature for feature in self.features if feature.in_model)

    @cached_property
    def model_feature_names(self) -> tuple[str, ...]:
        """Names of `model_features`."""
        return tuple(feature.name for feature in self.model_features)


_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_.\-]{0,62}$")


def check_schema(schema: FeatureSchema) -> FeatureSchema:
    """Return the schema. Raises SchemaError that names every feature with something wrong, and what is."""
    names = Counter(feature.name for feature in schema)
    problems = [f"two features of the schema have the same name, {name!r}" for name, n in names.items() if n > 1]
    if not schema.model_features:
        problems.append("no feature of the schema is in the model")
    problems += [f"feature {feature.name!r}: {problem}" for feature in schema if (problem := _problem(feature))]
    if problems:
        raise SchemaError("; ".join(problems))
    return schema


def _problem(feature: Feature) -> str | None:
    if not _NAME.match(feature.name):
        return "a name is a letter followed by at most 62 letters, digits, '_', '.' or '-'"
    if feature.recourse and not feature.actionable:
        return "advice needs an actionable feature"
    return _code_problem(feature) or _value_problem(feature)


def _value_problem(feature: Feature) -> str | None:
    if feature.type is FeatureType.CATEGORICAL:
        return _choice_problem(feature)
    if feature.levels or feature.other_level is not None:
        return f"a {feature.type} has no levels"
    if feature.minimum is None or feature.maximum is None or feature.minimum > feature.maximum:
        return "minimum and maximum are needed, in that order"
    if feature.outside == "missing" and not feature.missing_allowed:
        return "outside 'missing' needs missing_allowed"
    return None


def _choice_problem(feature: Feature) -> str | None:
    values = [level.value for level in feature.levels]
    if len(set(values)) != len(values) or not values:
        return "a choice needs levels, each once"
    if feature.monotone:
        return "a choice has no monotone direction"
    if feature.outside != "refuse":
        return "a choice has other_level, not outside"
    if feature.other_level is not None and feature.other_level not in values:
        return "other_level is one of the levels"
    return None


def _code_problem(feature: Feature) -> str | None:
    if feature.codes and feature.type is FeatureType.CATEGORICAL:
        return "a choice has levels and no codes"
    try:
        numbers = [float(code) for code in feature.codes]
    except ValueError:
        return "a code is a number"
    if not all(map(math.isfinite, numbers)) or len(set(numbers)) != len(numbers):
        return "a code is a finite number, each once"
    if None in feature.codes.values() and not feature.missing_allowed:
        return "a code that means missing needs missing_allowed"
    if feature.monotone and any(feature.codes.values()):
        return "a monotone feature has no codes with words: null makes them missing, monotone 0 keeps them"
    return None


def load_schema(source: bytes | Path) -> FeatureSchema:
    """Read `schema.json` from bytes or a file. Raises SchemaError, naming the place."""
    content = source.read_bytes() if isinstance(source, Path) else source
    try:
        return check_schema(msgspec.json.decode(content, type=FeatureSchema, dec_hook=_decode))
    except (SchemaError, *JSON_DECODE_ERRORS) as error:
        place = f"{source}: " if isinstance(source, Path) else ""
        raise SchemaError(f"{place}{error}") from None


def dump_schema(schema: FeatureSchema) -> bytes:
    """Return `schema.json`, indented for people to edit."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _decode(kind: type, value: object) -> object:
    """Return a text from its JSON object. Raises ValueError, which msgspec reports with its place."""
    if kind is not LocalizedText:
        raise NotImplementedError(kind)
    if not isinstance(value, dict) or not value:
        raise ValueError("a text is an object with at least one language")
    for language, text in value.items():
        if not LANGUAGE_TAG.match(language) or not isinstance(text, str):
            raise ValueError(f"{language!r}: expected a language tag and its text")
    return LocalizedText(value)
