"""What the advisor reads adds up, whatever the model says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presentation.factors import MOST_FACTORS, break_down, round_to_sum
from presentation.locale import round_tenths
from tests.unit.reporting.samples import scored

amounts = st.lists(st.floats(-1000, 1000), min_size=1, max_size=60)
shares = st.floats(0.001, 0.999)


@given(amounts, st.floats(-1, 1))
def test_rounded_parts_add_up_to_the_total(values: list[float], off: float) -> None:
    total = round(math.fsum(values) + off / 2)

    parts = round_to_sum(values, total)

    assert sum(parts) == total


@given(amounts)
def test_no_part_moves_by_a_whole_unit_or_changes_its_sign(values: list[float]) -> None:
    parts = round_to_sum(values, round(math.fsum(values)))

    for value, part in zip(values, parts, strict=True):
        assert abs(part - value) <= 1 + 1e-6
        assert part * value >= 0 or abs(value) < 1e-6


@given(shares, shares, st.lists(st.floats(-1, 1), min_size=1, max_size=40))
def test_the_start_and_the_factors_add_up_to_the_gauge(base: float, probability: float, weights: list[float]) -> None:
    share = sum(weights)
    factor = (probability - base) / share if abs(share) > 0.01 else 0.0
    result = scored(base, [weight * factor for weight in weights])

    breakdown = break_down(result)

    assert breakdown.start + sum(factor.units for factor in breakdown.factors) == breakdown.probability
    assert breakdown.probability == round_tenths(result.probability)
    assert len(breakdown.factors) <= MOST_FACTORS + 1


def test_factors_come_strongest_first_and_the_small_ones_together_at_the_end() -> None:
    result = scored(0.2, [0.01, -0.05, *[0.0001] * 20])

    factors = break_down(result).factors

    assert [factor.feature for factor in factors] == ["F1", "F0", None]
    assert [factor.units for factor in factors] == [-50, 10, 2]
    assert factors[-1].count == 20


def test_a_single_small_factor_keeps_its_name() -> None:
    factors = break_down(scored(0.2, [0.02] * MOST_FACTORS + [0.01])).factors

    assert factors[-1].feature == f"F{MOST_FACTORS}"


@given(shares, st.lists(st.floats(-0.02, 0.02), min_size=1, max_size=40))
def test_each_step_begins_where_the_last_ended(base: float, points: list[float]) -> None:
    breakdown = break_down(scored(base, points))

    at = breakdown.start
    for step in breakdown.steps:
        assert step.start == at
        assert step.end - step.start == step.factor.units
        at = step.end
    assert at == breakdown.probability


@given(shares, st.lists(st.floats(-0.02, 0.02), min_size=1, max_size=40))
def test_the_other_factors_are_the_sum_of_their_parts(base: float, points: list[float]) -> None:
    for factor in break_down(scored(base, points)).factors:
        if factor.feature is None:
            assert len(factor.parts) > 1
            assert sum(part.units for part in factor.parts) == factor.units


def test_without_an_explanation_there_are_no_factors() -> None:
    assert break_down(scored(0.2, [])).factors == ()


@given(st.lists(st.floats(-0.02, 0.02), min_size=1, max_size=30))
def test_every_feature_is_counted_once(parts: list[float]) -> None:
    assert sum(factor.count for factor in break_down(scored(0.4, parts)).factors) == len(parts)


@pytest.mark.parametrize("total", [-1, 0, 7])
def test_nothing_to_round_is_nothing(total: int) -> None:
    assert round_to_sum([], total) == []
