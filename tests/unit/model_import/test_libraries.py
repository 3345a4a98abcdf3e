"""Every kind of model that can be imported equals its library, on the sample and on made-up extremes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model_import.alignment import cover_of
from model_import.reader import read_model
from scorer.contributions import sigmoid
from scorer.errors import TableCompilationError
from scorer.shap_tables.compile import compile_tables
from scorer.shap_tables.explainer import TableExplainer
from scorer.shap_tables.trees import Scale, TreeEnsemble
from scorer.tree_format import dump_trees, load_trees
from scorer.tree_shap import TreeShapExplainer
from tests.unit.model_import.sources import SOURCES, Floats, Source

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries, about their own ways

TOLERANCE = 1e-6
SHAP_TOLERANCE = 3e-6
"""XGBoost and shap's trees add up in float32."""


def extremes(ensemble: TreeEnsemble, source: Source) -> Floats:
    """Rows on and beside every threshold, huge ones, and missing values."""
    rng = np.random.default_rng(1)
    rows = [*np.array([[1e30] * 6, [-1e30] * 6, [0.0] * 6, [1e-36] * 6])]
    for tree in ensemble.trees:
        for node in np.flatnonzero(tree.left >= 0).tolist():
            threshold = tree.threshold[node]
            for value in (threshold, *np.nextafter(threshold, [-np.inf, np.inf]), np.float32(threshold)):
                rows.append(source.rows[rng.integers(len(source.rows))].copy())
                if np.abs(value) < 1e300:  # LightGBM writes a limit that nothing reaches
                    rows[-1][tree.feature[node]] = value
    made_up = np.array(rows)
    if source.missing:
        made_up = np.concatenate(
            [made_up, [[np.nan] * 6], np.where(rng.random((20, 6)) < 0.5, np.nan, source.rows[:20])]
        )
    for choice in source.choices:
        codes = made_up[:, choice]
        made_up[:, choice] = np.where((codes >= 0) & (codes < 3), np.floor(codes), 1.0)
    return made_up if source.missing else np.nan_to_num(made_up)


@pytest.fixture(scope="module", params=SOURCES.values(), ids=SOURCES)
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Source:
    make: Callable[[Path], Source] = request.param
    return make(tmp_path_factory.mktemp("source"))


def test_it_equals_its_library_on_the_sample_and_on_extremes(source: Source) -> None:
    model, content = read_model(source.file)
    assert content == source.file.read_bytes()
    ensemble = load_trees(dump_trees(model.ensemble))
    if not model.has_cover:
        ensemble = cover_of(ensemble, source.rows)
    rows = np.concatenate([source.rows, extremes(ensemble, source)])
    explained = TreeShapExplainer(ensemble).explain(rows)
    sums = explained.sum(axis=1)
    probability = sums if ensemble.scale is Scale.PROBABILITY else np.array([sigmoid(value) for value in sums])
    assert np.abs(probability - model.reference()(rows)).max() < TOLERANCE
    try:
        tables = TableExplainer(compile_tables(ensemble)).explain(rows)
    except TableCompilationError as reason:
        assert "more than 8 splits" in str(reason)  # explained without tables
    else:
        assert np.abs(tables - explained).max() < TOLERANCE
    if source.contributions is not None:
        assert np.abs(explained[: len(source.rows)] - source.contributions(source.rows)).max() < SHAP_TOLERANCE
