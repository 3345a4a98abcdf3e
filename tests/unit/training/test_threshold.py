"""The threshold really is the cheapest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from training.threshold import choose_threshold, expected_cost, one_sided_note

_ratio = st.floats(0.05, 50)


@st.composite
def judged(draw):
    n = draw(st.integers(1, 40))
    y = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    p = draw(st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.1000001, 0.5, 1.0]), min_size=n, max_size=n))
    return np.array(y, np.int8), np.array(p)


@given(judged(), _ratio, st.floats(0, 1))
def test_no_other_threshold_is_cheaper(case, ratio, other):
    y, p = case
    chosen = choose_threshold(y, p, ratio)
    assert 0 <= chosen.value <= 1
    for rival in (other, 0.0, 1.0, *p):
        assert chosen.expected_cost <= expected_cost(y, p, rival, ratio) + 1e-12


@given(judged(), _ratio)
def test_the_cost_that_is_told_is_the_cost_of_the_threshold(case, ratio):
    y, p = case
    chosen = choose_threshold(y, p, ratio)
    assert expected_cost(y, p, chosen.value, ratio) == pytest.approx(chosen.expected_cost)


@given(judged(), _ratio, st.floats(1.01, 20))
def test_dearer_defaults_never_raise_the_threshold(case, ratio, factor):
    y, p = case
    assert choose_threshold(y, p, ratio * factor).value <= choose_threshold(y, p, ratio).value + 1e-12


def test_of_a_calibrated_pd_it_is_near_the_theoretical_one():
    """Refuse when p * ratio > 1 - p (Elkan 2001)."""
    random = np.random.default_rng(0)
    p = random.uniform(0, 1, 400_000)
    y = (random.random(len(p)) < p).astype(np.int8)
    assert choose_threshold(y, p, 5).value == pytest.approx(1 / 6, abs=0.01)


def test_without_defaults_everyone_is_accepted():
    assert choose_threshold(np.zeros(3, np.int8), np.array([0.1, 0.2, 0.9]), 5).value == 1


def test_a_threshold_that_separates_nobody_is_said(tiny_bundle):
    def note(threshold):
        return one_sided_note(structs.replace(tiny_bundle.metrics, threshold=threshold))

    assert note(0.4) is None
    assert "would decline every client: with a cost ratio of 5 and 30% defaults" in note(0.0)
    assert "would approve every client" in note(1.0)
