"""Filters derive from the schema, and handles at their ends hide nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.clients import LevelCriterion, RangeCriterion
from reporting.widgets.filters import (
    ChoiceFilter,
    RangeFilter,
    build_criteria,
    filter_range_text,
    filter_specs,
    filters_from_query,
    filters_to_query,
    nice_step,
)
from tests.unit.reporting.samples import BASELINE, EN, FR, SCHEMA

SPECS = {spec.feature.name: spec for spec in filter_specs(SCHEMA, BASELINE)}


def test_each_feature_has_a_filter_and_sensitive_ones_come_last() -> None:
    assert list(SPECS) == ["INCOME", "LATE", "HOME", "AGE"]


def test_sliders_span_where_clients_are_in_round_steps() -> None:
    income, late, age = SPECS["INCOME"], SPECS["LATE"], SPECS["AGE"]
    assert isinstance(income, RangeFilter)
    assert (income.start, income.end, income.step) == (12_000, 99_000, 1000)
    assert isinstance(late, RangeFilter)
    assert (late.start, late.end, late.step) == (-1, 1, 1)
    assert isinstance(age, RangeFilter)  # no histogram: the schema's bounds
    assert (age.start, age.end) == (18, 99)


def test_choices_offer_the_levels() -> None:
    assert SPECS["HOME"] == ChoiceFilter(SCHEMA["HOME"], ("1", "2"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((12_000, 99_000), ()),
        ((20_000, 99_000), (RangeCriterion("INCOME", 20_000, None),)),
        ((12_000, 50_000), (RangeCriterion("INCOME", None, 50_000),)),
        ((20_000, 50_000), (RangeCriterion("INCOME", 20_000, 50_000),)),
    ],
)
def test_a_handle_at_its_end_sets_no_limit(value: tuple[float, float], expected: tuple[RangeCriterion, ...]) -> None:
    assert build_criteria(list(SPECS.values()), {"INCOME": value}) == expected


def test_no_level_means_all() -> None:
    assert build_criteria(list(SPECS.values()), {"HOME": []}) == ()
    assert build_criteria(list(SPECS.values()), {"HOME": ["2"]}) == (LevelCriterion("HOME", ("2",)),)


def test_ranges_in_words() -> None:
    income = SPECS["INCOME"]
    assert isinstance(income, RangeFilter)
    assert filter_range_text(income, (12_000, 99_000), SCHEMA, EN) == "Any"
    assert filter_range_text(income, (20_000, 99_000), SCHEMA, EN) == "NT$\u00a020,000 or more"
    assert filter_range_text(income, (12_000, 50_000), SCHEMA, FR) == "jusqu’à 50\u202f000\u00a0NT$"


@given(st.floats(1e-6, 1e12))
def test_a_step_is_round_and_fine_enough(span: float) -> None:
    step = nice_step(span)

    assert span / step <= 100 * (1 + 1e-6)
    assert f"{step:.0e}"[0] in "125"


@st.composite
def filter_values(draw: st.DrawFn) -> dict[str, object]:
    """Draw what the widgets of some filters hold."""
    values: dict[str, object] = {}
    for name, spec in SPECS.items():
        if draw(st.booleans()):
            continue
        if isinstance(spec, ChoiceFilter):
            values[name] = [value for value in spec.values if draw(st.booleans())]
        else:
            steps = int((spec.end - spec.start) / spec.step)
            low = draw(st.integers(0, steps))
            high = draw(st.integers(low, steps))
            values[name] = (spec.start + low * spec.step, spec.start + high * spec.step)
    return values


@given(filter_values())
def test_filters_come_back_from_an_address(values: dict[str, object]) -> None:
    specs = list(SPECS.values())
    back = filters_from_query(specs, filters_to_query(specs, values))
    assert build_criteria(specs, back) == build_criteria(specs, values)


@pytest.mark.parametrize(
    "parameters",
    [
        [("f.INCOME", "")], [("f.INCOME", "x..y")], [("f.INCOME", "20000")], [("f.INCOME", "nan..nan")],
        [("f.INCOME", "30000..20000")], [("f.INCOME", "-5..20000")], [("f.INCOME", "inf..")], [("f.HOME", "3")],
        [("f.NOBODY", "1..2")], [("f.", "..")],
    ],
)  # fmt: skip
def test_what_is_no_filter_sets_none(parameters: list[tuple[str, str]]) -> None:
    assert filters_from_query(list(SPECS.values()), parameters) == {}
