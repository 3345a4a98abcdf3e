"""`neoscore model activate` as an operator runs it."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from contract.active_model import active_bundle_path
from contract.bundle import FILES, Bundle, write_bundle
from contract.schema import dump_schema, load_schema
from tests.support.forged_manifest import rewrite_manifest
from tests.support.tiny_model import write_tiny_bundle


def activate(home: Path, version: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", "model", "activate", version],
        env={**os.environ, "NEOSCORE_HOME": str(home)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def tiny(tmp_path: Path) -> Bundle:
    bundle = write_tiny_bundle(tmp_path)
    assert activate(tmp_path, bundle.ref.version).returncode == 0
    return bundle


def test_it_says_what_happens_next(tiny: Bundle, tmp_path: Path) -> None:
    other = write_tiny_bundle(tmp_path, trees=20)
    done = activate(tmp_path, other.ref.version)
    assert done.returncode == 0
    assert done.stderr == "not registered: there is no database\n"
    assert "running workers" in done.stdout
    assert "reloaded" in done.stdout
    assert active_bundle_path(tmp_path / "models") == other.path


def test_another_schema_is_announced(tiny: Bundle, tmp_path: Path) -> None:
    contents = {name: (tiny.path / name).read_bytes() for name in ("model.ubj", *FILES)}
    schema = load_schema(contents["schema.json"])
    narrower = [msgspec.structs.replace(f, maximum=6.0) if f.name == "late" else f for f in schema.features]
    contents["schema.json"] = dump_schema(msgspec.structs.replace(schema, features=narrower))
    other = write_bundle(tmp_path / "models", "narrower", contents)
    done = activate(tmp_path, other.ref.version)
    assert done.returncode == 0
    assert "the input schema changes" in done.stderr
    assert "late" in done.stderr


@pytest.mark.parametrize("version", ["unknown-1", "..", "", "../models"])
def test_what_is_no_version_is_refused(tiny: Bundle, tmp_path: Path, version: str) -> None:
    done = activate(tmp_path, version)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert active_bundle_path(tmp_path / "models") == tiny.path


def test_an_altered_bundle_is_refused(tiny: Bundle, tmp_path: Path) -> None:
    other = write_tiny_bundle(tmp_path, trees=20)
    (other.path / "metrics.json").write_bytes(b"{}")
    done = activate(tmp_path, other.ref.version)
    assert done.returncode == 1
    assert "was altered" in done.stderr
    assert active_bundle_path(tmp_path / "models") == tiny.path


def test_a_model_that_cannot_score_is_refused(tiny: Bundle, tmp_path: Path) -> None:
    other = write_tiny_bundle(tmp_path, trees=20)
    (other.path / "model.ubj").write_bytes(b"no model")
    rewrite_manifest(other.path)
    done = activate(tmp_path, other.ref.version)
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert active_bundle_path(tmp_path / "models") == tiny.path
