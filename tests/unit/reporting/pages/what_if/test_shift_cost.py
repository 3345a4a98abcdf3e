"""Where values stand among all clients, and what it costs to move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.baseline import BaselineHistogram
from reporting.pages.client.tools.recourse_search import percentile_shift_cost
from reporting.population import share_below, typical_range
from tests.unit.reporting.pages.what_if.samples import ORDERED
from tests.unit.reporting.samples import BASELINE, HOME, INCOME, LATE

HISTOGRAM = BASELINE.features["INCOME"]

incomes = st.floats(0, 1e6)


@given(incomes, incomes, incomes)
def test_costs_are_distances_on_the_ladder_of_all_clients(a, b, c):
    there, back = (percentile_shift_cost(INCOME, HISTOGRAM, *ends) for ends in ((a, c), (c, a)))

    assert 0 <= there <= 1
    assert there == pytest.approx(back)
    assert (
        there <= percentile_shift_cost(INCOME, HISTOGRAM, a, b) + percentile_shift_cost(INCOME, HISTOGRAM, b, c) + 1e-12
    )


def test_all_clients_stand_between_the_ends():
    assert share_below(HISTOGRAM, 0) == 0
    assert share_below(HISTOGRAM, 1e6) == 1
    assert share_below(HISTOGRAM, 50_000) == pytest.approx(0.5)


def test_ordered_levels_cost_the_people_between_them():
    histogram = BaselineHistogram(counts=[4, 4, 2], levels=["none", "some", "much"])

    near, far = (percentile_shift_cost(ORDERED, histogram, "none", level) for level in ("some", "much"))

    assert (near, far) == pytest.approx((0.4, 0.7))


def test_without_an_order_a_rare_level_costs_more():
    histogram = BaselineHistogram(counts=[7, 3], levels=["1", "2"])

    assert percentile_shift_cost(HOME, histogram, "1", 2) == pytest.approx(0.7)
    assert percentile_shift_cost(HOME, histogram, "2", "1") == pytest.approx(0.3)


def test_nothing_is_free_where_nobody_was_counted():
    assert percentile_shift_cost(INCOME, None, 1, 2) > 0


def test_the_range_of_people_leaves_out_the_bounds_that_nobody_has():
    assert typical_range(INCOME, HISTOGRAM) == (12_345, 98_765)
    assert typical_range(LATE, BASELINE.features["LATE"]) == (-1, 1)
    assert typical_range(INCOME, None) == (0, 1e6)
