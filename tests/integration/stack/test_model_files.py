"""`neoscore model import` and `export` as an operator runs them, in this process: another one would start slowly."""

import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import xgboost

from contract.active_model import active_bundle_path
from contract.bundle import load_bundle
from contract.settings import settings
from stack.cli import main
from tests.support.tiny_model import write_tiny_bundle


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Model = Callable[..., Done]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Model]:
    """`neoscore model` with these arguments."""
    monkeypatch.setenv("NEOSCORE_HOME", str(tmp_path))
    settings.cache_clear()

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["neoscore", "model", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        code = end.value.code
        return Done(code if isinstance(code, int) else 0, *capsys.readouterr())

    yield run
    settings.cache_clear()


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


def test_what_goes_in_comes_out(model: Model, clients: Path, booster_file: Path, tmp_path: Path) -> None:
    imported = model("import", booster_file, "--data", clients, "--target", "default")
    assert imported.returncode == 0, imported.stderr
    assert "XGBoost: 5 trees, booster dart" in imported.stdout
    assert "largest difference of PD" in imported.stdout
    bundle = load_bundle(active_bundle_path(tmp_path / "models"))
    assert bundle.ref.version in model("list").stdout
    assert "imported" in model("show").stdout
    assert model("activate", bundle.ref.version).returncode == 0
    exported = model("export", "--output", tmp_path / "back.json")
    assert exported.returncode == 0, exported.stderr
    assert (tmp_path / "back.json").read_bytes() == booster_file.read_bytes()


@pytest.mark.parametrize("suffix", ["ubj", "json"])
def test_a_model_of_ours_is_exported_as_xgboost_reads_it(model: Model, tmp_path: Path, suffix: str) -> None:
    bundle = write_tiny_bundle(tmp_path)
    file = tmp_path / f"model.{suffix}"
    assert model("export", bundle.ref.version, "--output", file).returncode == 0
    ours = xgboost.Booster(model_file=bytearray(bundle.model))
    assert xgboost.Booster(model_file=file).save_raw("json") == ours.save_raw("json")


def test_a_pickle_is_one_sentence_and_no_bundle(model: Model, clients: Path, tmp_path: Path) -> None:
    (file := tmp_path / "model.bin").write_bytes(pickle.dumps({}))
    done = model("import", file, "--data", clients, "--target", "default")
    assert done.returncode == 1
    assert "a pickle runs code when it is opened" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("missing", ["model", "data", "column"])
def test_what_is_not_there_is_one_sentence(
    model: Model, clients: Path, booster_file: Path, tmp_path: Path, missing: str
) -> None:
    file = tmp_path / "nothing" if missing == "model" else booster_file
    data = tmp_path / "nothing.csv" if missing == "data" else clients
    target = "outcome" if missing == "column" else "default"
    done = model("import", file, "--data", data, "--target", target)
    assert done.returncode == 1
    assert done.stderr.startswith("neoscore: ")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_outcomes_nothing_is_imported(model: Model, clients: Path, booster_file: Path) -> None:
    done = model("import", booster_file, "--data", clients)
    assert done.returncode == 2
    assert "--target" in done.stderr


def test_a_project_names_the_sample(
    model: Model, clients: Path, booster_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert model("import", booster_file, "--data", clients, "--target", "default").returncode == 0
    schema = load_bundle(active_bundle_path(tmp_path / "models")).path / "schema.json"
    (tmp_path / "loans.schema.json").write_bytes(schema.read_bytes())
    (tmp_path / "project.toml").write_text(
        'schema = "loans.schema.json"\n[data]\nfile = "clients.csv"\ntarget = "default"\n'
    )
    done = model("import", booster_file)
    assert done.returncode == 0, done.stderr
