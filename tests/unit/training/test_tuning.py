"""The search, on little data: that it finds what is there, keeps what must hold, and ends when asked."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from scipy.special import expit

from contract.schema import Feature, FeatureSchema, FeatureType, Level, LocalizedText
from training import tuning
from training.booster import fit, predict_log_odds
from training.hyperparameters import Hyperparameters
from training.sample import Sample
from training.tuning import Search, SearchControl, find_shape, most_trees

ROWS = 600


def number(name, monotone=0):
    return Feature(
        name=name, type=FeatureType.NUMBER, label=LocalizedText(en=name), minimum=-9, maximum=9, monotone=monotone
    )


def choice(name, levels):
    words = tuple(Level(str(i), LocalizedText(en=str(i))) for i in range(levels))
    return Feature(name=name, type=FeatureType.CATEGORICAL, label=LocalizedText(en=name), levels=words)


@pytest.fixture(autouse=True)
def few_candidates(monkeypatch):
    """Two candidates and small caps: the search is the same, in a fraction of the time."""
    monkeypatch.setattr(
        tuning, "CANDIDATES", (Hyperparameters(depth=1, column_share=1), Hyperparameters(depth=3, column_share=1))
    )
    monkeypatch.setattr(tuning, "MAX_LEAVES", 1_000)


def sample_of(log_odds, *columns, seed=0):
    target = np.random.default_rng(seed).random(len(log_odds)) < expit(log_odds)
    return Sample(rows=np.stack(columns, axis=1).astype(np.float32), target=target.astype(np.int8))


@pytest.fixture(scope="module")
def numbers():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, ROWS))
    return FeatureSchema("x", (number("a"), number("b"))), sample_of(2 * a - 1, a, b)


@pytest.fixture(scope="module")
def interaction():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, ROWS))
    return FeatureSchema("x", (number("a"), number("b"))), sample_of(3 * np.sign(a * b), a, b)


def test_depth_follows_the_data(numbers, interaction):
    assert find_shape(*numbers, Search(), SearchControl()).depth == 1
    assert find_shape(*interaction, Search(), SearchControl()).depth == 3


def test_the_number_of_trees_ends_where_the_curve_does(numbers):
    schema, sample = numbers
    noise = replace(sample, target=np.random.default_rng(4).permutation(sample.target))
    assert find_shape(schema, noise, Search(), SearchControl()).trees < 30
    assert find_shape(schema, sample, Search(), SearchControl()).trees > 30


def test_a_model_never_outgrows_the_tables(numbers):
    shape = find_shape(*numbers, Search(), SearchControl())
    assert shape.trees <= most_trees(shape)
    assert shape.trees * shape.trees_per_round * 2**shape.depth <= tuning.MAX_LEAVES


def test_levels_without_order_are_divided_freely():
    rng = np.random.default_rng(3)
    level = rng.integers(0, 16, ROWS)
    schema = FeatureSchema("x", (choice("c", 16), number("a")))
    shape = find_shape(
        schema, sample_of(3.0 * (level % 2) - 1.5, level, rng.normal(size=ROWS)), Search(), SearchControl()
    )
    assert shape.native_categories


class TestTrials:
    def test_the_same_number_gives_the_same_shape(self, numbers):
        first, second = (find_shape(*numbers, Search(trials=2), SearchControl()) for _ in range(2))
        assert first == second

    def test_each_is_announced_the_best_candidate_first(self, numbers):
        seen = []
        find_shape(*numbers, Search(trials=2), SearchControl(on_trial=lambda *what: seen.append(what)))
        assert [number for number, _ in seen] == [1, 2, 3]
        losses = [loss for _, loss in seen]
        assert losses == sorted(losses, reverse=True)

    @pytest.mark.parametrize("ended", ["stopped", "out of time"])
    def test_an_end_keeps_the_best_so_far(self, numbers, ended):
        stop = Event()
        seen = []

        def on_trial(number, loss):
            seen.append(number)
            stop.set()

        control = SearchControl(stop, on_trial=on_trial) if ended == "stopped" else SearchControl(stop, 0.0, on_trial)
        assert find_shape(*numbers, Search(minutes=60), control).trees > 1
        assert seen == [1]

    def test_added_directions_hold_and_the_schemas_stay(self):
        rng = np.random.default_rng(5)
        a, b = rng.normal(size=(2, ROWS))
        schema = FeatureSchema("x", (number("a"), number("b", monotone=1)))
        sample = sample_of(a - b, a, b)
        shape = replace(Hyperparameters(trees=30), directions=(("a", 1),))
        booster = fit(schema, sample, shape)
        grid = np.linspace(-3, 3, 50, dtype=np.float32)
        for column in (0, 1):
            rows = np.zeros((50, 2), np.float32)
            rows[:, column] = grid
            assert (np.diff(predict_log_odds(booster, schema, rows)) >= 0).all()
