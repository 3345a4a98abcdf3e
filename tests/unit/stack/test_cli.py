import os
import subprocess
import sys
from pathlib import Path

import pytest


def neoscore(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "TERM": "dumb", **environment},
        timeout=60,
        check=False,
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    done = neoscore("--help", NEOSCORE_HOME=str(tmp_path))
    assert done.returncode == 0
    for command in ("up", "down", "status", "demo", "score", "publish", "worker", "dashboard", "topics", "db", "train"):
        assert f" {command} " in done.stdout


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'pandas', 'panel', 'xgboost', 'sklearn', 'faust', 'kafka', 'numpy', 'sqlalchemy'}"
    code = f"import sys, stack.cli; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (["topics", "check"], {"NEOSCORE_DASHBOARD_PORT": "soon"}, 1, "NEOSCORE_DASHBOARD_PORT"),
        (["model", "show"], {}, 1, "neoscore train"),
        (["status"], {}, 3, "neoscore up"),
        (["down"], {}, 0, "no stack is running here"),
        (["up", "--broker", "redpanda"], {}, 2, "HOST:PORT"),
        (["up", "--workers", "0"], {}, 2, "--workers"),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code(
    arguments: list[str], environment: dict[str, str], code: int, said: str, tmp_path: Path
) -> None:
    done = neoscore(*arguments, NEOSCORE_HOME=str(tmp_path), **environment)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_models_are_listed_and_a_broken_one_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "models" / "broken-1"
    broken.mkdir(parents=True)
    (broken / "MANIFEST.json").write_text("{}")
    done = neoscore("model", "list", NEOSCORE_HOME=str(tmp_path), COLUMNS="200")
    assert done.returncode == 0
    assert "broken-1" in done.stdout
