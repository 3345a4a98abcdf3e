"""`neoscore train` as a person meets it: a real process, its streams and its exit code."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from contract.active_model import active_bundle_path
from contract.bundle import load_bundle
from contract.encoding import RowEncoder
from contract.schema import FeatureType


@pytest.fixture
def neoscore_train(tmp_path):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "stack.cli", "train", "--output", tmp_path / "models", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )

    return run


@pytest.fixture
def loans(tmp_path):
    """A file in another bank's words: an id, texts, missing values, a constant, a sensitive column, good and bad."""
    random = np.random.default_rng(0)
    n = 600
    frame = pd.DataFrame(
        {
            "client id": [f"K{number}" for number in range(n)],
            "checking": random.choice(["none", "overdrawn", "positive"], n),
            "duration": random.integers(4, 72, n),
            "Montant (€)": np.where(random.random(n) < 0.1, np.nan, random.lognormal(8, 0.8, n).round(2)),
            "sex": random.choice([1, 2], n),
            "country": "FR",
        }
    )
    log_odds = -2 + 0.04 * frame["duration"] + 1.5 * (frame["checking"] == "overdrawn")
    frame["risk"] = np.where(random.random(n) < 1 / (1 + np.exp(-log_odds)), "bad", "good")
    frame.to_csv(tmp_path / "loans.csv", index=False)
    return tmp_path / "loans.csv"


def test_anyones_file_becomes_a_bundle_that_scores(neoscore_train, loans, tmp_path):
    done = neoscore_train("--data", loans, "--target", "risk", "--trees", "40")
    assert done.returncode == 0, done.stderr
    assert "column 'risk': outcome: 'bad' is a default" in done.stderr
    assert "column 'client id': customer number: an identifier by its name" in done.stderr
    assert "column 'country' has the same value in every row: it stays out of the model" in done.stderr
    assert str(tmp_path / "loans.schema.json") in done.stderr

    bundle = load_bundle(active_bundle_path(tmp_path / "models"))
    assert bundle.ref.version in done.stdout
    assert bundle.schema.model_feature_names == ("checking", "duration", "Montant")
    assert bundle.schema["checking"].type is FeatureType.CATEGORICAL
    assert bundle.schema["sex"].sensitive
    assert 0.6 < bundle.metrics.roc_auc.mean < 0.95
    _, faults = RowEncoder(bundle.schema).encode({"checking": "none", "duration": 12, "Montant": None, "sex": "1"})
    assert not faults


def test_the_inferred_schema_can_be_edited_and_is_never_overwritten(neoscore_train, loans, tmp_path):
    neoscore_train("--data", loans, "--target", "risk", "--trees", "5")
    schema = tmp_path / "loans.schema.json"
    schema.write_text(schema.read_text().replace('"fr": "Duration"', '"fr": "Durée"'))
    edited = schema.read_bytes()

    again = neoscore_train("--data", loans, "--target", "risk", "--trees", "5")
    assert "was not overwritten" in again.stderr
    assert schema.read_bytes() == edited

    with_it = neoscore_train("--data", loans, "--target", "risk", "--schema", schema, "--trees", "5")
    assert with_it.returncode == 0, with_it.stderr
    assert load_bundle(active_bundle_path(tmp_path / "models")).schema["duration"].label["fr"] == "Durée"


def test_synthetic_clients_without_activation(neoscore_train, tmp_path):
    done = neoscore_train("--data", "synthetic", "--rows", "1000", "--seed", "5", "--trees", "5", "--no-activate")
    assert done.returncode == 0, done.stderr
    assert "1,000 rows" in done.stdout
    assert "not activated" in done.stdout
    assert done.stderr.startswith("not registered: ")
    assert done.stderr.count("\n") == 1, "no terminal, no progress bar"
    assert not (tmp_path / "models" / "active").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--data", "loans.csv"),
        ("--target", "x"),
        ("--rows", "10"),
        ("--trees", "0"),
        ("--data", "synthetic", "--schema", "x.json"),
    ],
)
def test_a_wrong_call_is_a_usage_error(neoscore_train, arguments, tmp_path):
    done = neoscore_train(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "models").exists()


def test_bad_data_is_one_sentence_and_nothing_is_written(neoscore_train, tmp_path):
    (tmp_path / "loans.csv").write_text("amount,paid\n1,0\n2\n")
    done = neoscore_train("--data", "loans.csv", "--target", "paid")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "neoscore: loans.csv, line 3: expected 2 fields, as in the header, found 1\n"
    assert not (tmp_path / "models").exists()
    assert not (tmp_path / "loans.schema.json").exists()


def test_a_models_folder_that_cannot_be_written(neoscore_train, tmp_path):
    (tmp_path / "models").write_text("a file in the way")
    done = neoscore_train("--data", "synthetic", "--rows", "1000", "--trees", "5")
    assert done.returncode == 1
    assert "models" in done.stderr
    assert "Traceback" not in done.stderr
