"""`neoscore db` as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.active_model import activate
from contract.pseudonyms import pseudonymize
from contract.settings import Settings
from db.clients import ClientQuery, find_client, search_clients
from db.engine import open_engine
from tests.support.tiny_model import SCHEMA, write_tiny_bundle
from training.sources import load_dataset

pytestmark = pytest.mark.database


def _run(url: str, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", "db", *arguments],
        env=os.environ | {"NEOSCORE_DATABASE_URL": url} | environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_from_an_empty_database_to_one_that_is_fit_for_use(new_database: Callable[[], str]) -> None:
    url = new_database()
    before = _run(url, "check")
    assert (before.returncode, before.stderr) == (1, "")
    assert "neoscore db migrate" in before.stdout
    assert [_run(url, "migrate").returncode for _ in range(2)] == [0, 0]
    seeded = _run(url, "seed")
    assert (seeded.returncode, seeded.stdout, seeded.stderr) == (0, "30,000 clients\n", "")
    after = _run(url, "check")
    assert after.returncode == 0, after.stdout
    assert "30,000" in after.stdout

    dataset = load_dataset("uci-credit-default")
    engine = open_engine(url)
    key = Settings().pseudonym_key.get_secret_value().encode()
    client = find_client(engine, pseudonymize(dataset.customer_numbers[0], key))
    assert client is not None
    assert dict(client.attributes) == dataset.frame.iloc[0].to_dict()
    assert search_clients(engine, dataset.schema, ClientQuery()).exact is False
    engine.dispose()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder whose active model needs income, late and constant."""
    bundle = write_tiny_bundle(tmp_path)
    activate(tmp_path / "models", bundle.ref.version)
    return tmp_path


def _count(url: str) -> int:
    engine = open_engine(url)
    found = search_clients(engine, SCHEMA, ClientQuery()).total
    engine.dispose()
    return found


def test_clients_of_a_file_are_loaded_updated_replaced_and_deleted(new_database: Callable[[], str], home: Path) -> None:
    url, file = new_database(), home / "today.csv"

    def load(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return _run(url, "load", *arguments, stdin=stdin, NEOSCORE_HOME=str(home))

    assert _run(url, "migrate").returncode == 0
    file.write_text("kundennr;income;late;constant;remark\n" + "".join(f"K{n};{n}000;0;0;x\n" for n in range(1, 6)))
    unnamed = load(str(file))
    assert unnamed.returncode == 2
    assert "--customer-number" in unnamed.stderr
    named = ("--customer-number", "kundennr")
    first = load(str(file), *named)
    assert (first.returncode, first.stdout.splitlines()[-1]) == (0, "5 clients inserted, 0 updated")
    assert "remark" in first.stdout + first.stderr, "what is left out is said"
    file.write_text("kundennr,income,late,constant\nK1,7000,0,0\nK9,hunter2,0,0\nK8,8000,0,0\n")
    assert load(str(file), *named, "--strict").returncode == 1
    assert _count(url) == 5
    part = load(str(file), *named)
    assert (part.returncode, part.stdout.splitlines()[-1]) == (4, "1 clients inserted, 1 updated")
    report = (home / "today.faults.csv").read_text()
    assert "line 3" in report
    assert "income" in report
    assert "hunter2" not in report + part.stdout + part.stderr
    line = '{"kundennr": "K10", "income": 3000, "late": 0, "constant": 0}\n'
    lines = load("-", *named, "--report", str(home / "lines.csv"), stdin=line + "nonsense\n")
    assert (lines.returncode, lines.stdout.splitlines()[-1]) == (4, "1 clients inserted, 0 updated")
    assert "line 2" in (home / "lines.csv").read_text()
    deleted = load("--delete", "-", stdin="K10\nK2\nnobody\n")
    assert (deleted.returncode, deleted.stdout) == (0, "2 clients deleted; 1 numbers belong to no client\n")
    file.write_text("kundennr,income,late,constant\nK1,7000,0,0\n")
    assert load(str(file), *named, "--replace").returncode == 0
    assert _count(url) == 1
    shown = subprocess.run([sys.executable, "-m", "stack.cli", "pseudonym", "K1"], capture_output=True, text=True)
    engine = open_engine(url)
    assert find_client(engine, shown.stdout.strip()) is not None
    engine.dispose()


def test_what_cannot_be_loaded_is_one_sentence_and_changes_nothing(
    new_database: Callable[[], str], home: Path, tmp_path: Path
) -> None:
    url, file = new_database(), tmp_path / "clients.csv"
    file.write_text("no,income\nK1,7000\n")

    def load(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return _run(url, "load", *arguments, **({"NEOSCORE_HOME": str(home)} | settings))

    assert _run(url, "migrate").returncode == 0
    for result in (
        load(str(file), "--customer-number", "no"),  # features without a column
        load(str(tmp_path / "absent.csv"), "--customer-number", "no"),
        load(str(file), "--customer-number", "no", NEOSCORE_HOME=str(tmp_path / "no-model")),
    ):
        assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1), result.stderr
        assert result.stderr.startswith("neoscore: ")
    assert [load().returncode, load(str(file), "--delete", str(file)).returncode] == [2, 2]
    assert load(str(file), "--customer-number", "nothing").returncode == 2
    assert _count(url) == 0


@pytest.mark.parametrize("command", ["migrate", "seed", "check"])
def test_a_server_that_is_down_is_one_sentence(command: str) -> None:
    result = _run("postgresql+psycopg2://u:hunter2@127.0.0.1:1/bank", command)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("neoscore: PostgreSQL does not respond at 127.0.0.1:1")
    assert result.stderr.count("\n") == 1
    assert "hunter2" not in result.stderr


def test_what_cannot_be_seeded_is_one_sentence(new_database: Callable[[], str]) -> None:
    url = new_database()
    no_tables = _run(url, "seed")
    assert (no_tables.returncode, no_tables.stderr.count("\n")) == (1, 1)
    assert "neoscore db migrate" in no_tables.stderr
    for result in (_run(url, "seed", "--data", "no-such-data"), _run(url, "seed", NEOSCORE_PSEUDONYM_KEY="short")):
        assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1), result.stderr
    assert _run(url, "seed", "--no-such-option").returncode == 2
