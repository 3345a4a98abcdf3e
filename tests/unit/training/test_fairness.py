"""The fairness report counts people correctly."""

import numpy as np
import pandas as pd
import pytest

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from training.dataset import Dataset, DatasetInfo
from training.fairness import group_fairness

_A, _B, _C = (Level(value, LocalizedText(fr=value, en=value)) for value in "abc")
_GROUP = Feature(
    name="g",
    type=FeatureType.CATEGORICAL,
    label=LocalizedText(fr="g", en="g"),
    levels=(_A, _B, _C),
    missing_allowed=True,
)
_AGE = Feature(name="age", type=FeatureType.NUMBER, label=LocalizedText(fr="age", en="age"), minimum=0, maximum=100)


def _dataset(**columns):
    frame = pd.DataFrame(columns)
    return Dataset(
        schema=FeatureSchema("s", (_GROUP, _AGE)),
        frame=frame,
        target=np.tile(np.array([0, 1], np.int8), len(frame))[: len(frame)],
        customer_numbers=[""] * len(frame),
        info=DatasetInfo(title="", population="", licence=""),
    )


def test_rates_and_ratio_to_the_best_group():
    dataset = _dataset(g=["a"] * 40 + ["b"] * 40, age=np.arange(80.0))
    pd_ = np.array([0.1] * 32 + [0.9] * 8 + [0.1] * 16 + [0.9] * 24)
    a, b = (group.rates for group in group_fairness(dataset, _GROUP, pd_, threshold=0.5))
    assert (a.approval_rate.value, b.approval_rate.value) == pytest.approx((0.8, 0.4))
    assert (a.adverse_impact_ratio, b.adverse_impact_ratio) == pytest.approx((1, 0.5))
    assert (a.default_rate.value, a.mean_pd) == pytest.approx((0.5, 0.26))
    assert b.good_approval_rate.value == pytest.approx(0.4)


def test_a_small_group_is_shown_but_neither_judged_nor_taken_as_the_best():
    dataset = _dataset(g=["a"] * 1968 + ["b"] * 20 + [None] * 12, age=np.arange(2000.0))
    pd_ = np.where(np.arange(2000) < 984, 0.9, 0.1)
    a, b, missing = group_fairness(dataset, _GROUP, pd_, threshold=0.5)
    assert a.rates.adverse_impact_ratio == 1.0
    assert (b.level, b.rates.approval_rate.value, b.rates.adverse_impact_ratio) == ("b", 1.0, None)
    assert (missing.level, missing.count) == (None, 12)


def test_equal_opportunity_is_not_told_of_a_handful_who_paid():
    dataset = _dataset(g=["a"] * 100 + ["b"] * 32, age=np.arange(132.0))
    _, b = group_fairness(dataset, _GROUP, np.full(132, 0.1), threshold=0.5)
    assert b.rates is not None
    assert b.rates.good_approval_rate is None


def test_of_a_handful_of_people_only_the_number_is_told():
    dataset = _dataset(g=["a"] * 91 + ["b"] * 19, age=np.arange(110.0))
    _, b = group_fairness(dataset, _GROUP, np.full(110, 0.1), threshold=0.5)
    assert (b.count, b.rates) == (19, None)


def test_few_numbers_have_a_group_each():
    dataset = _dataset(g=["a"] * 200, age=np.repeat([1.0, 2.0], [150, 50]))
    groups = group_fairness(dataset, _AGE, np.full(200, 0.1), threshold=0.5)
    assert [(group.low, group.high, group.count) for group in groups] == [(None, 2, 150), (2, None, 50)]


def test_numbers_fall_into_bands_that_cover_everyone():
    age = np.linspace(20, 70, 200)
    dataset = _dataset(g=["a"] * 200, age=age)
    groups = group_fairness(dataset, _AGE, np.full(200, 0.1), threshold=0.5)
    assert [group.count for group in groups] == [50] * 4
    assert [(group.low, group.high) for group in groups] == [(None, 32.5), (32.5, 45), (45, 57.5), (57.5, None)]
