"""Laws of the measures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.metrics import METRIC_NAMES, brier, calibration_bins, calibration_error, compute_metrics, ks


@st.composite
def judged(draw):
    """Outcomes, both present, and PDs on a grid, so that ties occur."""
    n = draw(st.integers(2, 60))
    y = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n).filter(lambda y: 0 < sum(y) < len(y)))
    p = draw(st.lists(st.integers(1, 99), min_size=n, max_size=n))
    return np.array(y, np.int8), np.array(p) / 100


@given(judged())
def test_every_measure_is_in_its_range(case):
    found = compute_metrics(*case)
    assert tuple(found) == METRIC_NAMES
    for name in ("roc_auc", "pr_auc", "ks", "brier", "calibration_error"):
        assert 0 <= found[name] <= 1
    assert found["log_loss"] >= 0


@given(judged())
def test_ranking_measures_ignore_monotone_changes_of_the_pd(case):
    y, p = case
    for changed in (p**3, np.log(p), 5 * p + 2):
        assert ks(y, changed) == ks(y, p)
    assert compute_metrics(y, p**2)["roc_auc"] == pytest.approx(compute_metrics(y, p)["roc_auc"])


@given(judged())
def test_turning_pds_and_outcomes_around_leaves_the_auc(case):
    y, p = case
    assert compute_metrics(1 - y, 1 - p)["roc_auc"] == pytest.approx(compute_metrics(y, p)["roc_auc"])


@given(judged())
def test_the_brier_score_is_reliability_minus_resolution_plus_uncertainty(case):
    """Murphy (1973), over groups of equal PD."""
    y, p = case
    rate = y.mean()
    groups = [(np.mean(p == v), v, y[p == v].mean()) for v in np.unique(p)]
    parts = sum(w * ((v - o) ** 2 - (o - rate) ** 2) for w, v, o in groups) + rate * (1 - rate)
    assert brier(y, p) == pytest.approx(parts)


@given(judged())
def test_reliability_covers_every_client_once_and_rises(case):
    y, p = case
    bins = calibration_bins(y, p)
    assert sum(b.count for b in bins) == len(y)
    assert max(b.count for b in bins) - min(b.count for b in bins) <= 1
    assert [b.mean_pd for b in bins] == pytest.approx(sorted(b.mean_pd for b in bins))
    assert sum(b.defaults for b in bins) == y.sum()


def test_perfect_and_constant_pds():
    y = np.array([0, 0, 1, 1], np.int8)
    assert ks(y, y * 0.8 + 0.1) == 1
    assert ks(y, np.full(4, 0.5)) == 0
    assert brier(y, y.astype(float)) == 0
    assert calibration_error(y, y.astype(float)) == 0


def test_calibration_error_sees_a_pd_that_is_off_everywhere():
    random = np.random.default_rng(0)
    p = random.uniform(0.1, 0.6, 200_000)
    y = (random.random(len(p)) < p).astype(np.int8)
    assert calibration_error(y, p) < 0.005
    assert calibration_error(y, p + 0.2) == pytest.approx(0.2, abs=0.005)
