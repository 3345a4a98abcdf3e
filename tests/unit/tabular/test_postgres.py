"""Addresses of database tables; the tables themselves are in tests/integration/tabular."""

import pytest

from tabular.errors import TableError
from tabular.postgres import Address, parse_address, without_password
from tabular.read import read_table, source_name


def test_an_address_names_a_table_of_a_server():
    assert parse_address("postgresql://u:p%40@h:5433/db?sslmode=require&table=bank.loans") == Address(
        "postgresql://u:p%40@h:5433/db?sslmode=require", "bank", "loans"
    )
    assert source_name("postgresql://u:secret@h/db?table=loans") == "loans"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:hunter2@h/db",
        "postgresql://u:hunter2@h/db?table=",
        "postgresql://u:hunter2@[h/db?table=a",
        "postgresql://u:hunter2@h:port/db?table=a",
        "postgresql://u:hunter2%zz@h/db?table=a",
        "postgresql://u:hunter2@127.0.0.1:1/db?table=a",
        "postgresql://u:hunter2@127.0.0.1:1/db?table=a&nonsense=hunter2",
    ],
)
def test_an_address_that_leads_nowhere_gets_a_sentence_without_the_password(address):
    with pytest.raises(TableError) as caught:
        read_table(address)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (
            "postgresql://ada:s3cret@db.bank.example/risk?table=loans",
            "postgresql://ada@db.bank.example/risk?table=loans",
        ),
        ("postgresql://ada:p%40ss@db/risk?table=a.b", "postgresql://ada@db/risk?table=a.b"),
        ("postgresql://ada@db/risk?table=loans&password=s3cret", "postgresql://ada@db/risk?table=loans"),
        ("postgresql://ada@db/risk?table=loans", "postgresql://ada@db/risk?table=loans"),
        ("postgresql:///risk?table=loans", "postgresql:///risk?table=loans"),
    ],
)
def test_an_address_is_written_down_without_its_password(address, written):
    assert without_password(address) == written
