"""The registry as commands fill and show it."""

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from contract.schema import Feature, FeatureSchema, FeatureType, LocalizedText, dump_schema
from contract.settings import settings
from db.migrate import migrate
from stack.cli import app
from tests.support.tiny_model import write_tiny_bundle
from training.errors import LeakageError

pytestmark = pytest.mark.database


def run(home: Path, *arguments: str, **variables: str) -> Result:
    """Run a command in this process, which saves seconds for each."""
    settings.cache_clear()
    try:
        return CliRunner().invoke(app, arguments, env={"NEOSCORE_HOME": str(home), **variables})
    finally:
        settings.cache_clear()


def leaking_schema(folder: Path) -> Path:
    """Return the file of a schema whose only feature restates the outcome."""
    feature = Feature(
        name="code", type=FeatureType.INTEGER, label=LocalizedText(en="Code"), minimum=0, maximum=2, actionable=True
    )
    (file := folder / "leaking.json").write_bytes(dump_schema(FeatureSchema("leaking", (feature,))))
    return file


def test_the_registry_has_every_training_and_activation(new_database: Callable[[], str], tmp_path: Path) -> None:
    address = {"NEOSCORE_DATABASE_URL": new_database()}
    migrate(address["NEOSCORE_DATABASE_URL"])
    data = tmp_path / "loans.csv"
    data.write_text(
        "income,repaid\n" + "".join(f"{1000 + 13 * n},{'no' if n % 3 == 0 else 'yes'}\n" for n in range(150))
    )
    asked = ("--data", str(data), "--target", "repaid", "--positive-label", "no", "--trees", "3")
    trained = run(tmp_path, "train", *asked, **address)
    assert trained.exit_code == 0, trained.stderr
    assert "not registered" not in trained.stderr
    made_without = write_tiny_bundle(tmp_path)
    assert run(tmp_path, "model", "activate", made_without.ref.version, **address).exit_code == 0
    history = run(tmp_path, "model", "history", **address).stdout
    events = [line.split()[2:4] for line in history.splitlines()[1:]]
    first = events[0][1]
    assert events == [
        ["trained", first],
        ["activated", first],
        ["found", made_without.ref.version],
        ["activated", made_without.ref.version],
    ]
    assert hashlib.sha256(data.read_bytes()).hexdigest() in history
    data.write_text("code,repaid\n" + "".join(f"{n % 3},{'no' if n % 3 == 0 else 'yes'}\n" for n in range(150)))
    refused = run(tmp_path, "train", *asked, "--schema", str(leaking_schema(tmp_path)), **address)
    assert isinstance(refused.exception, LeakageError)
    last = run(tmp_path, "model", "history", **address).stdout.splitlines()[-1]
    assert re.search("trained .* may reveal the outcome: code", last)
    shutil.rmtree(tmp_path / "models" / first)
    listed = run(tmp_path, "model", "list", **address)
    assert re.search(rf"\* *{made_without.ref.version} *found .* verified", listed.stdout)
    assert re.search(rf"{first} *trained .* not in this folder", listed.stdout)
    (tmp_path / "models" / "active").unlink()
    other = write_tiny_bundle(tmp_path, trees=20)
    assert "not registered" in run(tmp_path, "model", "activate", other.ref.version).stderr
    told = run(tmp_path, "model", "list", **address)
    assert f"this folder serves {other.ref.version}, which was activated without the database" in told.stderr
