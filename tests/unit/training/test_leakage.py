"""Columns that reveal the outcome, and features that stand for a sensitive one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from training.association import bin_column, single_column_auc
from training.leakage import find_leaks, leak_sentence
from training.proxies import find_proxies

_RANDOM = np.random.default_rng(1)
_ROWS = 2_000
_TARGET = (_RANDOM.random(_ROWS) < 0.2).astype(np.int8)


def _noise():
    return _RANDOM.normal(size=_ROWS)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(np.where(_TARGET == 1, "Charged off", "Fully paid"), dtype="str"),
        pd.Series(np.where(_TARGET == 1, 7.0, 3.0)),
        pd.Series(np.where(_TARGET == 1, np.nan, 100 + _noise())),  # known for those who repaid only
        pd.Series(np.where(_TARGET == 1, 100 * np.sign(_noise()), _noise())),  # neither rises nor falls
        pd.Series(np.where((_TARGET == 1) & (_RANDOM.random(_ROWS) < 0.9), 5_000.0, 0.0)),
    ],
)
def test_a_column_that_tells_the_outcome_is_found(column):
    (leak,) = find_leaks(pd.DataFrame({"x": column, "noise": _noise()}), ["x", "noise"], _TARGET)
    assert leak.feature == "x"
    assert leak.auc > 0.9


def test_a_twin_is_named_as_such():
    (leak,) = find_leaks(pd.DataFrame({"x": _TARGET.astype(float)}), ["x"], _TARGET)
    assert leak_sentence(leak) == "restates the outcome (ROC AUC 1.000 alone)"


def test_many_levels_tell_nothing_by_chance():
    towns = pd.Series([f"town {n}" for n in _RANDOM.integers(0, 900, _ROWS)], dtype="str")
    assert single_column_auc(bin_column(towns), _TARGET == 1) < 0.6


@given(st.lists(st.one_of(st.floats(), st.just(1.0)), min_size=30, max_size=60), st.randoms(use_true_random=False))
def test_any_numbers_have_an_auc_between_a_half_and_one(values, random):
    outcome = np.array([i % 3 == 0 for i in range(len(values))])
    random.shuffle(values)
    assert 0.5 <= single_column_auc(bin_column(pd.Series(values, dtype=float)), outcome) <= 1


def _feature(name, **more):
    return Feature(name=name, type=FeatureType.NUMBER, label=LocalizedText(en=name), minimum=-9, maximum=99, **more)


def test_a_feature_that_predicts_a_sensitive_one_is_a_proxy():
    age = 20 + 50 * _RANDOM.random(_ROWS)
    sex = np.where(_RANDOM.random(_ROWS) < 0.5, "f", "m")
    frame = pd.DataFrame(
        {
            "age": age,
            "sex": pd.Series(sex, dtype="str"),
            "history": np.where(_RANDOM.random(_ROWS) < 0.1, np.nan, age - 18 + 5 * _noise()),
            "maternity": (sex == "f") * _RANDOM.random(_ROWS),
            "income": _noise(),
        }
    )
    levels = tuple(Level(value, LocalizedText(en=value)) for value in ("f", "m"))
    protected = {"sensitive": True, "in_model": False}
    choice = Feature(
        name="sex", type=FeatureType.CATEGORICAL, label=LocalizedText(en="Sex"), levels=levels, **protected
    )
    features = (_feature("age", **protected), choice, *map(_feature, ("history", "maternity", "income")))
    found = find_proxies(frame, FeatureSchema("x", features))
    assert {(proxy.feature, proxy.sensitive) for proxy in found} == {("history", "age"), ("maternity", "sex")}
