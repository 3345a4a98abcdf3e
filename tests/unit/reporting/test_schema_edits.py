"""A form of a feature, and the feature that it makes: sound, or with what is wrong beside the field."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contract.errors import SchemaError
from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText, RecourseConstraint, check_schema
from reporting.schema_editor.edits import FieldProblem, OpenPoint, edited, form_of, open_points
from training.german import german_schema
from training.uci import uci_schema

LANGUAGES = ["fr", "en"]


def text(word: str) -> LocalizedText:
    return LocalizedText(fr=word, en=word)


SINCE = Feature(
    name="since",
    type=FeatureType.INTEGER,
    label=LocalizedText(fr="Depuis", en="Since", de="Seit"),
    minimum=0,
    maximum=240,
    codes={"-7": text("not met"), "98": None},
    missing_allowed=True,
)
HOME = Feature(
    name="home",
    type=FeatureType.CATEGORICAL,
    label=text("Home"),
    levels=tuple(Level(value, text(value)) for value in ("rent", "own", "free")),
)


@pytest.mark.parametrize("schema", [uci_schema(), german_schema(), FeatureSchema("x", (SINCE, HOME))])
def test_a_form_that_nobody_touched_makes_the_same_feature(schema: FeatureSchema) -> None:
    for feature in schema:
        form = form_of(feature, LANGUAGES)
        assert edited(feature, form) == (feature, {})
        form["actionable"] = not feature.actionable  # every field goes through the form
        other, problems = edited(feature, form)
        assert not problems
        assert replace(other, actionable=feature.actionable, recourse=feature.recourse) == feature


def test_what_is_typed_is_what_is_saved() -> None:
    form = form_of(SINCE, LANGUAGES)
    form["label"] = {"fr": " Mois depuis ", "en": ""}
    form |= {"minimum": "−1 000,5", "maximum": "1e3", "unit": "months", "outside": "clip", "actionable": True}
    form |= {"direction": "-1", "codes": [{"value": "-9", "words": {"fr": "aucun", "en": "none"}}]}
    feature, problems = edited(SINCE, form)
    assert problems == {}
    assert feature.label == {"fr": "Mois depuis", "de": "Seit"}, "a language that is not shown is kept"
    assert (feature.minimum, feature.maximum, feature.unit, feature.outside) == (-1000.5, 1000.0, "months", "clip")
    assert feature.codes == {"-9": {"fr": "aucun", "en": "none"}}
    assert feature.recourse == RecourseConstraint(-1)


def test_levels_keep_their_words_in_another_order() -> None:
    form = form_of(HOME, LANGUAGES)
    form["levels"][0], form["levels"][2] = form["levels"][2], form["levels"][0]
    form["levels"][0]["words"]["fr"] = "Gratuit"
    form["other_level"] = "own"
    feature, problems = edited(HOME, form)
    assert problems == {}
    assert [level.value for level in feature.levels] == ["free", "own", "rent"]
    assert feature.levels[0].label == {"fr": "Gratuit", "en": "free"}
    assert feature.other_level == "own"


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"minimum": "many"}, "minimum", FieldProblem.NO_NUMBER),
        ({"maximum": "inf"}, "maximum", FieldProblem.NO_NUMBER),
        ({"minimum": "241"}, "maximum", FieldProblem.TOO_SMALL),
        ({"label": {"fr": " ", "en": ""}}, "label", FieldProblem.NO_LABEL),
        ({"missing_allowed": False}, "codes", FieldProblem.NOT_OPTIONAL),
        ({"missing_allowed": False, "outside": "missing"}, "outside", FieldProblem.NOT_OPTIONAL),
        ({"monotone": "1"}, "monotone", FieldProblem.CODES_HAVE_NO_ORDER),
        ({"codes": [{"value": "x", "words": {}}]}, "codes", FieldProblem.NO_NUMBER),
        ({"codes": [{"value": "-7", "words": {}}, {"value": "-7.0", "words": {}}]}, "codes", FieldProblem.TWICE),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(changes, field: str, problem: FieldProblem) -> None:
    _, problems = edited(SINCE, form_of(SINCE, LANGUAGES) | changes)
    assert problems[field] is problem


words = st.fixed_dictionaries({language: st.sampled_from(["", " ", "aucun"]) for language in LANGUAGES})
codes = st.lists(
    st.builds(lambda value, words: {"value": value, "words": words}, st.sampled_from(["-7", "98", "x", "1_0"]), words),
    max_size=3,
)
typed = st.fixed_dictionaries(
    {},
    optional={
        "label": words,
        "raises": words,
        "minimum": st.sampled_from(["0", "5,5", "", "x", "nan", "300"]),
        "maximum": st.sampled_from(["240", "−1", "", "1 000"]),
        "outside": st.sampled_from(["refuse", "clip", "missing"]),
        "monotone": st.sampled_from(["-1", "0", "1"]),
        "direction": st.sampled_from(["-1", "0", "1"]),
        "codes": codes,
        **{field: st.booleans() for field in ("in_model", "sensitive", "missing_allowed", "actionable")},
    },
)


@given(typed)
def test_a_form_without_a_problem_makes_a_schema_that_holds_and_one_with_a_problem_does_not_lose_it(changes) -> None:
    form = form_of(SINCE, LANGUAGES) | changes
    before = copy.deepcopy(form)
    feature, problems = edited(SINCE, form)
    assert form == before
    schema = FeatureSchema("x", (feature, replace(HOME)))
    if not problems:
        check_schema(schema)
    elif not problems.keys() & {"label", "codes"}:  # what these hold cannot be written into a feature
        with pytest.raises(SchemaError):
            check_schema(schema)


def test_what_deserves_a_look_is_listed() -> None:
    assert open_points(HOME) == [OpenPoint.ONE_LABEL, OpenPoint.PLAIN_SENTENCES, OpenPoint.LEVELS_AS_IN_DATA]
    assert open_points(replace(SINCE, actionable=True, in_model=False)) == [OpenPoint.ADVICE_WITHOUT_BOUNDS]
