"""From a file of another library to a bundle, and what is said on the way."""

from dataclasses import replace
from pathlib import Path

import catboost
import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from msgspec import structs
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier

from contract.active_model import active_bundle_path
from contract.column_encoding import encode_columns
from contract.errors import BundleError
from contract.schema import FeatureSchema, dump_schema
from model_import.errors import ModelImportError
from model_import.import_model import ImportedModel, ImportOptions, import_model
from scorer.engine import Engine
from scorer.explainers import ProbabilityExplainer
from stack.models import exported_model
from stack.rewording import reword
from training.errors import LeakageError

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries, about their own ways

RNG = np.random.default_rng(3)
ROWS = 600
CLIENTS = pd.DataFrame(
    {
        "income": RNG.lognormal(10, 0.5, ROWS).round(2),
        "months late": RNG.integers(0, 6, ROWS).astype(float),
        "home": RNG.choice(["rent", "own", "free"], ROWS),
        "sex": RNG.choice(["f", "m"], ROWS),
    }
)
CLIENTS.loc[::9, "income"] = np.nan
DEFAULT = ((CLIENTS["months late"] > 3) | (CLIENTS.home == "rent")) ^ (RNG.random(ROWS) < 0.25)
FEATURES = ["income", "months late", "home"]


@pytest.fixture
def options(tmp_path: Path) -> ImportOptions:
    CLIENTS.assign(default=DEFAULT.astype(int)).to_csv(sample := tmp_path / "loans.csv", index=False)
    return ImportOptions(sample=sample, target="default", models_folder=tmp_path / "models", cost_ratio=5.0)


def categorical() -> pd.DataFrame:
    frame = CLIENTS[FEATURES].assign(home=CLIENTS.home.astype("category"))
    return frame.rename(columns={"months late": "months_late"})


def lightgbm_file(folder: Path) -> Path:
    settings = {"objective": "binary", "num_leaves": 6, "verbose": -1, "num_threads": 1, "min_data_per_group": 5}
    lightgbm.train(settings, lightgbm.Dataset(categorical(), DEFAULT), 6).save_model(file := folder / "a.txt")
    return file


def xgboost_file(folder: Path) -> Path:
    matrix = xgboost.DMatrix(categorical(), DEFAULT, enable_categorical=True)
    xgboost.train({"objective": "binary:logistic", "nthread": 1}, matrix, 6).save_model(file := folder / "a.ubj")
    return file


def catboost_file(folder: Path) -> Path:
    pool = catboost.Pool(CLIENTS[FEATURES], DEFAULT.astype(int), cat_features=["home"])
    model = catboost.CatBoostClassifier(
        iterations=10, depth=3, verbose=0, allow_writing_files=False, thread_count=1, one_hot_max_size=5
    ).fit(pool)
    model.save_model(file := folder / "a.json", format="json", pool=pool)
    return file


def forest_file(folder: Path, labels: object = DEFAULT.astype(int)) -> Path:
    numbers = CLIENTS[["income", "months late"]].fillna(0).to_numpy(np.float32)
    model = RandomForestClassifier(8, max_depth=4, random_state=0).fit(numbers, labels)
    (file := folder / "a.onnx").write_bytes(to_onnx(model, numbers[:1]).SerializeToString())
    return file


def served(imported: ImportedModel, frame: pd.DataFrame) -> np.ndarray:
    """The PDs as the worker computes them."""
    import pyarrow as pa

    frame = frame.rename(columns={"months late": "months_late"})
    encoded = encode_columns(imported.bundle.schema, pa.RecordBatch.from_pandas(frame, preserve_index=False))
    return Engine(imported.bundle).score(encoded.rows).probability


