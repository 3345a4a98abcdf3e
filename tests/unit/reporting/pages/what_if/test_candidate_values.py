"""What can be suggested: only what a person can do, and only in a direction that helps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contract.schema import RecourseConstraint
from reporting.pages.client.tools.recourse_search import candidate_values, thin_evenly
from reporting.pages.client.tools.what_if_state import slider_span
from tests.unit.reporting.pages.what_if.samples import DELAY, EARNED, ORDERED, PEOPLE, SPENT


def values(feature, before, histogram=None):
    return [step.value for step in candidate_values(feature, histogram or PEOPLE.features[feature.name], before)]


@given(st.floats(0, 1e6))
def test_a_number_moves_only_against_the_risk_and_in_round_amounts(before):
    found = candidate_values(EARNED, PEOPLE.features["INCOME"], before)

    for step in found:
        assert step.value > before
        assert EARNED.minimum <= step.value <= EARNED.maximum
        assert step.cost >= 0
    ends = slider_span(EARNED, PEOPLE.features["INCOME"], before)[:2]
    assert all(float(f"{v:.1e}") == v for v in {step.value for step in found} - {*ends, EARNED.minimum, EARNED.maximum})
    assert [step.cost for step in found] == sorted(step.cost for step in found)


def test_a_free_number_moves_both_ways_unless_advice_says_otherwise():
    assert set(values(SPENT, 5000.0)) == {0.0, 1200.0, 5700.0, 10_000.0, 20_000.0, 100_000.0}
    assert set(values(replace(SPENT, recourse=RecourseConstraint(-1)), 5000.0)) == {0.0, 1200.0}
    assert values(replace(SPENT, recourse=RecourseConstraint(1, maximum=15_000)), 5000.0) == [
        5700.0,
        10_000.0,
        15_000.0,
    ]


def test_the_ends_of_the_slider_and_the_bounds_are_among_the_steps():
    start, end, _ = slider_span(SPENT, PEOPLE.features["SPENT"], 5000.0)

    assert {start, end, SPENT.minimum, SPENT.maximum} <= {*values(SPENT, 5000.0), 5000.0}


def test_whole_numbers_move_one_by_one_to_what_advice_allows():
    assert values(DELAY, 1) == [0.0, -1.0]
    assert values(DELAY, 3) == [1.0, 0.0, -1.0]
    assert values(replace(DELAY, recourse=None), 0) == [-1.0, -2.0]
    assert values(DELAY, -1) == []


def test_a_direction_that_contradicts_the_model_leaves_nothing():
    assert values(replace(DELAY, recourse=RecourseConstraint(1)), 0) == []


def test_levels_move_to_later_ones_when_advice_gives_an_order():
    assert values(ORDERED, "some") == ["much"]
    assert set(values(replace(ORDERED, recourse=None), "some")) == {"none", "much"}
    assert values(ORDERED, "of another model") == []


def test_what_nobody_counted_moves_in_equal_parts():
    assert {step.value for step in candidate_values(EARNED, None, 900_000.0)} == {950_000.0, 1_000_000.0}


@given(st.integers(0, 60), st.integers(1, 30))
def test_thinning_keeps_the_farthest_and_the_order(size, most):
    kept = thin_evenly(size, most).tolist()

    assert len(kept) == min(size, most)
    assert kept == sorted(set(kept))
    assert kept[-1:] == ([size] if size else [])


@pytest.mark.parametrize("before", [0.0, 5000.0, 99_999.0])
def test_no_step_stays_where_the_client_is(before):
    assert before not in values(SPENT, before)
