"""Training for real: what a bundle says, that it can be believed, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

from contract.active_model import active_bundle_path
from contract.bundle import load_bundle
from contract.encoding import RowEncoder
from contract.errors import BundleError
from tests.support.bundles import synthetic_bundle, uci_bundle
from training.dataset import encode_dataset
from training.errors import DataError, LeakageError
from training.hyperparameters import Hyperparameters
from training.sources import load_dataset
from training.synthetic import generate
from training.train import TrainingOptions, train
from training.tuning import Search

_FEW = Hyperparameters(trees=20)


class Listener:
    def __init__(self):
        self.steps, self.details, self.notes = [], [], []

    def step(self, what):
        self.steps.append(what)

    def detail(self, what):
        self.details.append(what)

    def note(self, what):
        self.notes.append(what)


@pytest.fixture(scope="module")
def cache(request):
    return request.config.cache.mkdir("bundles")


@pytest.fixture(scope="module")
def uci(cache):
    return load_bundle(uci_bundle(cache))


@pytest.fixture(scope="module")
def clients():
    return generate(2_000, seed=3)


def _booster(bundle):
    return xgb.Booster(model_file=bytearray(bundle.model))


class TestUci:
    def test_it_is_as_good_as_the_data_allows_and_calibrated(self, uci):
        metrics = uci.metrics
        assert 0.775 <= metrics.roc_auc.mean <= 0.795
        assert metrics.brier.mean <= 0.137
        assert 0.42 <= metrics.ks.mean <= 0.46
        assert metrics.calibration_error.mean <= 0.03
        assert metrics.rows == 30_000
        assert metrics.default_rate == pytest.approx(0.2212)
        assert metrics.roc_auc.std > 0

    def test_the_threshold_is_near_the_theory(self, uci):
        assert uci.metrics.threshold == pytest.approx(1 / 6, abs=0.04)

    def test_the_model_reads_the_schemas_features_by_name(self, uci):
        assert _booster(uci).feature_names == list(uci.schema.model_feature_names)
        assert len(uci.schema.model_feature_names) == 19

    def test_predictions_keep_the_monotone_directions(self, uci):
        encoder = RowEncoder(uci.schema)
        client = {f.name: f.levels[1].value if f.levels else 0 for f in uci.schema} | {"LIMIT_BAL": 50_000, "AGE": 40}
        for feature in uci.schema.model_features:
            if not feature.monotone:
                continue
            values = np.linspace(feature.minimum, feature.maximum, 12).round()
            rows = np.array([encoder.encode({**client, feature.name: value})[0] for value in values])
            pds = _booster(uci).predict(xgb.DMatrix(rows, feature_names=list(uci.schema.model_feature_names)))
            assert (np.diff(pds) * feature.monotone >= 0).all(), feature.name

    def test_the_card_tells_what_a_stranger_must_know(self, uci):
        card = (uci.path / "card.md").read_text()
        for expected in (
            "10.24432/C55S3H",
            "CC BY 4.0",
            "30,000",
            "6,636",
            f"{uci.metrics.roc_auc.mean:.4f} ± {uci.metrics.roc_auc.std:.4f}",
            f"PD {uci.metrics.threshold:.4f}",
            "| SEX | Sex | sensitive",
            "### Age (AGE)",
            "Ratio to best",
            "xgboost",
        ):
            assert expected in card

    def test_the_baseline_covers_every_column_sensitive_ones_too(self, uci):
        assert set(uci.baseline.features) == set(uci.schema.by_name)
        assert sum(uci.baseline.features["SEX"].counts) == uci.baseline.rows == 30_000

    def test_a_feature_that_gives_the_outcome_away_is_caught_and_nothing_is_written(self, tmp_path):
        dataset = load_dataset()
        leaking = dataset.frame.assign(PAY_AMT1=np.where(dataset.target == 1, 0.0, dataset.frame["PAY_AMT1"] + 1))
        with pytest.raises(LeakageError, match=r"above 0\.80"):
            train(
                replace(dataset, frame=leaking),
                TrainingOptions(models_folder=tmp_path / "models", hyperparameters=_FEW),
            )
        assert not (tmp_path / "models").exists()


def test_a_suspiciously_good_model_of_unknown_data_is_told(tmp_path, clients):
    about = replace(clients.info, plausible_auc=1.0)
    leaking = clients.frame.assign(CREDIT=np.where(clients.target == 1, 10.0, clients.frame["CREDIT"]))
    listener = Listener()
    options = TrainingOptions(models_folder=tmp_path, hyperparameters=_FEW, activate=False)
    train(replace(clients, info=about, frame=leaking), options, listener)
    assert any("check that no column is known only after the outcome" in note for note in listener.notes)


class TestAColumnThatTellsTheOutcome:
    @pytest.fixture
    def leaking(self, clients):
        about = replace(clients.info, plausible_auc=1.0)
        frame = clients.frame.assign(CREDIT=np.where(clients.target == 1, 10.0, 20.0))
        return replace(clients, info=about, frame=frame)

    def test_the_model_is_written_but_not_activated(self, tmp_path, leaking):
        listener = Listener()
        with pytest.raises(
            LeakageError, match=r"'CREDIT' may be known only after the outcome.*--accept-leakage CREDIT"
        ):
            train(leaking, TrainingOptions(models_folder=tmp_path, hyperparameters=_FEW), listener)
        assert any("'CREDIT' restates the outcome" in note for note in listener.notes)
        with pytest.raises(BundleError):
            active_bundle_path(tmp_path)
        (bundle,) = [load_bundle(path.parent) for path in tmp_path.glob("*/MANIFEST.json")]
        assert [leak.feature for leak in bundle.report.leaks] == ["CREDIT"]
        assert "`CREDIT` restates the outcome" in (bundle.path / "card.md").read_text()

    def test_accepted_it_is_activated(self, tmp_path, leaking):
        options = TrainingOptions(models_folder=tmp_path, hyperparameters=_FEW, accept_leakage=("CREDIT",))
        bundle = train(leaking, options)
        assert active_bundle_path(tmp_path) == bundle.path


class TestTheSameBytes:
    @pytest.fixture
    def digest(self, tmp_path, clients):
        def run(folder, **changes):
            shape = replace(_FEW, **changes)
            return train(clients, TrainingOptions(models_folder=tmp_path / folder, hyperparameters=shape)).ref.digest

        return run

    def test_for_the_same_data_and_seed(self, digest):
        assert digest("one") == digest("two")

    def test_but_not_for_another_seed(self, digest):
        assert digest("one") != digest("two", seed=1)

    def test_when_it_searches_too(self, tmp_path, monkeypatch):
        monkeypatch.setattr("training.tuning.CANDIDATES", (replace(_FEW, depth=2),))
        monkeypatch.setattr("training.tuning.MAX_LEAVES", 60)
        few = generate(300, seed=3)
        options = (TrainingOptions(models_folder=tmp_path / name, hyperparameters=Search(trials=1)) for name in "ab")
        first, second = (train(few, each).ref.digest for each in options)
        assert first == second

    def test_whatever_the_number_of_threads(self, digest, monkeypatch):
        one = digest("one")
        monkeypatch.setattr("training.booster.THREADS", 3)
        assert digest("two") == one


class TestSynthetic:
    def test_it_comes_close_to_the_bayes_optimum(self, cache):
        bundle = load_bundle(synthetic_bundle(cache))
        assert 0.72 <= bundle.metrics.roc_auc.mean <= 0.775
        assert bundle.metrics.calibration_error.mean <= 0.03

    def test_its_pds_are_close_to_the_true_ones(self, cache):
        bundle = load_bundle(synthetic_bundle(cache))
        fresh = generate(5_000, seed=99)
        rows = encode_dataset(fresh)
        found = _booster(bundle).predict(xgb.DMatrix(rows, feature_names=list(bundle.schema.model_feature_names)))
        assert np.abs(found - fresh.true_pd).mean() < 0.03
        assert found.mean() == pytest.approx(fresh.true_pd.mean(), abs=0.01)


class TestOptions:
    def test_sensitive_features_only_when_asked_for(self, tmp_path, clients):
        bundle = train(clients, TrainingOptions(models_folder=tmp_path, hyperparameters=_FEW, include_sensitive=True))
        assert {"AGE", "SEX", "EDUCATION"} <= set(bundle.schema.model_feature_names)
        assert "**The model reads sensitive features: AGE, SEX" in (bundle.path / "card.md").read_text()

    def test_a_dearer_default_lowers_the_threshold(self, tmp_path, clients):
        cheap, dear = (
            train(clients, TrainingOptions(models_folder=tmp_path, hyperparameters=_FEW, cost_ratio=ratio)).metrics
            for ratio in (2, 20)
        )
        assert dear.threshold < cheap.threshold
        assert (cheap.cost_ratio, dear.cost_ratio) == (2, 20)

    def test_activation(self, tmp_path, clients):
        first = train(clients, TrainingOptions(models_folder=tmp_path, hyperparameters=_FEW))
        train(clients, TrainingOptions(models_folder=tmp_path, hyperparameters=replace(_FEW, seed=1), activate=False))
        assert active_bundle_path(tmp_path) == first.path

    def test_every_step_is_announced(self, tmp_path, clients):
        from training.train import STEPS

        listener = Listener()
        train(clients, TrainingOptions(models_folder=tmp_path, hyperparameters=_FEW), listener)
        assert len(listener.steps) == STEPS


class TestRefused:
    def _train(self, dataset, tmp_path, listener=None):
        return train(dataset, TrainingOptions(models_folder=tmp_path / "models", hyperparameters=_FEW), listener)

    def _cut(self, dataset, kept):
        return replace(
            dataset, frame=dataset.frame[kept].reset_index(drop=True), target=dataset.target[kept], true_pd=None
        )

    def test_one_outcome_only(self, tmp_path, clients):
        with pytest.raises(DataError, match="every row is a non-default"):
            self._train(self._cut(clients, clients.target == 0), tmp_path)

    def test_too_few_rows(self, tmp_path, clients):
        with pytest.raises(DataError, match="60 rows are too few: training needs at least 100"):
            self._train(self._cut(clients, np.arange(2_000) < 60), tmp_path)

    def test_too_few_defaults(self, tmp_path, clients):
        few = (clients.target == 0) | (np.cumsum(clients.target) <= 5)
        with pytest.raises(DataError, match=r"5 defaults and .* are too few"):
            self._train(self._cut(clients, few), tmp_path)

    def test_a_constant_column_stays_out_and_is_told(self, tmp_path, clients):
        listener = Listener()
        bundle = self._train(replace(clients, frame=clients.frame.assign(INCOME=1000.0)), tmp_path, listener)
        assert "INCOME" not in bundle.schema.model_feature_names
        assert "INCOME" in bundle.schema.by_name
        assert listener.notes == ["column 'INCOME' has the same value in every row: it stays out of the model"]

    def test_nothing_but_constants(self, tmp_path, clients):
        constant = pd.DataFrame({name: [column.iloc[0]] * len(column) for name, column in clients.frame.items()})
        with pytest.raises(DataError, match="no usable feature"):
            self._train(replace(clients, frame=constant), tmp_path)
        assert not (tmp_path / "models").exists()
