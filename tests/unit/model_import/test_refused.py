"""What cannot be imported gets one sentence, and a pickle is never opened."""

import pickle
from pathlib import Path
from typing import Any

import catboost
import lightgbm
import numpy as np
import onnx
import pytest
import xgboost
import yaml
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from model_import.errors import ModelImportError
from model_import.reader import read_model
from tests.unit.model_import.sources import data_frame, lightgbm_model, rows_and_outcomes, xgboost_model

pytestmark = pytest.mark.filterwarnings("ignore")

X, Y = rows_and_outcomes(missing=0.0)
CLASSES = np.arange(len(Y)) % 3


def xgboost_bytes(y: Any = Y, **parameters: Any) -> bytes:
    return bytes(xgboost.train(parameters | {"nthread": 1}, xgboost.DMatrix(X, y), 2).save_raw("ubj"))


def lightgbm_bytes(y: Any = Y, **parameters: Any) -> bytes:
    settings = {"verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}
    return lightgbm.train(settings | parameters, lightgbm.Dataset(X, y), 2).model_to_string().encode()


def custom_lightgbm() -> bytes:
    def objective(scores: Any, data: Any) -> Any:
        p = 1 / (1 + np.exp(-scores))
        return p - data.get_label(), p * (1 - p)

    return lightgbm_bytes(objective=objective)


def catboost_bytes(folder: Path, y: Any = Y, form: str = "json", with_pool: bool = True, **parameters: Any) -> bytes:
    frame, _ = data_frame()
    pool = catboost.Pool(frame.assign(home=frame.home.astype(str)), y, cat_features=["home"])
    model = catboost.CatBoostClassifier(
        iterations=3, depth=3, verbose=0, allow_writing_files=False, thread_count=1, **parameters
    ).fit(pool)
    model.save_model(file := folder / "model", format=form, pool=pool if with_pool else None)
    return file.read_bytes()


def onnx_bytes(model: Any, y: Any = Y) -> bytes:
    return bytes(to_onnx(model.fit(X.astype(np.float32), y), X[:1].astype(np.float32)).SerializeToString())


class Trap:
    """A pickle of it says so when it is opened."""

    def __reduce__(self) -> Any:
        return pytest.fail, ("the pickle was opened",)


REFUSED = {
    "pickle": (lambda _: pickle.dumps(Trap()), "a pickle runs code"),
    "old pickle": (lambda _: pickle.dumps(Trap(), protocol=0), "neither an ONNX model nor"),
    "archive": (lambda _: b"PK\x03\x04 whatever", "a pickle runs code"),
    "text": (lambda _: b"hello", "neither an ONNX model nor"),
    "empty": (lambda _: b"", "no tree ensemble"),
    "other JSON": (lambda _: b'{"a": 1}', "JSON of no library"),
    "XGBoost, linear": (
        lambda _: xgboost_bytes(booster="gblinear", objective="binary:logistic"), "gblinear, which has no trees"),
    "XGBoost, several classes": (
        lambda _: xgboost_bytes(CLASSES, objective="multi:softprob", num_class=3), "objective is multi:softprob"),
    "XGBoost, regression": (lambda _: xgboost_bytes(), "objective is reg:squarederror"),
    "XGBoost, several outputs": (
        lambda _: xgboost_bytes(np.stack([Y, 1 - Y], axis=1), objective="binary:logistic"), "more than one output"),
    "LightGBM, several classes": (
        lambda _: lightgbm_bytes(CLASSES, objective="multiclass", num_class=3), "is multiclass: only models of one"),
    "LightGBM, own objective": (lambda _: custom_lightgbm(), "an objective of its own"),
    "LightGBM, linear trees": (lambda _: lightgbm_bytes(objective="binary", linear_tree=True), "linear trees"),
    "LightGBM, cut off": (lambda _: lightgbm_bytes(objective="binary")[:1200], "damaged"),
    "CatBoost, statistics of categories": (lambda d: catboost_bytes(d, one_hot_max_size=1), "(CTR)"),
    "CatBoost, several classes": (lambda d: catboost_bytes(d, CLASSES), "loss of the CatBoost model is MultiClass"),
    "CatBoost, other trees": (
        lambda d: catboost_bytes(d, grow_policy="Depthwise", one_hot_max_size=9), "not symmetric"),
    "CatBoost, binary": (lambda d: catboost_bytes(d, form="cbm"), "CatBoost's binary form"),
    "ONNX, no trees": (lambda _: onnx_bytes(LogisticRegression()), "no tree ensemble, but"),
    "ONNX, a scaler": (
        lambda _: onnx_bytes(make_pipeline(StandardScaler(), GradientBoostingClassifier(n_estimators=2))),
        "has Scaler before"),
    "ONNX, regression": (lambda _: onnx_bytes(GradientBoostingRegressor(n_estimators=2)), "gives no probability"),
    "ONNX, several classes": (lambda _: onnx_bytes(GradientBoostingClassifier(n_estimators=2), CLASSES), "3 classes"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "reason"), REFUSED.values(), ids=REFUSED)
def test_one_sentence_says_why(make: Any, reason: str, tmp_path: Path) -> None:
    (file := tmp_path / "model.bin").write_bytes(make(tmp_path))
    with pytest.raises(ModelImportError) as refused:
        read_model(file)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def mlflow_folder(folder: Path, flavors: dict[str, Any]) -> Path:
    (folder / "MLmodel").write_text(yaml.safe_dump({"flavors": {"python_function": {}} | flavors}))
    return folder


def test_a_folder_of_mlflow_is_read_by_its_flavour(tmp_path: Path) -> None:
    (tmp_path / "model.lgb").write_bytes(lightgbm_model(tmp_path).file.read_bytes())
    model, _ = read_model(mlflow_folder(tmp_path, {"lightgbm": {"data": "model.lgb", "lgb_version": "4.6"}}))
    assert model.library == "LightGBM"


@pytest.mark.parametrize(
    ("flavors", "reason"),
    [({"sklearn": {"pickled_model": "model.pkl"}}, "as a pickle"), ({"xgboost": {"data": "../secret"}}, "outside")],
)
def test_other_folders_of_mlflow_are_refused(tmp_path: Path, flavors: dict[str, Any], reason: str) -> None:
    with pytest.raises(ModelImportError, match=reason):
        read_model(mlflow_folder(tmp_path, flavors))
    with pytest.raises(ModelImportError, match="without the file MLmodel"):
        read_model(Path(__file__).parent)


def test_early_stopping_is_said_and_can_be_followed(tmp_path: Path) -> None:
    source = xgboost_model(tmp_path)
    booster = xgboost.Booster(model_file=source.file)
    booster.set_attr(best_iteration="2")
    booster.save_model(source.file)
    every, _ = read_model(source.file)
    best, _ = read_model(source.file, best_iteration=True)
    assert (len(every.ensemble.trees), len(best.ensemble.trees)) == (8, 3)
    assert "--best-iteration" in every.notes[0]
    assert np.abs(best.reference()(source.rows) - booster[:3].predict(xgboost.DMatrix(source.rows))).max() == 0


@pytest.mark.parametrize("mode", ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT"])
@pytest.mark.parametrize("tracks_true", [0, 1])
def test_every_kind_of_onnx_split_goes_the_way_of_onnxruntime(tmp_path: Path, mode: str, tracks_true: int) -> None:
    node = onnx.helper.make_node(
        "TreeEnsembleClassifier", ["X"], ["label", "probabilities"], domain="ai.onnx.ml",
        nodes_treeids=[0] * 3, nodes_nodeids=[0, 1, 2], nodes_featureids=[0] * 3, nodes_values=[0.1, 0.0, 0.0],
        nodes_modes=[mode, "LEAF", "LEAF"], nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0],
        nodes_missing_value_tracks_true=[tracks_true, 0, 0], class_treeids=[0, 0], class_nodeids=[1, 2],
        class_ids=[0, 0], class_weights=[-1.0, 2.0], classlabels_int64s=[0, 1], post_transform="LOGISTIC",
    )  # fmt: skip
    number = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [node], "stump", [onnx.helper.make_tensor_value_info("X", number, [None, 1])],
        [onnx.helper.make_tensor_value_info("label", onnx.TensorProto.INT64, [None]),
         onnx.helper.make_tensor_value_info("probabilities", number, [None, 2])],
    )  # fmt: skip
    opsets = [onnx.helper.make_opsetid("", 15), onnx.helper.make_opsetid("ai.onnx.ml", 1)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8), file := tmp_path / "model.onnx")
    model, _ = read_model(file)
    near = np.nextafter(np.float32(0.1), np.array([-1, 1], np.float32))
    rows = np.array([[np.float32(0.1)], [near[0]], [near[1]], [np.nan], [1e30], [-1e30]], np.float64)
    (tree,) = model.ensemble.trees
    left = np.where(np.isnan(rows[:, 0]), tree.default_left[0], rows[:, 0].astype(np.float32) < tree.float32_limit[0])
    values = np.where(left, tree.value[tree.left[0]], tree.value[tree.right[0]])
    assert 1 / (1 + np.exp(-values)) == pytest.approx(model.reference()(rows), abs=1e-6)
