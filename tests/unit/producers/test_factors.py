"""What is shown adds up, always."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.factors import MOST_FACTORS, break_down, round_to_sum
from tests.unit.producers.examples import example_score

shares = st.floats(-0.02, 0.02)


@given(st.lists(shares, min_size=1, max_size=30), st.floats(0.3, 0.5))
def test_average_and_factors_add_up_to_the_probability(parts, base):
    breakdown = break_down(example_score({f"f{i}": share for i, share in enumerate(parts)}, base))
    assert breakdown.average + sum(factor.units for factor in breakdown.factors) == breakdown.probability


@given(st.lists(shares, min_size=1, max_size=30))
def test_every_feature_is_counted_once(parts):
    breakdown = break_down(example_score({f"f{i}": share for i, share in enumerate(parts)}, 0.4))
    assert sum(factor.count for factor in breakdown.factors) == len(parts)
    named = [factor for factor in breakdown.factors if factor.feature is not None]
    assert len(named) <= MOST_FACTORS + 1


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20))
def test_rounding_moves_no_value_by_a_whole_unit(values):
    rounded = round_to_sum(values, round(sum(values)))
    assert sum(rounded) == round(sum(values))
    assert all(abs(a - b) <= 1 for a, b in zip(values, rounded, strict=True))


def test_the_strongest_come_first_and_the_small_ones_are_summed_up():
    points = {f"f{i}": 0.001 * i for i in range(1, 12)}
    factors = break_down(example_score(points, 0.2)).factors
    assert [factor.feature for factor in factors[:2]] == ["f11", "f10"]
    assert factors[-1].feature is None
    assert factors[-1].count == 3
    assert factors[-1].units == 6


def test_one_single_other_factor_is_named_instead():
    points = {f"f{i}": 0.01 * i for i in range(1, MOST_FACTORS + 2)}
    assert all(factor.feature for factor in break_down(example_score(points, 0.2)).factors)


@pytest.mark.parametrize("total", [-1, 0, 7])
def test_nothing_to_round_is_nothing(total):
    assert round_to_sum([], total) == []
