"""`neoscore db` as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from contract.pseudonyms import pseudonymize
from contract.settings import Settings
from db.clients import ClientQuery, find_client, search_clients
from db.engine import open_engine
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
