"""What a person can change in a feature: the values of a form, and the feature that they make. No I/O."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, TypeAlias, TypedDict

from msgspec.structs import replace

from contract.schema import Feature, FeatureSchema, FeatureType, Language, Level, LocalizedText, RecourseConstraint

Words: TypeAlias = dict[Language, str]


class Row(TypedDict):
    """A level, or a code: its value and its words."""

    value: str
    words: Words


Form: TypeAlias = dict[str, Any]
"""Field → value, as it is typed: text, a truth, words by language, or rows."""


class FieldProblem(StrEnum):
    """What is wrong with a field."""

    NO_NUMBER = "no_number"
    TOO_SMALL = "too_small"
    NO_LABEL = "no_label"
    NOT_OPTIONAL = "not_optional"
    TWICE = "twice"
    CODES_HAVE_NO_ORDER = "codes_have_no_order"


class SaveOutcome(StrEnum):
    """What became of saving."""

    SAVED = "saved"
    CHANGED_ELSEWHERE = "changed_elsewhere"
    NOT_WRITABLE = "not_writable"


class OpenPoint(StrEnum):
    """What a person should look at before a feature's words reach a client."""

    ONE_LABEL = "one_label"
    PLAIN_SENTENCES = "plain_sentences"
    LEVELS_AS_IN_DATA = "levels_as_in_data"
    ADVICE_WITHOUT_BOUNDS = "advice_without_bounds"


def open_points(feature: Feature) -> list[OpenPoint]:
    """Return what deserves a look."""
    found = []
    if len(set(feature.label.values())) == 1:
        found.append(OpenPoint.ONE_LABEL)
    if feature.in_model and not (feature.raises and feature.lowers):
        found.append(OpenPoint.PLAIN_SENTENCES)
    if any(label == level.value for level in feature.levels for label in level.label.values()):
        found.append(OpenPoint.LEVELS_AS_IN_DATA)
    if feature.actionable and feature.recourse is None:
        found.append(OpenPoint.ADVICE_WITHOUT_BOUNDS)
    return found


def form_of(feature: Feature, languages: Sequence[Language]) -> Form:
    """Return a feature as the values of its form."""

    def words(text: LocalizedText | None) -> Words:
        known: Mapping[Language, str] = text or {}
        return {language: known.get(language, "") for language in languages}

    form: Form = {
        "label": words(feature.label),
        "raises": words(feature.raises),
        "lowers": words(feature.lowers),
        "in_model": feature.in_model,
        "sensitive": feature.sensitive,
        "missing_allowed": feature.missing_allowed,
        "actionable": feature.actionable,
        "direction": str(feature.recourse.direction if feature.recourse else 0),
    }
    if feature.type is FeatureType.CATEGORICAL:
        levels = [Row(value=level.value, words=words(level.label)) for level in feature.levels]
        return form | {"levels": levels, "other_level": feature.other_level or ""}
    return form | {
        "unit": feature.unit or "",
        "minimum": _number_text(feature.minimum),
        "maximum": _number_text(feature.maximum),
        "outside": feature.outside,
        "monotone": str(feature.monotone),
        "codes": [Row(value=code, words=words(text)) for code, text in feature.codes.items()],
    }


def edited(feature: Feature, form: Form) -> tuple[Feature, dict[str, FieldProblem]]:
    """Return the feature that a form makes of `feature`, and what is wrong with which field.

    A feature with problems is not to be used.
    """
    languages = list(form["label"])
    if form == form_of(feature, languages):
        return feature, {}
    problems: dict[str, FieldProblem] = {}
    if not any(text.strip() for text in form["label"].values()):
        problems["label"] = FieldProblem.NO_LABEL
    old = feature.recourse or RecourseConstraint()
    direction: Literal[-1, 0, 1] = _SIGNS[form["direction"]]
    changed = replace(
        feature,
        label=_text(form["label"], feature.label) or feature.label,
        raises=_text(form["raises"], feature.raises),
        lowers=_text(form["lowers"], feature.lowers),
        in_model=form["in_model"],
        sensitive=form["sensitive"],
        missing_allowed=form["missing_allowed"],
        actionable=form["actionable"],
        recourse=replace(old, direction=direction) if form["actionable"] else None,
    )
    rest = _choice if feature.type is FeatureType.CATEGORICAL else _number
    return rest(changed, form, problems), problems


