"""`neoscore model import` and `export` as an operator runs them."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost

from contract.active_model import active_bundle_path
from contract.bundle import load_bundle
from tests.support.tiny_model import write_tiny_bundle


def model(home: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", "model", *map(str, arguments)],
        env={**os.environ, "NEOSCORE_HOME": str(home)}, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"income": rng.lognormal(10, 1, 300).round(2), "late": rng.integers(0, 5, 300)})
    frame["default"] = ((frame.late > 2) ^ (rng.random(300) < 0.2)).astype(int)
    frame.to_csv(file := tmp_path / "clients.csv", index=False)
    return file


@pytest.fixture
def booster_file(clients: Path, tmp_path: Path) -> Path:
    frame = pd.read_csv(clients)
    matrix = xgboost.DMatrix(frame[["income", "late"]].to_numpy(), frame.default)
    booster = xgboost.train({"objective": "binary:logistic", "booster": "dart", "rate_drop": 0.2}, matrix, 5)
    booster.save_model(file := tmp_path / "theirs.json")
    return file


def test_what_goes_in_comes_out(clients: Path, booster_file: Path, tmp_path: Path) -> None:
    imported = model(tmp_path, "import", booster_file, "--data", clients, "--target", "default")
    assert imported.returncode == 0, imported.stderr
    assert "XGBoost: 5 trees, booster dart" in imported.stdout
    assert "largest difference of PD" in imported.stdout
    bundle = load_bundle(active_bundle_path(tmp_path / "models"))
    assert bundle.ref.version in model(tmp_path, "list").stdout
    assert "imported" in model(tmp_path, "show").stdout
    assert model(tmp_path, "activate", bundle.ref.version).returncode == 0
    exported = model(tmp_path, "export", "--output", tmp_path / "back.json")
    assert exported.returncode == 0, exported.stderr
    assert (tmp_path / "back.json").read_bytes() == booster_file.read_bytes()


@pytest.mark.parametrize("suffix", ["ubj", "json"])
def test_a_model_of_ours_is_exported_as_xgboost_reads_it(tmp_path: Path, suffix: str) -> None:
    bundle = write_tiny_bundle(tmp_path)
    file = tmp_path / f"model.{suffix}"
    assert model(tmp_path, "export", bundle.ref.version, "--output", file).returncode == 0
    ours = xgboost.Booster(model_file=bytearray(bundle.model))
    assert xgboost.Booster(model_file=file).save_raw("json") == ours.save_raw("json")


def test_a_pickle_is_one_sentence_and_no_bundle(clients: Path, tmp_path: Path) -> None:
    (file := tmp_path / "model.bin").write_bytes(pickle.dumps({}))
    done = model(tmp_path, "import", file, "--data", clients, "--target", "default")
    assert done.returncode == 1
    assert "a pickle runs code when it is opened" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("missing", ["model", "data", "column"])
def test_what_is_not_there_is_one_sentence(clients: Path, booster_file: Path, tmp_path: Path, missing: str) -> None:
    file = tmp_path / "nothing" if missing == "model" else booster_file
    data = tmp_path / "nothing.csv" if missing == "data" else clients
    target = "outcome" if missing == "column" else "default"
    done = model(tmp_path, "import", file, "--data", data, "--target", target)
    assert done.returncode == 1
    assert done.stderr.startswith("neoscore: ")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
