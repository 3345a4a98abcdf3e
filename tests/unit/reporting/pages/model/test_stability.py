"""The stability index obeys its laws, and counts what was asked, once."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.baseline import Baseline, BaselineHistogram
from reporting.backend.request_monitor import FeatureCounter
from reporting.pages.model.stability import (
    MIN_REQUESTS,
    PSI_MODERATE,
    PSI_SIGNIFICANT,
    Drift,
    DriftLevel,
    baseline_counts,
    feature_drifts,
    psi,
    psi_bins,
)
from tests.unit.reporting.samples import BASELINE, SCHEMA

pairs = st.integers(1, 20).flatmap(
    lambda n: st.tuples(
        *(st.lists(st.integers(0, 10_000), min_size=n, max_size=n).filter(lambda counts: sum(counts) > 0),) * 2
    )
)
histograms = st.lists(st.integers(0, 1000), min_size=1, max_size=40).filter(lambda counts: sum(counts) > 0)

KNOWN = Baseline(
    rows=10,
    features={**BASELINE.features, "HOME": BaselineHistogram(counts=[5, 4], levels=["1", "2"], missing=1)},
    probability=BASELINE.probability,
)


@given(pairs)
def test_the_index_is_never_negative_and_the_same_both_ways(pair):
    expected, actual = pair

    assert psi(expected, actual) >= 0
    assert psi(expected, actual) == pytest.approx(psi(actual, expected))


@given(histograms, st.integers(1, 9))
def test_the_index_of_equal_shares_is_nothing(counts, times):
    assert psi(counts, [count * times for count in counts]) == pytest.approx(0, abs=1e-12)


def test_the_index_is_siddiqis():
    # Shares .5/.5 against .7/.3: (.2)·ln(1.4) + (-.2)·ln(.6)
    assert psi([50, 50], [70, 30]) == pytest.approx(0.2 * np.log(1.4) - 0.2 * np.log(0.6))


@given(histograms, st.booleans())
def test_every_bin_is_in_one_class_and_the_missing_are_in_their_own(counts, choice):
    edges = [] if choice else list(range(len(counts) + 1))
    levels = [str(i) for i in range(len(counts))] if choice else []
    which = psi_bins(BaselineHistogram(counts=counts, edges=edges, levels=levels))

    assert len(which) == len(counts) + 1
    assert sorted(set(which.tolist())) == list(range(which.max() + 1))
    assert (which == which[-1]).sum() == 1
    assert choice or all(np.diff(which) >= 0)
    assert choice or which.max() <= 11


@pytest.mark.parametrize(
    ("index", "verdict"),
    [
        (0.0, DriftLevel.STABLE),
        (PSI_MODERATE, DriftLevel.MODERATE),
        (0.249, DriftLevel.MODERATE),
        (PSI_SIGNIFICANT, DriftLevel.SIGNIFICANT),
    ],
)
def test_the_limits_belong_to_what_they_begin(index, verdict):
    assert Drift("x", index, (), ()).level is verdict


def test_chance_alone_stays_below_the_first_limit():
    rng = np.random.default_rng(0)
    training = np.full(10, 100)
    found = [psi(training, rng.multinomial(MIN_REQUESTS, np.full(10, 0.1))) for _ in range(300)]

    assert np.quantile(found, 0.95) < PSI_MODERATE


def test_requests_fall_into_the_baselines_bins_and_the_rejected_are_left_out():
    counting = FeatureCounter(SCHEMA, KNOWN)
    for income, late, home in ((12_345, 0, "1"), (1e6, 8, None), (0, -2, "2"), (50_000, 0, 1)):
        counting.add({"INCOME": income, "LATE": late, "HOME": home})
    counting.add({"INCOME": -1, "LATE": 0, "HOME": "1"})
    counting.add({"INCOME": 5, "LATE": 0, "HOME": "9"})

    assert counting.requests == 4
    assert counting.features["INCOME"].tolist() == [1, 1, 1, 1, 0]
    assert counting.features["LATE"].tolist() == [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert counting.features["HOME"].tolist() == [2, 1, 1]


def test_a_block_counts_as_its_rows_do():
    rows = [{"INCOME": float(i * 900), "LATE": i % 9 - 2, "HOME": ("1", "2", None)[i % 3]} for i in range(1000)]
    rows.append({"INCOME": 1.0, "LATE": 99, "HOME": "1"})
    one_by_one, at_once = FeatureCounter(SCHEMA, KNOWN), FeatureCounter(SCHEMA, KNOWN)
    for row in rows:
        one_by_one.add(row)
    at_once.add_block(pa.RecordBatch.from_pylist(rows))

    assert one_by_one.requests == at_once.requests == 1000
    for name, counts in one_by_one.features.items():
        assert counts.tolist() == at_once.features[name].tolist()
        assert counts.sum() == 1000


def test_the_training_data_itself_has_not_drifted_and_the_greatest_drift_comes_first():
    counted = {name: baseline_counts(histogram) for name, histogram in KNOWN.features.items()}
    assert [drift.psi for drift in feature_drifts(KNOWN, counted)] == [0, 0, 0]

    counted["LATE"] = np.roll(counted["LATE"], 4)
    first, *others = feature_drifts(KNOWN, counted)
    assert (first.feature, first.level) == ("LATE", DriftLevel.SIGNIFICANT)
    assert {drift.level for drift in others} == {DriftLevel.STABLE}
