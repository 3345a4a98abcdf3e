"""A table or view of a PostgreSQL database, read and never written."""

import io
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg2
import pyarrow as pa
import pyarrow.csv
from psycopg2 import errors, sql

from tabular.errors import TableError
from tabular.table import Table, make_table

SCHEMES = ("postgresql://", "postgres://")
"""What an address begins with."""

CONNECT_TIMEOUT_SECONDS = 10
"""A server across a bank's network responds within a second or two."""

_PLAIN: dict[str, pa.DataType] = {
    **dict.fromkeys(("int2", "int4", "int8"), pa.int64()),
    **dict.fromkeys(("float4", "float8", "numeric", "money"), pa.float64()),
    "bool": pa.bool_(),
    "date": pa.date32(),
    **dict.fromkeys(("timestamp", "timestamptz"), pa.timestamp("us")),
    "uuid": pa.string(),
}
"""PostgreSQL's type → ours; texts and enumerations are found by their category."""

_CASTS = {"money": "{}::numeric", "timestamptz": "{} AT TIME ZONE 'UTC'", "bpchar": "{}::text"}
"""Values that PostgreSQL would write with a currency, a time zone, or spaces up to a column's width."""

_FIND_TABLE = """
    SELECT c.oid, n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = %(table)s AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
      AND CASE WHEN %(schema)s = '' THEN pg_table_is_visible(c.oid) ELSE n.nspname = %(schema)s END
"""

_FIND_COLUMNS = """
    SELECT a.attname, t.typname, t.typcategory
    FROM pg_attribute a
    JOIN pg_type d ON d.oid = a.atttypid
    JOIN pg_type t ON t.oid = CASE WHEN d.typtype = 'd' THEN d.typbasetype ELSE d.oid END
    WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""

_FIND_KEY = """
    SELECT a.attname
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
    WHERE i.indrelid = %s AND i.indisprimary
    ORDER BY array_position(i.indkey::int2[], a.attnum)
"""


def without_password(address: str) -> str:
    """Return an address as it can be written down: the password left out, wherever it is."""
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "password"]
    if ":" not in user and len(query) == len(parse_qsl(parts.query)):
        return address
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}", query=urlencode(query)))


@dataclass(frozen=True)
class Address:
    """Where a table is: the server's address without it, and its name."""

    server: str
    schema: str
    table: str

    @property
    def name(self) -> str:
        """The table's name, with its schema if one was given. Without user, password and host."""
        return f"{self.schema}.{self.table}" if self.schema else self.table


def parse_address(address: str) -> Address:
    """Return the parts of `postgresql://user@host/database?table=schema.table`. Raises TableError."""
    try:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        parts, options = None, {}
    schema, _, table = options.pop("table", "").rpartition(".")
    if parts is None or not table:
        raise TableError("the address of a database table is postgresql://user@host/database?table=schema.table")
    return Address(urlunsplit(parts._replace(query=urlencode(options))), schema, table)


def read_postgres(address: Address) -> Table:
    """Read a table in the order of its primary key, if it has one. Raises TableError.

    What the address does not say, such as a password, comes from where libpq finds it: PGPASSWORD, a password file.
    """
    place = f"table {address.name!r}"
    try:
        with closing(_connect(address, place)) as connection, connection.cursor() as cursor:
            cursor.execute("SET datestyle TO 'ISO'")
            return _read(cursor, address, place)
    except errors.InsufficientPrivilege:
        raise TableError(f"{place}: the database user may not read it") from None
    except psycopg2.Error as error:  # its text may repeat a value
        raise TableError(f"{place}: the database could not return it (SQLSTATE {error.pgcode or 'unknown'})") from None


def _connect(address: Address, place: str) -> Any:
    try:
        connection = psycopg2.connect(
            address.server, connect_timeout=CONNECT_TIMEOUT_SECONDS, application_name="neoscore"
        )
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no response"
        raise TableError(f"{place}: cannot connect to the database: {reason}") from None
    except (psycopg2.Error, UnicodeError):  # these repeat parts of the address, and so perhaps of a password
        raise TableError(f"{place}: the address of the database cannot be read") from None
    connection.set_session(readonly=True)
    return connection


def _read(cursor: Any, address: Address, place: str) -> Table:
    cursor.execute(_FIND_TABLE, {"schema": address.schema, "table": address.table})
    found = cursor.fetchone()
    if found is None:
        raise TableError(f"{place}: the database has no such table or view (upper and lower case matter)")
    oid, *qualified = found
    cursor.execute(_FIND_COLUMNS, (oid,))
    names, types, expressions, notes = [], [], [], []
    for name, kind, category in cursor.fetchall():
        plain = pa.string() if category in "SE" else _PLAIN.get(kind)
        if plain is None:
            notes.append(f"column {name!r} holds {kind}, which is no feature's value: left out")
            continue
        names.append(name)
        types.append(plain)
        expressions.append(sql.SQL(_CASTS.get(kind, "{}")).format(sql.Identifier(name)))
    if not names:
        raise TableError(f"{place}: no column holds numbers, texts, dates or truth values")
    cursor.execute(_FIND_KEY, (oid,))
    key = [name for (name,) in cursor.fetchall()]
    content = _copy(cursor, sql.Identifier(*qualified), expressions, key)
    return make_table(names, _parse(content, types, place), lambda row: f"{place}, row {row + 1}", notes)


def _copy(
    cursor: Any, table: sql.Identifier, columns: Sequence[sql.Composable], key: Sequence[sql.Identifier]
) -> bytes:
    comma = sql.SQL(", ")
    order = sql.SQL(" ORDER BY {}").format(comma.join(map(sql.Identifier, key))) if key else sql.SQL("")
    query = sql.SQL("SELECT {} FROM {}{}").format(comma.join(columns), table, order)
    content = io.BytesIO()
    cursor.copy_expert(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')").format(query), content)
    return content.getvalue()


def _parse(content: bytes, types: Sequence[pa.DataType], place: str) -> list[pa.Array]:
    """Return the columns of PostgreSQL's own CSV, in which only what is not quoted can be null."""
    if not content:
        return [pa.nulls(0, kind) for kind in types]
    names = [str(number) for number in range(len(types))]
    try:
        read = pa.csv.read_csv(
            pa.BufferReader(content),
            pa.csv.ReadOptions(column_names=names),
            pa.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            pa.csv.ConvertOptions(
                column_types=dict(zip(names, types, strict=True)),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
    except pa.ArrowException:
        raise TableError(f"{place}: a date is infinite or before the year 1, or a text is too long") from None
    return [column.combine_chunks() for column in read.columns]
