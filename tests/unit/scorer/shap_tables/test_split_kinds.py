"""Every kind of split that a tree may have: `<`, `<=`, categories; missing values by default direction."""

from collections.abc import Callable

import numpy as np
import pytest
import xgboost
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scorer.errors import TableCompilationError
from scorer.model_formats import Explainer
from scorer.shap_tables.compile import compile_tables
from scorer.shap_tables.explainer import TOLERANCE, TableExplainer
from scorer.shap_tables.trees import Precision, Tree, TreeEnsemble
from scorer.tree_shap import TreeShapExplainer
from tests.unit.scorer.shap_tables.models import brute_force, forest_of, goes_left, margin_of, pred_contribs

FEATURES = 4
LARGEST = float(np.finfo(np.float32).max)
THRESHOLDS = (-1.5, -0.1, 0.0, 1e-40, 0.1, 1 / 3, 1.0, 2.0, 16777217.0, LARGEST, -LARGEST, 1e300, -1e300)
"""Float32 numbers, numbers between two of them, and numbers beyond the largest."""


def near(threshold: float) -> list[np.float32]:
    """Return the float32 numbers around a threshold."""
    nearest = np.float32(np.clip(threshold, -LARGEST, LARGEST))
    with np.errstate(over="ignore"):
        around = [np.nextafter(nearest, np.float32(-np.inf)), nearest, np.nextafter(nearest, np.float32(np.inf))]
    return [value for value in around if np.isfinite(value)]


