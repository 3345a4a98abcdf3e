import numpy as np
import pytest
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from training.calibration import Adjustment, adjusted, fit_adjustment, needed_adjustment


def outcomes(slope, shift, rows=20_000, seed=0):
    """Log-odds of a model, and outcomes that happen with sigmoid(slope · log-odds + shift)."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-1.5, 1.2, rows)
    return (rng.random(rows) < expit(slope * log_odds + shift)).astype(np.int8), log_odds


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(500, 4)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    x[:, 3] = rng.integers(0, 6, 500)
    y = (rng.random(500) < expit(np.nan_to_num(x[:, 0]) - 1)).astype(np.int8)
    matrix = xgb.DMatrix(x, y, feature_types=["q", "q", "q", "c"], enable_categorical=True, nthread=1)
    return xgb.train({"objective": "binary:logistic", "max_depth": 3, "num_parallel_tree": 2}, matrix, 20), matrix


@pytest.mark.parametrize(("slope", "shift"), [(0.6, 0.0), (1.4, 0.2), (1.0, -0.5)])
def test_what_is_off_is_found(slope, shift):
    found = needed_adjustment(*outcomes(slope, shift))
    assert found.slope == pytest.approx(slope, abs=0.06)
    assert found.shift == pytest.approx(shift, abs=0.08)


def test_what_is_calibrated_is_left_alone():
    assert sum(needed_adjustment(*outcomes(1, 0, 2_000, seed)) is not None for seed in range(20)) <= 4


def test_weights_count_as_often_as_rows():
    y, log_odds = outcomes(0.7, 0.3, 3_000)
    often = np.random.default_rng(1).integers(1, 4, len(y))
    weighted = fit_adjustment(y, log_odds, often.astype(float))
    repeated = fit_adjustment(np.repeat(y, often), np.repeat(log_odds, often))
    assert (weighted.slope, weighted.shift) == pytest.approx((repeated.slope, repeated.shift), abs=1e-6)


@pytest.mark.parametrize(
    ("y", "log_odds"),
    [
        (np.array([0, 1] * 50), np.zeros(100)),
        (np.array([0] * 50 + [1] * 50), np.arange(-50.0, 50)),
        (np.array([1] * 50 + [0] * 50), np.arange(-50.0, 50) / 10),
    ],
    ids=["one value for all", "separated", "upside down"],
)
def test_what_cannot_be_told_is_left_alone(y, log_odds):
    assert needed_adjustment(y.astype(np.int8), log_odds) is None


@settings(max_examples=10, deadline=None)
@given(slope=st.floats(0.3, 2), shift=st.floats(-2, 2))
def test_a_model_is_moved_and_its_contributions_are_stretched_exactly(model, slope, shift):
    booster, matrix = model
    moved = adjusted(booster, Adjustment(slope, shift))
    margin = booster.predict(matrix, output_margin=True)
    assert moved.predict(matrix, output_margin=True) == pytest.approx(slope * margin + shift, abs=1e-5)
    before, after = (each.predict(matrix, pred_contribs=True) for each in (booster, moved))
    assert after[:, :-1] == pytest.approx(slope * before[:, :-1], abs=1e-5)
    assert after[:, -1] == pytest.approx(slope * before[:, -1] + shift, abs=1e-5)
    assert moved.feature_types == booster.feature_types
