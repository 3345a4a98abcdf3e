import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scorer.contributions import mean_slope, reason_codes, sigmoid, strongest_first, to_probabilities

unhurried = settings(deadline=None)

log_odds = st.floats(-1e3, 1e3)
sizes = st.floats(-2, 2) | st.sampled_from([0.0, 0.5, -0.5])
contributions = hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=sizes)


def probability_contribution(contributions: np.ndarray, base: float) -> np.ndarray:
    return to_probabilities(np.column_stack([contributions, np.full(len(contributions), base)]), base)[1]


@unhurried
@given(hnp.arrays(np.float64, st.integers(1, 60), elements=log_odds), log_odds)
def test_points_add_up_to_the_probability(contributions: np.ndarray, base: float) -> None:
    points = probability_contribution(contributions[None, :], base)
    total = float(np.add.accumulate(contributions)[-1])
    assert math.fsum(points[0]) == pytest.approx(sigmoid(base + total) - sigmoid(base), abs=1e-9)


@unhurried
@given(hnp.arrays(np.float64, st.integers(1, 60), elements=log_odds), log_odds)
def test_points_keep_sign_and_order(contributions: np.ndarray, base: float) -> None:
    points = probability_contribution(contributions[None, :], base)[0]
    assert ((points == 0) | (np.sign(points) == np.sign(contributions))).all()
    order = np.argsort(np.abs(contributions))
    assert (np.diff(np.abs(points)[order]) >= 0).all()


@unhurried
@given(st.floats(-700, 700), st.floats(-1e-12, 1e-12))
def test_tiny_steps_have_the_slope_of_the_sigmoid(base: float, step: float) -> None:
    slope = sigmoid(base) * sigmoid(-base)
    assert mean_slope(base, step) == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize("step", [0.0, 1e-300, -1e-300, 1e300, -1e300])
@pytest.mark.parametrize("base", [0.0, 30.0, -30.0, 1e6, -1e6])
def test_extremes_stay_finite(base: float, step: float) -> None:
    assert 0 <= mean_slope(base, step) <= 0.25


def test_opposites_that_cancel_get_equal_and_opposite_points() -> None:
    points = probability_contribution(np.array([[2.0, -2.0]]), 0.3)
    assert points[0, 0] == -points[0, 1] > 0


@pytest.mark.parametrize("value", [-1e4, -745.2, -1.0, 0.0, 1.0, 745.2, 1e4])
def test_sigmoid_never_overflows(value: float) -> None:
    assert 0 <= sigmoid(value) <= 1
    assert sigmoid(value) + sigmoid(-value) == pytest.approx(1)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_only_a_row_without_a_finite_sum_has_no_probability(kind: type) -> None:
    explained = np.array([[1, 2, 0], [np.nan, 1, 0], [np.inf, -np.inf, 0], [-np.inf, 0, 0]], kind)
    contributions, _, probability = to_probabilities(explained, 0.5)
    assert contributions.dtype == np.float64
    assert np.isnan(probability).tolist() == [False, True, True, True]
    assert probability[0] == sigmoid(3.5)


@unhurried
@given(contributions, st.integers(1, 12))
def test_strongest_first_and_ties_keep_the_order_of_columns(log_odds: np.ndarray, count: int) -> None:
    count = min(count, log_odds.shape[1])
    expected = np.argsort(-np.abs(log_odds), axis=1, kind="stable")[:, :count]
    assert strongest_first(log_odds, count).tolist() == expected.tolist()


def test_rows_without_numbers_do_no_harm() -> None:
    assert strongest_first(np.full((1, 3), np.nan), 2).shape == (1, 2)


def test_codes_name_the_direction_of_risk() -> None:
    assert reason_codes(["a", "b"]).tolist() == [["a:lowers", "b:lowers"], ["a:raises", "b:raises"]]
