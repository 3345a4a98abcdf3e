import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.errors import DataError
from training.sample import Sample, draw, split

FOLDS = 5


def sample(rows=600, **more):
    rng = np.random.default_rng(0)
    return Sample(rows=rng.normal(size=(rows, 2)).astype(np.float32), target=(np.arange(rows) % 4 == 0), **more)


def clients(rows=600, loans=3):
    return np.arange(rows) // loans


def days(rows=600):
    return np.datetime64("2020-01-01") + np.random.default_rng(1).integers(0, 300, rows)


def test_every_row_is_judged_once_by_others_and_outcomes_are_spread_evenly():
    data = sample()
    pairs = split(data, FOLDS, seed=1)
    assert sorted(np.concatenate([test for _, test in pairs])) == list(range(600))
    for train, test in pairs:
        assert not set(train) & set(test)
        assert data.target[test].mean() == pytest.approx(0.25, abs=0.01)


@settings(max_examples=10, deadline=None)
@given(loans=st.integers(1, 20), seed=st.integers(0, 5))
def test_a_group_is_never_on_both_sides(loans, seed):
    data = sample(groups=clients(loans=loans))
    for train, test in split(data, FOLDS, seed):
        assert not set(data.groups[train]) & set(data.groups[test])


@pytest.mark.parametrize("grouped", [False, True])
def test_with_dates_each_row_is_judged_by_earlier_ones_only(grouped):
    data = sample(dates=days(), groups=clients() if grouped else None)
    pairs = split(data, FOLDS, seed=1)
    assert len(pairs) == FOLDS
    for train, test in pairs:
        assert data.dates[train].max() < data.dates[test].min()
        if grouped:
            assert not set(data.groups[train]) & set(data.groups[test])
    judged = np.concatenate([test for _, test in pairs])
    assert len(judged) == len(set(judged))
    assert len(judged) == pytest.approx(500, abs=20)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"groups": np.zeros(600, np.int64)}, "fewer groups than the 5 folds"),
        ({"dates": np.full(600, np.datetime64("2020-01-01"))}, "the periods cannot be divided"),
        ({"groups": np.where(np.arange(600) % 4 == 0, 0, np.arange(600))}, "the groups cannot be divided"),
    ],
)
def test_what_cannot_be_divided_is_refused(more, words):
    with pytest.raises(DataError, match=words):
        split(sample(**more), FOLDS, seed=1)


class TestDraw:
    def test_a_small_sample_is_kept(self):
        data = sample()
        assert draw(data, 600, seed=1) is data

    def test_as_many_as_wanted_and_the_same_every_time(self):
        assert len(draw(sample(), 200, seed=1)) == 200
        assert (draw(sample(), 200, seed=1).rows == draw(sample(), 200, seed=1).rows).all()

    def test_whole_groups(self):
        drawn = draw(sample(groups=clients()), 200, seed=1)
        assert 190 < len(drawn) <= 200
        assert (np.unique(drawn.groups, return_counts=True)[1] == 3).all()

    def test_the_latest(self):
        dates = days()
        assert draw(sample(dates=dates), 200, seed=1).dates.min() >= np.sort(dates)[-200]
