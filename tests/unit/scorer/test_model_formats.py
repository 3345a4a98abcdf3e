"""A second format of model files: one class and its entry in MODEL_FORMATS."""

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from contract.bundle import FILES as BUNDLE_FILES
from contract.bundle import Bundle, write_bundle
from scorer.engine import Engine
from scorer.errors import ModelLoadError, TableCompilationError
from scorer.explainers import choose_explainer
from scorer.model_formats import MODEL_FORMATS
from scorer.shap_tables.explainer import TableExplainer
from scorer.shap_tables.trees import Tree, TreeEnsemble
from tests.support.tiny_model import draw_rows
from tests.unit.scorer.shap_tables.models import brute_force

LEAVES = [[0.4, 10], [-0.2, 30], [0.1, 25], [-0.3, 35]]
MODEL = {
    "bias": -1.0,
    "rules": [
        {"feature": 0, "at_most": 2500.0, "missing": "left", "yes": LEAVES[0], "no": LEAVES[1]},
        {"feature": 3, "one_of": [0, 2], "missing": "right", "yes": LEAVES[2], "no": LEAVES[3]},
    ],
}
"""Rules as a made-up library writes them: a leaf is its weight and the number of training rows."""


class RuleModel:
    """The made-up library."""

    def __init__(self, model: bytes) -> None:
        self._model = msgspec.json.decode(model)

    def tree_ensemble(self) -> TreeEnsemble:
        if "rules" not in self._model:
            raise TableCompilationError("the model has no rules")
        return TreeEnsemble(tuple(map(_stump, self._model["rules"])), 6, self._model["bias"])

    def explain(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        explained = np.zeros((len(rows), 7))
        explained[:, -1] = self._model["bias"]
        for rule in self._model.get("rules", []):
            value = rows[:, rule["feature"]]
            yes = value <= rule["at_most"] if "at_most" in rule else np.isin(np.trunc(value), rule["one_of"])
            yes = np.where(np.isnan(value), rule["missing"] == "left", yes)
            (if_yes, n_yes), (if_no, n_no) = rule["yes"], rule["no"]
            mean = (if_yes * n_yes + if_no * n_no) / (n_yes + n_no)
            explained[:, rule["feature"]] += np.where(yes, if_yes, if_no) - mean
            explained[:, -1] += mean
        return explained


def _stump(rule: dict[str, Any]) -> Tree:
    (if_yes, n_yes), (if_no, n_no) = rule["yes"], rule["no"]
    return Tree(
        left=np.array([1, -1, -1], np.int32),
        right=np.array([2, -1, -1], np.int32),
        feature=np.array([rule["feature"], 0, 0], np.int32),
        threshold=np.array([rule.get("at_most", 0.0), 0.0, 0.0]),
        inclusive=np.array([True, False, False]),
        default_left=np.array([rule["missing"] == "left", False, False]),
        cover=np.array([n_yes + n_no, n_yes, n_no], float),
        value=np.array([0.0, if_yes, if_no]),
        categories={0: frozenset(rule["one_of"])} if "one_of" in rule else {},
    )


@pytest.fixture
def bundle(tiny_bundle: Bundle, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    monkeypatch.setitem(MODEL_FORMATS, "rules", RuleModel)
    contents = {name: (tiny_bundle.path / name).read_bytes() for name in BUNDLE_FILES}
    return write_bundle(tmp_path, "rules", contents | {"model.rules": msgspec.json.encode(MODEL)})


def test_a_second_format_is_one_entry(bundle: Bundle) -> None:
    explainer = choose_explainer(bundle)
    assert isinstance(explainer, TableExplainer)
    rows = draw_rows(50, seed=5)
    rows[0] = np.nan
    rows[1, 0], rows[2, 0] = 2500.0, np.nextafter(np.float32(2500.0), np.float32(np.inf))
    explained = explainer.explain(rows)
    ensemble = RuleModel(bundle.model).tree_ensemble()
    for row, got in zip(rows, explained, strict=True):
        assert np.abs(got[:-1] - brute_force(ensemble, row)).max() < 1e-6
    assert Engine(bundle).score(rows).contributions == pytest.approx(explained[:, :-1])


def test_its_own_library_explains_what_tables_cannot_hold(bundle: Bundle) -> None:
    other = replace(bundle, model=b'{"bias": 0.5}')
    assert isinstance(choose_explainer(other), RuleModel)
    assert Engine(other).base_log_odds == 0.5


def test_a_format_without_a_reader_is_refused_by_name(bundle: Bundle) -> None:
    with pytest.raises(ModelLoadError, match=r"format 'onnx', only for ubj, trees.json, rules"):
        Engine(replace(bundle, model_format="onnx"))
