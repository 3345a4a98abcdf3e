"""Files that nest deep, or are huge, end in the error of whoever reads them, on every Python."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.errors import ContractError
from contract.schema import load_schema
from contract.settings import Settings
from model_import.errors import ModelImportError
from model_import.reader import read_model
from producers.dead_letters import decode_dead_letter
from stack.errors import StackError
from stack.rewording import read_schema
from stack.state import STATE_FILE, read_state
from training.errors import TrainingError
from training.project import load_project

JSON = {
    "lists": b"[" * 100_000,
    "objects": b'{"a":' * 100_000,
    "both": b'{"learner":[' * 50_000,
    "digits": b"9" * 100_000,
    "no UTF-8": b'{"a": "\xff"}',
    "surrogate": b'{"\\ud800": "\\udfff"}',
    "NUL": b'{"a": "\\u0000"}\0',
    "empty": b"",
}

TOML = {
    "lists": b"a = " + b"[" * 3_000,
    "lists in lines": b"a = " + b"[\n" * 30_000,
    "tables": b"a = " + b"{a=" * 1_300,
    "dotted name": b"a." * 30_000 + b"b = 1",
    "dotted table": b"[" + b"a." * 1_900 + b"b]\n",
    "huge": b"#" * 100_000,
    "no UTF-8": b"a = '\xff'",
    "NUL": b"a = '\0'",
}

YAML = {
    "lists": b"[" * 20_000,
    "mappings": b"{a: " * 20_000,
    "flavours": b"flavors: {xgboost: [1]}",
    "a text": b"flavors: hello",
    "NUL": b"flavors: {xgboost: {data: 'a\\0b'}}\n",
    "huge": b"#" * 2_000_000,
}


def sentence(error: Exception) -> None:
    assert "\n" not in str(error)
    assert len(str(error)) < 600


@pytest.mark.parametrize("content", JSON.values(), ids=JSON)
@pytest.mark.parametrize("read", [load_schema, read_schema, read_model])
def test_json(content: bytes, read: Callable[[Path], object], tmp_path: Path) -> None:
    (file := tmp_path / "file.json").write_bytes(content)
    with pytest.raises((ContractError, StackError, ModelImportError)) as caught:
        read(file)
    sentence(caught.value)


@pytest.mark.parametrize("content", JSON.values(), ids=JSON)
def test_json_that_may_be_none_of_ours(content: bytes, tmp_path: Path) -> None:
    assert decode_dead_letter(content) is None
    (tmp_path / STATE_FILE).write_bytes(content)
    assert read_state(tmp_path) is None


@pytest.mark.parametrize("content", TOML.values(), ids=TOML)
def test_project_file(content: bytes, tmp_path: Path) -> None:
    (file := tmp_path / "project.toml").write_bytes(content)
    with pytest.raises(TrainingError) as caught:
        load_project(file)
    sentence(caught.value)


@pytest.mark.parametrize("content", YAML.values(), ids=YAML)
def test_description_of_mlflow(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_bytes(content)
    with pytest.raises(ModelImportError) as caught:
        read_model(tmp_path)
    sentence(caught.value)


@pytest.mark.parametrize("text", ["{" * 3_000, '{"fr":' * 600, "x" * 5_000])
def test_a_setting_of_letters(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON object|at most 4000"):
        Settings(letter_contact=text)