_SIGNS: Mapping[str, Literal[-1, 0, 1]] = {"-1": -1, "0": 0, "1": 1}


def _choice(feature: Feature, form: Form, problems: dict[str, FieldProblem]) -> Feature:
    before = {level.value: level.label for level in feature.levels}
    levels = tuple(
        Level(row["value"], _text(row["words"], before[row["value"]]) or LocalizedText(en=row["value"]))
        for row in form["levels"]
    )
    if not all(any(text.strip() for text in row["words"].values()) for row in form["levels"]):
        problems["levels"] = FieldProblem.NO_LABEL
    return replace(feature, levels=levels, other_level=form["other_level"] or None)


def _number(feature: Feature, form: Form, problems: dict[str, FieldProblem]) -> Feature:
    low, high = (_read_number(form[field]) for field in ("minimum", "maximum"))
    for field, number in (("minimum", low), ("maximum", high)):
        if number is None:
            problems[field] = FieldProblem.NO_NUMBER
    if low is not None and high is not None and low > high:
        problems["maximum"] = FieldProblem.TOO_SMALL
    if form["outside"] == "missing" and not form["missing_allowed"]:
        problems["outside"] = FieldProblem.NOT_OPTIONAL
    codes = {row["value"].strip(): _text(row["words"], feature.codes.get(row["value"])) for row in form["codes"]}
    if problem := _code_problem([row["value"] for row in form["codes"]], codes, form["missing_allowed"]):
        problems["codes"] = problem
    if form["monotone"] != "0" and any(codes.values()):
        problems["monotone"] = FieldProblem.CODES_HAVE_NO_ORDER
    return replace(
        feature,
        unit=form["unit"].strip() or None,
        minimum=low,
        maximum=high,
        outside=form["outside"],
        monotone=_SIGNS[form["monotone"]],
        codes=codes,
    )


def _code_problem(
    written: Iterable[str], codes: Mapping[str, LocalizedText | None], missing_allowed: bool
) -> FieldProblem | None:
    numbers = [_plain_number(code.strip()) for code in written]
    if None in numbers:
        return FieldProblem.NO_NUMBER
    if len(set(numbers)) != len(numbers):
        return FieldProblem.TWICE
    return FieldProblem.NOT_OPTIONAL if None in codes.values() and not missing_allowed else None


def _text(words: Words, before: LocalizedText | None) -> LocalizedText | None:
    """Return a text with these words; languages that the form does not show keep theirs. None if nothing is left."""
    kept = {language: text for language, text in (before or {}).items() if language not in words}
    given = {language: text.strip() for language, text in words.items() if text.strip()}
    return LocalizedText({**kept, **given}) if given else None


def _number_text(number: float | None) -> str:
    return "" if number is None else f"{number:.15g}"


def _read_number(text: str) -> float | None:
    """Return a number as people type it: spaces between thousands, and a comma or a point before decimals."""
    return _plain_number("".join(text.split()).replace(",", ".").replace("−", "-"))


def _plain_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


Save = Callable[[FeatureSchema], SaveOutcome]
"""Writes the schema."""


class SchemaEditor:
    """What was changed so far. It outlasts a reload of the page."""

    def __init__(self, schema: FeatureSchema, languages: Sequence[Language], file: str, save: Save) -> None:
        self.schema, self.file, self._save = schema, file, save
        self.forms: dict[str, Form] = {feature.name: form_of(feature, languages) for feature in schema}
        self.reviewed = not schema.draft

    def edited(self, name: str) -> tuple[Feature, dict[str, FieldProblem]]:
        """Return a feature as it would be saved, and what is wrong with which of its fields."""
        return edited(self.schema[name], self.forms[name])

    @property
    def invalid(self) -> list[str]:
        """Features with a problem."""
        return [feature.name for feature in self.schema if self.edited(feature.name)[1]]

    @property
    def result(self) -> FeatureSchema:
        """The schema as it would be saved."""
        features = tuple(self.edited(feature.name)[0] for feature in self.schema)
        return replace(self.schema, features=features, draft=not self.reviewed)

    def save(self) -> SaveOutcome:
        """Write the schema."""
        return self._save(self.result)