@pytest.mark.parametrize("make", [lightgbm_file, xgboost_file, catboost_file])
def test_the_worker_gives_the_librarys_pds_from_the_raw_values(make, options: ImportOptions, tmp_path: Path) -> None:
    file = make(tmp_path)
    imported = import_model(file, options)
    bundle = imported.bundle
    assert active_bundle_path(options.models_folder) == bundle.path
    assert [feature.name for feature in bundle.schema.model_features] == ["income", "months_late", "home"]
    assert bundle.schema["sex"].sensitive
    assert "sex" in bundle.report.fairness
    got = served(imported, CLIENTS)
    if make is lightgbm_file:
        expected = lightgbm.Booster(model_file=file).predict(categorical())
    elif make is xgboost_file:
        expected = xgboost.Booster(model_file=file).predict(xgboost.DMatrix(categorical(), enable_categorical=True))
    else:
        model = catboost.CatBoostClassifier().load_model(file, format="json")
        expected = model.predict_proba(CLIENTS[FEATURES])[:, 1]
    assert np.abs(got - expected).max() < 1e-6
    assert imported.largest_difference is not None
    assert imported.largest_difference < 1e-6
    assert exported_model(bundle, as_json=False)[1] == file.read_bytes()
    card = (bundle.path / "card.md").read_text()
    assert "Measured on the sample" in card
    assert imported.source.library in card
    assert 0.6 < bundle.metrics.roc_auc.mean < 1


def test_the_same_import_is_the_same_version(options: ImportOptions, tmp_path: Path) -> None:
    file = lightgbm_file(tmp_path)
    assert import_model(file, options).bundle.ref == import_model(file, options).bundle.ref


def only_numbers(options: ImportOptions) -> ImportOptions:
    CLIENTS[["income", "months late"]].fillna(0).assign(default=DEFAULT.astype(int)).to_csv(options.sample, index=False)
    return options


def test_points_of_a_random_forest_are_its_own_shap_values(options: ImportOptions, tmp_path: Path) -> None:
    imported = import_model(forest_file(tmp_path), only_numbers(options))
    assert any("measured against the sample" in note for note in imported.notes)
    engine = Engine(imported.bundle)
    assert isinstance(engine.explainer, ProbabilityExplainer)
    rows = CLIENTS[["income", "months late"]].fillna(0).to_numpy()
    scores = engine.score(rows)
    inner = engine.explainer._explainer.explain(rows)
    assert np.abs(scores.probability_contribution - inner[:, :-1]).max() < 1e-6
    assert np.abs(scores.probability - inner.sum(axis=1)).max() < 1e-6


def test_a_certain_forest_has_finite_contributions(options: ImportOptions, tmp_path: Path) -> None:
    certain = (CLIENTS["months late"] > 3).astype(int)
    options = only_numbers(options)
    CLIENTS[["income", "months late"]].fillna(0).assign(default=certain).to_csv(options.sample, index=False)
    imported = import_model(forest_file(tmp_path, certain), replace(options, activate=False))
    scores = Engine(imported.bundle).score(CLIENTS[["income", "months late"]].fillna(0).to_numpy())
    assert np.isfinite(scores.contributions).all()
    assert imported.largest_difference < 1e-6
    assert [scores.probability.min(), scores.probability.max()] == [pytest.approx(1e-7), pytest.approx(1 - 1e-7)]


def test_a_feature_that_tells_the_outcome_keeps_the_model_from_being_activated(
    options: ImportOptions, tmp_path: Path
) -> None:
    certain = (CLIENTS["months late"] > 3).astype(int)
    CLIENTS[["income", "months late"]].fillna(0).assign(default=certain).to_csv(options.sample, index=False)
    file = forest_file(tmp_path, certain)
    with pytest.raises(LeakageError, match="--accept-leakage months_late") as refused:
        import_model(file, options)
    assert refused.value.bundle.path.parent == options.models_folder
    with pytest.raises(BundleError):
        active_bundle_path(options.models_folder)
    bundle = import_model(file, replace(options, accept_leakage=("months_late",))).bundle
    assert active_bundle_path(options.models_folder) == bundle.path


