"""Histograms of the training data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contract.schema import Feature, FeatureType, Level, LocalizedText
from training.baseline import build_baseline, histogram
from training.synthetic import generate

_LABEL = LocalizedText(fr="x", en="x")


def _feature(kind, low=-10.0, high=10.0, levels=()):
    return Feature(name="x", type=kind, label=_LABEL, minimum=low, maximum=high, levels=levels, missing_allowed=True)


@given(st.lists(st.floats(-10, 10) | st.none(), max_size=200))
def test_every_number_is_counted_once(values):
    found = histogram(_feature(FeatureType.NUMBER), pd.Series(values, dtype="float64"))
    assert sum(found.counts) + found.missing == len(values)
    assert len(found.edges) == len(found.counts) + 1
    assert found.edges == sorted(set(found.edges))


def test_the_outer_edges_are_the_bounds_and_no_persons_value():
    found = histogram(_feature(FeatureType.NUMBER), pd.Series(np.linspace(1, 7.77, 1000)))
    assert (found.edges[0], found.edges[-1]) == (-10, 10)
    assert 7.77 not in found.edges


@pytest.mark.parametrize("at", [-10.0, 10.0])
def test_a_bound_that_many_are_at_is_no_tail(at):
    found = histogram(_feature(FeatureType.NUMBER), pd.Series([*np.linspace(-9, 9, 900), *[at] * 100]))
    assert at in (found.edges[1], found.edges[-2])
    assert (found.edges[0], found.edges[-1]) == pytest.approx((-10, 10), abs=1e-4)


@pytest.mark.parametrize(("outside", "counted", "missing"), [("clip", 4, 0), ("missing", 2, 2)])
def test_what_lies_outside_the_bounds_is_counted_as_the_model_reads_it(outside, counted, missing):
    feature = replace(_feature(FeatureType.NUMBER), outside=outside)
    found = histogram(feature, pd.Series([-99.0, 0, 5, 99]))
    assert (sum(found.counts), found.missing) == (counted, missing)


def test_whole_numbers_get_a_bin_each():
    found = histogram(_feature(FeatureType.INTEGER, -2, 3), pd.Series([-2.0, 0, 0, 3]))
    assert found.counts == [1, 0, 2, 0, 0, 1]
    assert found.edges[0] == -2.5


def test_levels_keep_the_order_of_the_schema():
    levels = tuple(Level(value, _LABEL) for value in ("b", "a", "c"))
    feature = Feature(name="x", type=FeatureType.CATEGORICAL, label=_LABEL, levels=levels)
    found = histogram(feature, pd.Series(["a", "a", "b", None], dtype="str"))
    assert (found.levels, found.counts, found.missing) == (["b", "a", "c"], [1, 2, 0], 1)


def test_it_describes_every_feature_and_the_probability():
    dataset = generate(500)
    found = build_baseline(dataset, dataset.true_pd)
    assert set(found.features) == set(dataset.schema.by_name)
    assert all(sum(h.counts) + h.missing == 500 for h in found.features.values())
    assert sum(found.probability.counts) == 500
