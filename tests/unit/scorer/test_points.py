import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scorer.engine import sigmoid
from scorer.points import mean_slope, probability_points

log_odds = st.floats(-1e3, 1e3)


@given(hnp.arrays(np.float64, st.integers(1, 60), elements=log_odds), log_odds)
def test_points_add_up_to_the_probability(contributions: np.ndarray, base: float) -> None:
    points = probability_points(contributions[None, :], base)
    total = float(np.add.accumulate(contributions)[-1])
    assert math.fsum(points[0]) == pytest.approx(sigmoid(base + total) - sigmoid(base), abs=1e-9)


@given(hnp.arrays(np.float64, st.integers(1, 60), elements=log_odds), log_odds)
def test_points_keep_sign_and_order(contributions: np.ndarray, base: float) -> None:
    points = probability_points(contributions[None, :], base)[0]
    assert ((points == 0) | (np.sign(points) == np.sign(contributions))).all()
    order = np.argsort(np.abs(contributions))
    assert (np.diff(np.abs(points)[order]) >= 0).all()


@given(st.floats(-700, 700), st.floats(-1e-12, 1e-12))
def test_tiny_steps_have_the_slope_of_the_sigmoid(base: float, step: float) -> None:
    slope = sigmoid(base) * sigmoid(-base)
    assert mean_slope(base, step) == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize("step", [0.0, 1e-300, -1e-300, 1e300, -1e300])
@pytest.mark.parametrize("base", [0.0, 30.0, -30.0, 1e6, -1e6])
def test_extremes_stay_finite(base: float, step: float) -> None:
    assert 0 <= mean_slope(base, step) <= 0.25


def test_opposites_that_cancel_get_equal_and_opposite_points() -> None:
    points = probability_points(np.array([[2.0, -2.0]]), 0.3)
    assert points[0, 0] == -points[0, 1] > 0
