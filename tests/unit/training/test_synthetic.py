"""The generator against the published aggregates that it imitates."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from training.metrics import calibration_bins
from training.synthetic import generate, true_pd

ROWS = 200_000


@pytest.fixture(scope="module")
def clients():
    return generate(ROWS, seed=7)


def _rate(clients, mask):
    return clients.target[np.asarray(mask)].mean()


def test_the_same_arguments_give_the_same_clients():
    one, two, other = generate(500, seed=1), generate(500, seed=1), generate(500, seed=2)
    pd.testing.assert_frame_equal(one.frame, two.frame)
    assert np.array_equal(one.target, two.target)
    assert not one.frame.equals(other.frame)


def test_no_model_can_do_better_than_the_true_pd_and_it_is_not_too_good(clients):
    assert roc_auc_score(clients.target, clients.true_pd) == pytest.approx(0.77, abs=0.01)


def test_the_true_pd_is_a_function_of_the_visible_features(clients):
    assert np.array_equal(true_pd(clients.frame), clients.true_pd)


def test_the_true_pd_is_calibrated(clients):
    for b in calibration_bins(clients.target, clients.true_pd):
        noise = 4 * np.sqrt(b.mean_pd * (1 - b.mean_pd) / b.count)
        assert b.defaults / b.count == pytest.approx(b.mean_pd, abs=noise)


def test_default_rates(clients):
    frame = clients.frame
    assert clients.target.mean() == pytest.approx(0.0807, abs=0.003)
    assert _rate(clients, frame["SEX"] == "male") == pytest.approx(0.109, abs=0.005)
    assert _rate(clients, frame["SEX"] == "female") == pytest.approx(0.069, abs=0.005)
    assert _rate(clients, frame["EDUCATION"] == "higher") == pytest.approx(0.058, abs=0.005)
    assert _rate(clients, frame["EDUCATION"] == "secondary") == pytest.approx(0.091, abs=0.006)
    assert _rate(clients, frame["INCOME_TYPE"] == "pensioner") == pytest.approx(0.051, abs=0.005)


def test_the_burden_of_the_credit_is_a_hump(clients):
    fifth = pd.qcut(clients.frame["CREDIT"] / clients.frame["INCOME"], 5, labels=False)
    low, middle, high = (_rate(clients, fifth == n) for n in (0, 2, 4))
    assert low == pytest.approx(0.065, abs=0.006)
    assert middle == pytest.approx(0.092, abs=0.006)
    assert high == pytest.approx(0.068, abs=0.006)


@pytest.mark.parametrize(
    ("name", "mean", "deviation"), [("INCOME", 11.91, 0.49), ("CREDIT", 13.07, 0.72), ("ANNUITY", 10.06, 0.55)]
)
def test_amounts_are_lognormal(clients, name, mean, deviation):
    logs = np.log(clients.frame[name])
    assert logs.mean() == pytest.approx(mean, abs=0.01)
    assert logs.std() == pytest.approx(deviation, abs=0.01)


def test_ages_and_years_in_the_job(clients):
    ages = clients.frame["AGE"].quantile([0.25, 0.5, 0.75])
    assert ages.tolist() == pytest.approx([34, 43, 54], abs=1)
    tenure = clients.frame["YEARS_EMPLOYED"]
    assert tenure.quantile([0.05, 0.25, 0.5, 0.75, 0.95]).tolist() == pytest.approx([0.5, 2.1, 4.4, 8.7, 20], rel=0.05)
    assert tenure.isna().mean() == pytest.approx(0.179, abs=0.01)
    assert (tenure.isna() == (clients.frame["INCOME_TYPE"] == "pensioner")).all()


@pytest.mark.parametrize(("name", "missing"), [("SCORE_1", 0.56), ("SCORE_2", 0.002), ("SCORE_3", 0.195)])
def test_external_scores(clients, name, missing):
    score = clients.frame[name]
    known = score.notna().to_numpy()
    assert score.isna().mean() == pytest.approx(missing, abs=0.005)
    assert score.dropna().between(0, 1).all()
    assert roc_auc_score(clients.target[known], score[known]) == pytest.approx(0.33, abs=0.01)


@pytest.mark.parametrize(
    ("a", "b", "rank_correlation"),
    [
        ("CREDIT", "ANNUITY", 0.84),
        ("INCOME", "ANNUITY", 0.48),
        ("INCOME", "CREDIT", 0.42),
        ("AGE", "SCORE_1", 0.61),
        ("AGE", "CHILDREN", -0.37),
    ],
)
def test_rank_correlations(clients, a, b, rank_correlation):
    assert clients.frame[a].corr(clients.frame[b], method="spearman") == pytest.approx(rank_correlation, abs=0.02)