thresholds = st.sampled_from(THRESHOLDS) | st.floats(-3, 3)
row_values = (
    st.sampled_from([np.float32(np.nan), *(value for t in THRESHOLDS for value in near(t))])
    | st.sampled_from([np.float32(code) for code in (-1, 0, 1, 2, 3, 4, 5, 6, 40)])
    | st.floats(-3, 3, width=32).map(np.float32)
)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Draw a tree of at most three levels whose splits are of any kind."""
    columns: list[list[float]] = []
    categories: dict[int, frozenset[int]] = {}

    def grow(depth: int, cover: float) -> int:
        node = len(columns)
        columns.append([-1, -1, 0, 0.0, 0, 0, cover, 0.0])
        if depth == 3 or (depth and draw(st.booleans())):
            columns[node][7] = draw(st.floats(-3, 3))
            return node
        if draw(st.booleans()):
            categories[node] = draw(st.frozensets(st.integers(0, 6)))
        split = [draw(st.integers(0, FEATURES - 1)), draw(thresholds), draw(st.booleans()), draw(st.booleans())]
        share = draw(st.floats(0.05, 0.95))
        left, right = grow(depth + 1, cover * share), grow(depth + 1, cover * (1 - share))
        columns[node] = [left, right, *split, cover, 0.0]
        return node

    grow(0, 1.0)
    left, right, feature, threshold, inclusive, default_left, cover, value = np.array(columns).T
    return Tree(
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        feature=feature.astype(np.int32),
        threshold=threshold,
        inclusive=inclusive.astype(bool),
        default_left=default_left.astype(bool),
        cover=cover,
        value=value,
        categories=categories,
    )


@st.composite
def ensembles(draw: st.DrawFn) -> TreeEnsemble:
    precision = draw(st.sampled_from(Precision))
    zeros = st.frozensets(st.integers(0, FEATURES - 1)) if precision is Precision.FLOAT64 else st.just(frozenset())
    columns = tuple(draw(st.lists(trees(), min_size=1, max_size=3)))
    zero_is_missing = draw(zeros) - {int(tree.feature[node]) for tree in columns for node in tree.categories}
    return TreeEnsemble(columns, FEATURES, draw(st.floats(-2, 2)), precision, zero_is_missing)


double_values = row_values.map(float) | st.sampled_from(
    [value for t in THRESHOLDS for value in (np.nextafter(t, -np.inf), t, np.nextafter(t, np.inf))]
)
"""Values around a threshold of which float32 holds none, or which it does not tell apart."""
batches = st.lists(st.lists(double_values, min_size=FEATURES, max_size=FEATURES), min_size=1, max_size=6)


EXPLAINERS = {"tables": lambda ensemble: TableExplainer(compile_tables(ensemble)), "trees": TreeShapExplainer}


@pytest.mark.parametrize("explainer", EXPLAINERS.values(), ids=EXPLAINERS)
@settings(deadline=None)
@given(ensemble=ensembles(), batch=batches)
def test_equal_to_the_definition_for_every_kind_of_split(
    explainer: Callable[[TreeEnsemble], Explainer], ensemble: TreeEnsemble, batch: list[list[float]]
) -> None:
    x = np.array(batch)
    with np.errstate(over="ignore"):
        got = explainer(ensemble).explain(x)
        for row, explained in zip(x, got, strict=True):
            assert np.abs(explained[:-1] - brute_force(ensemble, row)).max() < TOLERANCE
            assert explained.sum() == pytest.approx(margin_of(ensemble, row), abs=TOLERANCE)


@settings(max_examples=300, deadline=None)
@given(trees(), st.data())
def test_a_float32_value_is_below_the_limit_exactly_when_it_goes_left(tree: Tree, data: st.DataObject) -> None:
    numeric = [node for node in range(len(tree.left)) if not tree.is_leaf(node) and node not in tree.categories]
    assume(numeric)
    node = data.draw(st.sampled_from(numeric))
    value = data.draw(row_values.filter(np.isfinite) | st.sampled_from(near(float(tree.threshold[node]))))
    assert (value < tree.float32_limit[node]) == goes_left(tree, node, value)
    assert np.float32(-np.inf) < tree.float32_limit[node]


def train_on_categories(seed: int, **parameters: object) -> tuple[xgboost.Booster, NDArray[np.float32]]:
    """Return a model of two categorical and two numeric features, and rows with missing and unknown values."""
    rng = np.random.default_rng(seed)
    x = np.stack([rng.integers(0, 9, 600), rng.integers(0, 40, 600), *rng.normal(size=(2, 600))], axis=1)
    y = np.isin(x[:, 0], (1, 4, 7)) ^ (x[:, 2] > 0) ^ (x[:, 1] % 3 == 0)
    x[rng.random(x.shape) < 0.1] = np.nan
    matrix = xgboost.DMatrix(x, y, feature_types=["c", "c", "q", "q"], enable_categorical=True)
    learned = {"objective": "binary:logistic", "max_depth": 4, "nthread": 1, "seed": seed}
    booster = xgboost.train(learned | parameters, matrix, 12)
    x[:3, :2] = [[-1, 9], [9, 40], [1000, 3e38]]
    booster.feature_types = None  # rows are plain numbers, as in the worker
    return booster, x.astype(np.float32)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("one_against_the_rest", [1, 100], ids=["sets", "single categories"])
def test_equal_to_xgboost_with_native_categories(seed: int, one_against_the_rest: int) -> None:
    booster, x = train_on_categories(seed, max_cat_to_onehot=one_against_the_rest)
    ensemble = forest_of(booster)
    assert any(tree.categories for tree in ensemble.trees)
    explainer = TableExplainer(compile_tables(ensemble))
    got = explainer.explain(x)
    assert np.abs(got - pred_contribs(booster, x)).max() < TOLERANCE
    assert got.tobytes() == b"".join(explainer.explain(row[None]).tobytes() for row in x)


def test_a_category_beyond_the_memory_budget_is_refused() -> None:
    tree = Tree(
        left=np.array([1, -1, -1], np.int32),
        right=np.array([2, -1, -1], np.int32),
        feature=np.zeros(3, np.int32),
        threshold=np.zeros(3),
        inclusive=np.zeros(3, bool),
        default_left=np.zeros(3, bool),
        cover=np.array([2.0, 1.0, 1.0]),
        value=np.array([0.0, 1.0, 2.0]),
        categories={0: frozenset({2**40})},
    )
    with pytest.raises(TableCompilationError, match="budget"):
        compile_tables(TreeEnsemble((tree,), 1, 0.0))
