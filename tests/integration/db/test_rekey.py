"""Another pseudonym key: every client gets its new reference, or none does."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from contract.pseudonyms import pseudonymize
from db.clients import find_client
from db.engine import open_engine
from db.errors import RekeyError
from db.migrate import migrate
from db.rekey import rekey_clients
from db.seed import seed_clients
from tests.unit.db.schema import SCHEMA

pytestmark = pytest.mark.database

OLD, NEW = b"the-first-key-of-the-bank", b"the-second-key-of-the-bank"
NUMBERS = [f"{number:08}" for number in range(2_500)]
OLD_REFS = [pseudonymize(number, OLD) for number in NUMBERS]
NEW_REFS = [pseudonymize(number, NEW, "k2") for number in NUMBERS]


@pytest.fixture
def bank(new_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(new_database())
    migrate(engine)
    seed_clients(engine, SCHEMA, ((ref, {"AGE": age}) for age, ref in enumerate(OLD_REFS)))
    yield engine
    engine.dispose()


def references(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT client_ref FROM clients ORDER BY client_ref")).scalars())


def test_every_client_keeps_its_data_under_the_new_reference(bank: Engine) -> None:
    strangers = [(pseudonymize("no client", OLD), pseudonymize("no client", NEW, "k2"))]
    assert rekey_clients(bank, [*strangers, *zip(OLD_REFS, NEW_REFS, strict=True)]) == len(NUMBERS)
    assert references(bank) == sorted(NEW_REFS)
    assert [find_client(bank, NEW_REFS[age]).attributes["AGE"] for age in (0, 7, 2_499)] == [0, 7, 2_499]


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        (list(zip(OLD_REFS, NEW_REFS, strict=True))[:-3], "3 clients belong to none of the customer numbers"),
        ([*zip(OLD_REFS, NEW_REFS, strict=True), (OLD_REFS[0], NEW_REFS[0])], "1 customer numbers are given twice"),
        ([(ref, "the same") for ref in OLD_REFS], "two clients would have the same reference"),
    ],
)
def test_what_is_incomplete_changes_nothing(bank: Engine, pairs: list[tuple[str, str]], says: str) -> None:
    with pytest.raises(RekeyError, match=says):
        rekey_clients(bank, pairs)
    assert references(bank) == sorted(OLD_REFS)


def run_rekey(bank: Engine, numbers: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {
        "NEOSCORE_DATABASE_URL": bank.url.render_as_string(hide_password=False),
        "NEOSCORE_PSEUDONYM_KEY": OLD.decode(),
    }
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", "db", "rekey", "-"],
        env=os.environ | variables | environment,
        input=numbers,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_takes_the_banks_numbers_and_tells_none(bank: Engine) -> None:
    numbers = "\n".join(NUMBERS) + "\n\n"
    without = run_rekey(bank, numbers)
    assert (without.returncode, without.stdout) == (1, "")
    assert "NEOSCORE_NEW_PSEUDONYM_KEY is not set" in without.stderr
    keys = {"NEOSCORE_NEW_PSEUDONYM_KEY": NEW.decode(), "NEOSCORE_NEW_PSEUDONYM_KEY_ID": "k2"}
    incomplete = run_rekey(bank, "\n".join(NUMBERS[1:]), **keys)
    assert (incomplete.returncode, incomplete.stdout) == (1, "")
    assert references(bank) == sorted(OLD_REFS)
    done = run_rekey(bank, numbers, **keys)
    assert (done.returncode, done.stderr) == (0, "")
    assert references(bank) == sorted(NEW_REFS)
    said = "".join(result.stdout + result.stderr for result in (without, incomplete, done))
    assert not any(number in said for number in NUMBERS)
