import msgspec
import numpy as np
import pytest
import shap
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.errors import TableCompilationError
from scorer.shap_tables import compile as compiling
from scorer.shap_tables.compile import compile_tables
from scorer.shap_tables.explainer import TOLERANCE, TableExplainer
from scorer.shap_tables.trees import Tree, TreeEnsemble
from scorer.xgboost_file import parse_xgboost
from tests.unit.scorer.shap_tables.models import as_json, brute_force, forest_of, margin, pred_contribs, rows, train


def explainer_of(booster: xgboost.Booster) -> TableExplainer:
    return TableExplainer(compile_tables(forest_of(booster)))


def with_extremes(x: np.ndarray) -> np.ndarray:
    x[0], x[1], x[2], x[3] = np.nan, 3e38, -3e38, 0.0
    return x


SHAPES = {
    "usual": {},
    "one split a tree": {"depth": 1},
    "deep": {"depth": 6, "trees": 30, "features": 12},
    "paths of eight splits": {"depth": 8, "trees": 8, "features": 12},
    "leaf-wise": {"depth": 0, "grow_policy": "lossguide", "max_leaves": 9},
    "single leaves": {"gamma": 1e9},
    "monotone": {"monotone_constraints": (1, 0, 0, 0, -1)},
    "other base": {"base_score": 0.03},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_equal_to_xgboost_with_missing_and_extreme_values(shape):
    booster = train(**shape)
    x = with_extremes(rows(200, booster.num_features(), seed=1))
    assert np.abs(explainer_of(booster).explain(x) - pred_contribs(booster, x)).max() < TOLERANCE


@pytest.mark.parametrize("shape", [{"depth": 5, "trees": 20}, {"depth": 6, "trees": 30, "features": 12}])
def test_equal_to_shap_with_missing_and_extreme_values(shape):
    booster = train(**shape)
    x = with_extremes(rows(100, booster.num_features(), seed=2))
    assert np.isnan(x).any()
    explanation = shap.TreeExplainer(booster)(x)
    got = explainer_of(booster).explain(x)
    assert np.abs(got[:, :-1] - explanation.values).max() < TOLERANCE
    assert np.abs(got[:, -1] - explanation.base_values).max() < TOLERANCE


@pytest.mark.parametrize("seed", range(3))
def test_equal_to_the_definition_of_shapley_values(seed):
    booster = train(depth=3, trees=4, seed=seed)
    ensemble = forest_of(booster)
    for row in rows(5, 5, seed=seed + 10):
        got = TableExplainer(compile_tables(ensemble)).explain(row[None])[0, :-1]
        assert np.abs(got - brute_force(ensemble, row)).max() < 1e-6


BOOSTER = train(depth=4, trees=20)
EXPLAINER = explainer_of(BOOSTER)
values = st.floats(-5, 5, width=32) | st.sampled_from([float("nan"), 3e38, -3e38, 0.0])


@settings(deadline=None)
@given(st.lists(st.lists(values, min_size=5, max_size=5), min_size=1, max_size=40))
def test_contributions_and_expectation_add_up_to_the_margin(x):
    x = np.array(x, np.float32)
    assert np.abs(EXPLAINER.explain(x).sum(1) - margin(BOOSTER, x)).max() < TOLERANCE


@settings(deadline=None)
@given(st.integers(1, 70))
def test_a_row_has_the_same_bits_in_every_batch(n):
    x = rows(n, 5, seed=3)
    together = EXPLAINER.explain(x)
    assert together.tobytes() == b"".join(EXPLAINER.explain(row[None]).tobytes() for row in x)


def test_a_feature_that_no_tree_uses_contributes_nothing():
    x = rows(500, 6, seed=4)
    x[:, 5] = 1.0
    booster = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(x, x[:, 0] > 0), 5)
    assert not explainer_of(booster).explain(rows(50, 6))[:, 5].any()


def stump(feature: int, threshold: float, low: float, high: float, share: float) -> Tree:
    return Tree(
        left=np.array([1, -1, -1], np.int32),
        right=np.array([2, -1, -1], np.int32),
        feature=np.array([feature, 0, 0], np.int32),
        threshold=np.array([threshold, 0.0, 0.0]),
        inclusive=np.zeros(3, bool),
        default_left=np.array([True, False, False]),
        cover=np.array([1.0, share, 1 - share]),
        value=np.array([0.0, low, high]),
    )


finite = st.floats(-3, 3, width=32)


@settings(max_examples=50, deadline=None)
@given(finite, finite, finite, st.floats(0.05, 0.95), finite)
def test_two_features_that_play_the_same_part_contribute_the_same(threshold, low, high, share, value):
    ensemble = TreeEnsemble((stump(0, threshold, low, high, share), stump(1, threshold, low, high, share)), 2, 0.0)
    got = TableExplainer(compile_tables(ensemble)).explain(np.array([[value, value]], np.float32))[0]
    assert got[0] == got[1]


def test_the_expectation_is_the_mean_over_the_training_cover():
    got = TableExplainer(compile_tables(TreeEnsemble((stump(0, 0, -1.0, 3.0, 0.25),), 1, 0.5))).explain(
        np.array([[1.0]], np.float32)
    )
    assert got.tolist() == [[pytest.approx(1.0), pytest.approx(2.5)]]


def test_paths_that_are_too_long_are_refused():
    with pytest.raises(TableCompilationError, match="more than 8 splits"):
        compile_tables(forest_of(train(depth=10, trees=20, min_child_weight=0)))


def test_a_model_above_the_memory_budget_is_refused(monkeypatch):
    monkeypatch.setattr(compiling, "MEMORY_BUDGET", 10_000)
    with pytest.raises(TableCompilationError, match="budget"):
        compile_tables(forest_of(train()))


def test_another_objective_is_refused():
    x = rows(100, 3)
    booster = xgboost.train({"objective": "reg:squarederror"}, xgboost.DMatrix(x, x[:, 0] > 0), 2)
    with pytest.raises(TableCompilationError, match="objective"):
        parse_xgboost(as_json(booster)).ensemble()


def test_another_booster_is_refused():
    model = msgspec.json.decode(as_json(BOOSTER))
    model["learner"]["gradient_booster"]["name"] = "gblinear"
    with pytest.raises(TableCompilationError, match="booster"):
        parse_xgboost(msgspec.json.encode(model)).ensemble()


def test_a_model_whose_tables_differ_is_refused():
    model = msgspec.json.decode(as_json(BOOSTER))
    tree = model["learner"]["gradient_booster"]["model"]["trees"][0]
    tree["split_conditions"][tree["left_children"].index(-1)] += 1.0
    x = rows(256, 5)
    with pytest.raises(TableCompilationError, match="differ"):
        TableExplainer.compile(
            parse_xgboost(msgspec.json.encode(model)).ensemble(), reference=lambda r: pred_contribs(BOOSTER, r), probe=x
        )
