"""`neoscore model activate` and `sign` as an operator runs them."""

import os
import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from contract.active_model import active_bundle_path
from contract.bundle import FILES, Bundle, write_bundle
from contract.schema import dump_schema, load_schema
from tests.support.forged_manifest import rewrite_manifest
from tests.support.release import PUBLIC_KEY
from tests.support.tiny_model import write_tiny_bundle


def run(home: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", "model", *arguments],
        env={**os.environ, "NEOSCORE_HOME": str(home), **variables},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def activate(home: Path, version: str) -> "subprocess.CompletedProcess[str]":
    return run(home, "activate", version)


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


@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_model_ends_no_process_and_changes_nothing(tiny: Bundle, tmp_path: Path, seed: int) -> None:
    other = write_tiny_bundle(tmp_path, trees=20)
    model = other.path / "model.ubj"
    content = model.read_bytes()
    model.write_bytes(content[: random.Random(seed).randrange(1, len(content))])
    rewrite_manifest(other.path)
    done = activate(tmp_path, other.ref.version)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "the model cannot be used: the model's file is damaged near byte" in done.stderr
    assert active_bundle_path(tmp_path / "models") == tiny.path


def test_a_model_is_signed_and_then_served_where_signatures_are_asked_for(tiny: Bundle, tmp_path: Path) -> None:
    other = write_tiny_bundle(tmp_path, trees=20)
    unsigned = run(tmp_path, "activate", other.ref.version, NEOSCORE_RELEASE_KEY=PUBLIC_KEY)
    assert unsigned.returncode == 1
    assert "is not signed" in unsigned.stderr
    done = run(tmp_path, "sign", other.ref.version)
    assert done.returncode == 0
    variable, _, key = done.stdout.strip().partition("=")
    assert (tmp_path / "release-key.pem").stat().st_mode & 0o777 == 0o600
    assert run(tmp_path, "activate", other.ref.version, **{variable: key}).returncode == 0
    assert active_bundle_path(tmp_path / "models") == other.path
    assert run(tmp_path, "sign", other.ref.version, "--key", str(other.path / "card.md")).returncode == 1
