"""The report: counts that add up, curves that rise, intervals that hold their share, and no single person."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from contract.disclosure import MIN_GROUP_SIZE
from contract.schema import Feature, FeatureType, Level, LocalizedText
from training.metrics import rate_with_interval
from training.report import gain_curve, outcome_histograms
from training.shap_effects import DEPENDENCE_BINS, beeswarm, dependence

_LABEL = LocalizedText(fr="x", en="x")
_NUMBER = Feature(name="x", type=FeatureType.NUMBER, label=_LABEL, minimum=-100, maximum=100, missing_allowed=True)
_CHOICE = Feature(
    name="c", type=FeatureType.CATEGORICAL, label=_LABEL, levels=[Level(v, _LABEL) for v in "abc"], missing_allowed=True
)
_EDGES = np.linspace(-3, 3, 62)

judged = st.integers(2, 60).flatmap(
    lambda n: st.tuples(
        arrays(np.int8, n, elements=st.integers(0, 1)).filter(lambda y: 0 < y.sum() < len(y)),
        arrays(np.float64, n, elements=st.floats(0, 1)),
    )
)
explained = st.integers(1, 200).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, n, elements=st.one_of(st.just(np.nan), st.integers(-5, 5).map(float), st.floats(-100, 100))),
        arrays(np.float64, n, elements=st.floats(-5, 5)),
    )
)


@given(judged)
def test_the_gain_curve_rises_from_nothing_to_everything(pair):
    curve = gain_curve(*pair)

    assert (curve.defaults[0], curve.defaults[-1]) == (0, 1)
    assert all(np.diff(curve.defaults) >= 0)


def test_a_perfect_model_finds_all_defaults_first_and_a_blind_one_finds_them_as_they_come():
    y = np.array([1] * 20 + [0] * 80, np.int8)

    assert gain_curve(y, y.astype(float), steps=5).defaults == [0, 1, 1, 1, 1, 1]
    assert gain_curve(y, np.full(100, 0.3), steps=5).defaults == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])


@given(judged)
def test_everyone_is_counted_once_by_outcome(pair):
    y, p = pair
    found = outcome_histograms(y, p)

    assert (sum(found.defaults), sum(found.good)) == (y.sum(), len(y) - y.sum())


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_stays_a_share(pair):
    found = rate_with_interval(*pair)

    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_interval_is_wilsons():
    found = rate_with_interval(0, 10)
    assert (found.low, found.high) == pytest.approx((0, 0.2775), abs=1e-4)
    found = rate_with_interval(50, 100)
    assert (found.low, found.high) == pytest.approx((0.4038, 0.5962), abs=1e-4)


@given(explained)
def test_every_contribution_is_a_dot_of_the_swarm(pair):
    values, contributions = pair
    counts = np.array(beeswarm(_NUMBER, values, contributions, _EDGES))

    assert counts.sum() == len(values)
    assert counts[:, -1].sum() == np.isnan(values).sum()
    assert all(size == 0 or size >= min(MIN_GROUP_SIZE, len(values)) for size in counts.sum(axis=1))


def test_equal_values_have_one_colour_and_high_ones_another_than_low_ones():
    values = np.repeat([0.0, 1.0], [60, 40])
    counts = np.array(beeswarm(_NUMBER, values, np.zeros(100), _EDGES)).sum(axis=0)

    assert counts.tolist() == [0, 60, 0, 0, 40, 0]


@given(explained)
def test_no_bin_of_a_dependence_is_about_a_handful_of_people(pair):
    values, contributions = pair
    bins = dependence(_NUMBER, values, contributions)
    missing = int(np.isnan(values).sum())

    assert all(found.count >= MIN_GROUP_SIZE for found in bins)
    assert all(found.q1 <= found.median <= found.q3 for found in bins)
    if len(values) - missing >= MIN_GROUP_SIZE:
        assert sum(found.count for found in bins if not found.missing) == len(values) - missing
    lows = [found.low for found in bins if not found.missing]
    assert lows == sorted(set(lows))


def test_many_values_make_bins_of_equal_size_that_end_at_the_schemas_bounds():
    values = np.linspace(0, 50, 1000)
    bins = dependence(_NUMBER, values, values)

    assert [found.count for found in bins] == [100] * DEPENDENCE_BINS
    assert (bins[0].low, bins[-1].high) == (-100, 100)


def test_few_values_have_a_bin_each_and_rare_ones_stand_together():
    values = np.repeat([0.0, 1.0, 2.0, 5.0, 6.0], [50, 40, 30, 12, 9])
    bins = dependence(_NUMBER, values, values)

    assert [(found.low, found.high, found.count) for found in bins] == [
        (0, 0, 50), (1, 1, 40), (2, 2, 30), (5, 6, 21)
    ]  # fmt: skip


@pytest.mark.parametrize("few", [True, False])
def test_values_that_look_the_same_in_the_report_are_in_one_bin(few):
    lows = [1.0, 1.0 + 1e-9] if few else [*np.linspace(1.0, 1.0 + 1e-9, 20)]
    bins = dependence(_NUMBER, np.repeat([*lows, 50.0], MIN_GROUP_SIZE), np.zeros((len(lows) + 1) * MIN_GROUP_SIZE))

    assert [(found.low, found.count) for found in bins] == [
        (1, len(lows) * MIN_GROUP_SIZE), (50, MIN_GROUP_SIZE)
    ]  # fmt: skip


def test_a_choice_has_a_bin_for_each_level_that_enough_people_have():
    values = np.repeat([0.0, 1.0, 2.0, np.nan], [50, 19, 41, 20])
    bins = dependence(_CHOICE, values, np.nan_to_num(values))

    assert [(found.level, found.count, found.missing) for found in bins] == [
        ("a", 50, False), ("c", 41, False), (None, 20, True)
    ]  # fmt: skip
