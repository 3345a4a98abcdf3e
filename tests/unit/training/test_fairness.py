"""The fairness report counts people correctly."""

import numpy as np
import pandas as pd
import pytest

from contract.schema import Feature, FeatureSchema, FeatureType, Level, Text
from training.dataset import About, Dataset
from training.fairness import judge_groups

_A, _B, _C = (Level(value, Text(value, value)) for value in "abc")
_GROUP = Feature(name="g", type=FeatureType.CHOICE, label=Text("g", "g"), levels=(_A, _B, _C), missing_allowed=True)
_AGE = Feature(name="age", type=FeatureType.NUMBER, label=Text("age", "age"), minimum=0, maximum=100)


def _dataset(**columns):
    frame = pd.DataFrame(columns)
    return Dataset(
        schema=FeatureSchema("s", (_GROUP, _AGE)),
        frame=frame,
        target=np.tile(np.array([0, 1], np.int8), len(frame) // 2),
        customer_numbers=[""] * len(frame),
        about=About(title="", population="", licence=""),
    )


def test_rates_and_ratio_to_the_best_group():
    dataset = _dataset(g=["a"] * 10 + ["b"] * 10, age=np.arange(20.0))
    pd_ = np.array([0.1] * 8 + [0.9] * 2 + [0.1] * 4 + [0.9] * 6)
    a, b = judge_groups(dataset, _GROUP, pd_, threshold=0.5)
    assert (a.approval_rate, b.approval_rate) == pytest.approx((0.8, 0.4))
    assert (a.approval_ratio, b.approval_ratio) == pytest.approx((1, 0.5))
    assert (a.default_rate, a.mean_pd) == pytest.approx((0.5, 0.26))
    assert b.good_approval_rate == pytest.approx(0.4)


def test_a_tiny_group_is_shown_but_neither_judged_nor_taken_as_the_best():
    dataset = _dataset(g=["a"] * 98 + ["b", None], age=np.arange(100.0))
    pd_ = np.where(np.arange(100) < 49, 0.9, 0.1)
    groups = judge_groups(dataset, _GROUP, pd_, threshold=0.5)
    assert [(group.label, group.approval_ratio) for group in groups] == [("a", 1.0), ("b", None), ("missing", None)]


def test_numbers_fall_into_bands_that_cover_everyone():
    age = np.linspace(20, 70, 200)
    dataset = _dataset(g=["a"] * 200, age=age)
    groups = judge_groups(dataset, _AGE, np.full(200, 0.1), threshold=0.5)
    assert [group.count for group in groups] == [50] * 4
    assert groups[0].label == "below 32.5"