def test_the_first_class_can_be_the_default(options: ImportOptions, tmp_path: Path) -> None:
    words = np.where(DEFAULT, "bad", "good")
    CLIENTS[["income", "months late"]].fillna(0).assign(default=words).to_csv(options.sample, index=False)
    file = forest_file(tmp_path, words)
    with pytest.raises(ModelImportError, match="'bad' and 'good': say which"):
        import_model(file, options)
    imported = import_model(file, replace(options, positive_label="bad"))
    assert imported.bundle.metrics.roc_auc.mean > 0.6
    assert imported.largest_difference < 1e-6


def test_a_direction_that_does_not_hold_is_said_and_taken_out(options: ImportOptions, tmp_path: Path) -> None:
    file = lightgbm_file(tmp_path)
    schema = import_model(file, options).bundle.schema
    features = [structs.replace(f, monotone=-1) if f.name == "months_late" else f for f in schema]
    (given := tmp_path / "given.json").write_bytes(
        dump_schema(FeatureSchema(schema.name, tuple(features), schema.currency))
    )
    imported = import_model(file, replace(options, schema=given))
    assert any("'months_late' does not keep to its monotone direction" in note for note in imported.notes)
    assert imported.bundle.schema["months_late"].monotone == 0
    features = [structs.replace(f, monotone=1) if f.name == "months_late" else f for f in schema]
    given.write_bytes(dump_schema(FeatureSchema(schema.name, tuple(features), schema.currency)))
    held = import_model(file, replace(options, schema=given))
    said = any("direction" in note for note in held.notes)
    assert held.bundle.schema["months_late"].monotone == (0 if said else 1)


def test_a_model_by_position_needs_as_many_columns(options: ImportOptions, tmp_path: Path) -> None:
    with pytest.raises(ModelImportError, match=r"2 features by position, and .* has 4 columns"):
        import_model(forest_file(tmp_path), options)


def test_a_column_that_the_model_reads_must_be_there(options: ImportOptions, tmp_path: Path) -> None:
    file = lightgbm_file(tmp_path)
    CLIENTS.drop(columns="income").assign(default=DEFAULT.astype(int)).to_csv(options.sample, index=False)
    with pytest.raises(ModelImportError, match="no column 'income'"):
        import_model(file, options)
    assert not options.models_folder.exists()


def test_texts_where_the_model_reads_numbers_need_a_schema(options: ImportOptions, tmp_path: Path) -> None:
    x = CLIENTS[FEATURES].assign(home=CLIENTS.home.map({"own": 0, "rent": 1, "free": 2}))
    x = x.rename(columns={"months late": "months_late"})
    xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(x, DEFAULT), 6).save_model(f := tmp_path / "a.ubj")
    with pytest.raises(ModelImportError, match="in the order of the model's codes"):
        import_model(f, options)
    schema = import_model(lightgbm_file(tmp_path), options).bundle.schema
    order = {level.value: level for level in schema["home"].levels}
    features = [
        structs.replace(f, levels=tuple(order[name] for name in ("own", "rent", "free"))) if f.name == "home" else f
        for f in schema
    ]
    (given := tmp_path / "given.json").write_bytes(dump_schema(FeatureSchema(schema.name, tuple(features))))
    imported = import_model(f, replace(options, schema=given))
    expected = xgboost.Booster(model_file=f).predict(xgboost.DMatrix(x))
    assert np.abs(served(imported, CLIENTS) - expected).max() < 1e-6


def test_other_words_keep_the_source(options: ImportOptions, tmp_path: Path) -> None:
    bundle = import_model(lightgbm_file(tmp_path), options).bundle
    label = {"en": "Yearly income", "fr": "Revenu annuel"}
    features = [structs.replace(f, label=type(f.label)(label)) if f.name == "income" else f for f in bundle.schema]
    reworded = reword(bundle, structs.replace(bundle.schema, features=tuple(features)), options.models_folder)
    assert reworded.source == bundle.source
    assert reworded.model == bundle.model
