"""Tables and views of a real PostgreSQL server, as a bank's data warehouse would hold them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from urllib.parse import quote

import psycopg2
import pyarrow as pa
import pytest
from sqlalchemy import make_url

from tabular.errors import TableError
from tabular.read import read_table, source_name

pytestmark = pytest.mark.database

PASSWORD = "p@ss/wörd?"

STATEMENTS = f"""
    DROP SCHEMA IF EXISTS warehouse CASCADE;
    DROP ROLE IF EXISTS warehouse_reader;
    CREATE SCHEMA warehouse;
    CREATE DOMAIN warehouse.share AS numeric CHECK (value BETWEEN 0 AND 1);
    CREATE TYPE warehouse.term AS ENUM ('short', 'long');
    CREATE TABLE warehouse."Loans" (
        id bigint PRIMARY KEY, small smallint, "Taux (%)" numeric(9, 4), "Taux" double precision, part warehouse.share,
        owed money, late boolean, opened date, seen timestamp, called timestamptz, "état" text, term warehouse.term,
        code char(4), key uuid, notes jsonb, tags text[], scan bytea
    );
    INSERT INTO warehouse."Loans" (id) VALUES (3);
    INSERT INTO warehouse."Loans" VALUES (
        1, 7, 3.1400, 'NaN', 0.25, 1234.5, true, '2024-02-29', '2024-02-29 12:30:00.5', '2024-02-29 12:30:00+02',
        E'marié;\\n"2", enfants', 'long', 'A1', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{{}}', '{{}}', '');
    INSERT INTO warehouse."Loans" (id, "état", late) VALUES (2, '', false);
    CREATE VIEW warehouse.amounts AS SELECT small FROM warehouse."Loans" ORDER BY id;
    CREATE TABLE warehouse.empty (a int);
    CREATE TABLE warehouse.odd (lists text[]);
    CREATE TABLE warehouse.endless (until date);
    INSERT INTO warehouse.endless VALUES ('infinity');
    CREATE ROLE warehouse_reader LOGIN PASSWORD '{PASSWORD}';
    GRANT USAGE ON SCHEMA warehouse TO warehouse_reader;
    GRANT SELECT ON warehouse.amounts TO warehouse_reader;
"""


@pytest.fixture(scope="module")
def server(database_url: str) -> Iterator[str]:
    """Address of the server, to which a table can be added."""
    address = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(STATEMENTS)
    yield address
    with closing(psycopg2.connect(address)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA warehouse CASCADE; DROP ROLE warehouse_reader")


def test_a_table_is_read_in_the_order_of_its_key_with_plain_types(server):
    table = read_table(f"{server}?table=warehouse.Loans")
    assert {name: (column.type, column[0].as_py()) for name, column in table.columns.items() if name != "Taux"} == {
        "id": (pa.int64(), 1),
        "small": (pa.int64(), 7),
        "Taux (%)": (pa.float64(), 3.14),
        "part": (pa.float64(), 0.25),
        "owed": (pa.float64(), 1234.5),
        "late": (pa.bool_(), True),
        "opened": (pa.date32(), date(2024, 2, 29)),
        "seen": (pa.timestamp("us"), datetime(2024, 2, 29, 12, 30, 0, 500_000)),  # noqa: DTZ001
        "called": (pa.timestamp("us"), datetime(2024, 2, 29, 10, 30)),  # noqa: DTZ001 - in UTC
        "état": (pa.string(), 'marié;\n"2", enfants'),
        "term": (pa.string(), "long"),
        "code": (pa.string(), "A1"),
        "key": (pa.string(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    }
    assert table.columns["id"].to_pylist() == [1, 2, 3]
    assert table.columns["état"].to_pylist()[1:] == ["", None]
    assert table.columns["late"].to_pylist()[1:] == [False, None]
    assert table.locate_row(1) == "table 'warehouse.Loans', row 2"
    left_out = [note for note in table.notes if note.endswith("left out")]
    assert [note.split(" holds ")[0] for note in left_out] == ["column 'notes'", "column 'tags'", "column 'scan'"]


def test_the_password_comes_from_the_environment_or_the_address_and_is_never_shown(server, monkeypatch):
    url = make_url(server)
    place = f"{url.host}:{url.port}/{url.database}?table=warehouse.amounts"
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    for source in (
        f"postgresql://warehouse_reader@{place}",
        f"postgres://warehouse_reader:{quote(PASSWORD, '')}@{place}",
    ):
        table = read_table(source)
        assert table.columns["small"].to_pylist() == [7]  # rows without any value are left out
        assert source_name(source) == "warehouse.amounts"
    monkeypatch.setenv("PGPASSWORD", "another secret")
    with pytest.raises(TableError, match="cannot connect to the database") as caught:
        read_table(f"postgresql://warehouse_reader@{place}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("warehouse.loans", "no such table or view"),
        ("Loans", "no such table or view"),
        ("warehouse.empty", "the table has no rows"),
        ("warehouse.odd", "no column holds numbers"),
        ("warehouse.endless", "a date is infinite"),
    ],
)
def test_a_table_at_fault_gets_one_sentence(server, table, sentence):
    with pytest.raises(TableError, match=sentence):
        read_table(f"{server}?table={table}")


def test_a_table_that_the_user_may_not_read(server):
    url = make_url(server).set(username="warehouse_reader", password=PASSWORD, query={"table": "warehouse.Loans"})
    with pytest.raises(TableError, match="the database user may not read it"):
        read_table(url.render_as_string(hide_password=False))
