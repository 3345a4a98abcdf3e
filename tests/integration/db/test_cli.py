"""`neoscore db` as a user runs it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from contract.active_model import activate
from contract.errors import BundleError
from contract.pseudonyms import pseudonymize
from contract.settings import Settings, settings
from db.clients import ClientQuery, find_client, search_clients
from db.engine import open_engine
from db.migrate import migrate
from stack.cli import app
from stack.errors import ClientTableError
from tabular.errors import TableError
from tests.support.tiny_model import SCHEMA, write_tiny_bundle
from training.sources import load_dataset

pytestmark = pytest.mark.database


def _run(url: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", "db", *arguments],
        env=os.environ | {"NEOSCORE_DATABASE_URL": url} | environment,
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


@pytest.fixture
def url(new_database: Callable[[], str]) -> str:
    """Address of a database with tables and no clients."""
    migrate(made := new_database())
    return made


def _load(url: str, home: Path, *arguments: str, stdin: str = "") -> Result:
    """Run `neoscore db load` in this process, which saves seconds for each."""
    settings.cache_clear()
    variables = {"NEOSCORE_DATABASE_URL": url, "NEOSCORE_HOME": str(home)}
    try:
        return CliRunner().invoke(app, ["db", "load", *arguments], env=variables, input=stdin)
    finally:
        settings.cache_clear()


NAMED = ("--customer-number", "kundennr")


def test_new_clients_of_a_file_are_inserted_and_known_ones_updated(url: str, home: Path) -> None:
    file = home / "today.csv"
    file.write_text("kundennr;income;late;constant;remark\n" + "".join(f"K{n};{n}000;0;0;x\n" for n in range(1, 6)))
    unnamed = _load(url, home, str(file))
    assert unnamed.exit_code == 2
    assert "--customer-number" in unnamed.output
    first = _load(url, home, str(file), *NAMED)
    assert (first.exit_code, first.stdout.splitlines()[-1]) == (0, "5 clients inserted, 0 updated")
    assert re.search(r"remark +left out", first.stdout)
    file.write_text("kundennr,income,late,constant\nK1,7000,0,0\nK9,hunter2,0,0\nK8,8000,0,0\n")
    assert _load(url, home, str(file), *NAMED, "--strict").exit_code == 1
    assert _count(url) == 5
    part = _load(url, home, str(file), *NAMED, "--json")
    assert part.exit_code == 4
    result = json.loads(part.stdout)
    assert (result["inserted"], result["updated"], result["rejected"]) == (1, 1, 1)
    assert [column["column"] for column in result["columns"]] == ["kundennr", "income", "late", "constant"]
    report = Path(result["report"]).read_text()
    assert "line 3" in report
    assert "income" in report
    assert "hunter2" not in report + part.output


def test_clients_come_one_by_one_and_go_by_number(url: str, home: Path) -> None:
    people = [{"kundennr": f"K{n}", "income": 3000, "late": 0, "constant": 0} for n in range(3)]
    lines = "".join(json.dumps(person) + "\n" for person in people)
    loaded = _load(url, home, "-", *NAMED, "--report", str(home / "lines.csv"), stdin=lines + "nonsense\n")
    assert (loaded.exit_code, loaded.stdout.splitlines()[-1]) == (4, "3 clients inserted, 0 updated")
    assert "line 4" in (home / "lines.csv").read_text()
    deleted = _load(url, home, "--delete", "-", stdin="K1\nK2\nnobody\n")
    assert (deleted.exit_code, deleted.stdout) == (0, "2 clients deleted; 1 numbers belong to no client\n")
    (numbers := home / "numbers.txt").write_bytes("é1\n".encode() + b"\xe92\n")
    undecodable = _load(url, home, "--delete", str(numbers))
    assert str(undecodable.exception) == "customer numbers, line 2: not UTF-8, as the text is elsewhere"
    assert _count(url) == 1
    (file := home / "all.csv").write_text("kundennr,income,late,constant\nK7,7000,0,0\n")
    assert _load(url, home, str(file), *NAMED, "--replace").exit_code == 0
    assert _count(url) == 1
    shown = CliRunner().invoke(app, ["pseudonym", "K7"])
    engine = open_engine(url)
    assert find_client(engine, shown.stdout.strip()) is not None
    engine.dispose()


def test_what_cannot_be_loaded_is_one_sentence_and_changes_nothing(url: str, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("kundennr,income\nK1,7000\n")
    for result, problem in (
        (_load(url, home, str(file), *NAMED), ClientTableError),  # features without a column
        (_load(url, home, str(tmp_path / "absent.csv"), *NAMED), TableError),
        (_load(url, tmp_path / "no-model", str(file), *NAMED), BundleError),
    ):
        assert isinstance(result.exception, problem)
        assert "\n" not in str(result.exception)
    assert _load(url, home).exit_code == 2
    assert _load(url, home, str(file), "--delete", str(file)).exit_code == 2
    assert _load(url, home, str(file), "--customer-number", "nothing").exit_code == 2
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
