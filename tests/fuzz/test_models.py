"""Thousands of damaged model files end no process, and each that cannot be read is refused in one sentence."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.tiny_model import train_booster
from tests.unit.model_import.sources import SOURCES

INPUTS = 2 * settings().max_examples

LIBRARIES = ("LightGBM, categories", "XGBoost, data frame", "CatBoost, data frame", "scikit-learn, random forest")


def read(reader: str, file: Path, inputs: int, seed: int = 1) -> dict[str, int]:
    arguments = [reader, str(file), "--inputs", str(inputs), "--seed", str(seed)]
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.fuzz.models", *arguments],
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ends: dict[str, int] = json.loads(done.stdout)
    assert ends.keys() <= {"read", "refused"}, ends
    assert sum(ends.values()) == inputs
    return ends


@pytest.mark.parametrize("form", ["ubj", "json"])
def test_the_model_of_a_bundle(form: str, tmp_path: Path) -> None:
    (file := tmp_path / "model").write_bytes(bytes(train_booster(trees=4).save_raw(form)))
    assert read("bundle", file, INPUTS)["refused"] > INPUTS / 2


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.filterwarnings("ignore")
def test_a_file_of_another_library(library: str, tmp_path: Path) -> None:
    make: Callable[..., object] = SOURCES[library]
    assert read("import", make(tmp_path).file, INPUTS)["refused"] > INPUTS / 5  # type: ignore[attr-defined]
