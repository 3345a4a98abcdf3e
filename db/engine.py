"""Connecting to PostgreSQL: engines, transactions, and the driver's errors as our own."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from db.errors import (
    DatabaseError,
    DatabaseUnavailableError,
    NotMigratedError,
    PermissionDeniedError,
    SchemaMismatchError,
)

CONNECT_TIMEOUT_SECONDS = 5
"""A running server responds within milliseconds; a page must not freeze for longer."""

STATEMENT_TIMEOUT_MS = 30_000
"""The slowest search over 300,000 clients takes a fraction of a second: whatever takes longer is stuck."""

POOL_TIMEOUT_SECONDS = 10
"""How long a thread waits for one of the pool's 15 connections; queries are short, so a longer wait is an overload."""


def open_engine(url: str | URL) -> Engine:
    """Return an engine for a `postgresql+psycopg2://` address. Connects on first use.

    Raises DatabaseUnavailableError when the address cannot be read. Everything that then uses the engine through this
    package raises DatabaseError, never an error of the driver.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "postgresql":
            raise DatabaseUnavailableError("the database address must begin with postgresql+psycopg2://")
        return create_engine(
            parsed.set(drivername="postgresql+psycopg2"),
            pool_pre_ping=True,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_SECONDS,
                "application_name": "neoscore",
                "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
            },
            # Bound values are personal data; SQLAlchemy would repeat them in its messages.
            hide_parameters=True,
        )
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise DatabaseUnavailableError(
            "the database address cannot be read; expected postgresql+psycopg2://user:password@host:port/database "
            "in NEOSCORE_DATABASE_URL"
        ) from None


@contextmanager
def connect(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for reading, or for a statement that commits by itself. Raises DatabaseError."""
    with _translate_errors(engine), engine.connect() as connection:
        yield connection


@contextmanager
def begin(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that commits at the end, or leaves nothing behind. Raises DatabaseError."""
    with _translate_errors(engine), engine.begin() as connection:
        yield connection


def lift_statement_timeout(connection: Connection) -> None:
    """Lift the timeout of this transaction: loading and migrating take longer with more data."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))


@contextmanager
def _translate_errors(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _translate(engine, error.orig or error) from None
    except psycopg2.Error as error:  # COPY bypasses SQLAlchemy
        raise _translate(engine, error) from None
    except PoolTimeout:
        raise DatabaseUnavailableError(
            f"every connection to the database is in use for more than {POOL_TIMEOUT_SECONDS} s; try again"
        ) from None
    except SQLAlchemyError as error:
        raise DatabaseError(f"the database could not be used ({type(error).__name__})") from None


def _translate(engine: Engine, error: BaseException) -> DatabaseError:
    code = getattr(error, "pgcode", None) or ""
    match code:
        case "42P01" | "42703":  # undefined table or column
            return NotMigratedError("the database's tables are missing or old; run `neoscore db migrate`")
        case "42501":
            return PermissionDeniedError(
                "the database's login may not do this or not in another's name; grant it a role of docs/database.md"
            )
        case "23514":  # no other table's check can fail by what a caller writes
            return DatabaseError(
                "the access log takes roles, purposes and outcomes of its vocabulary only; run `neoscore db migrate` "
                "if this program is newer than the tables"
            )
        case "55P03":
            return DatabaseUnavailableError(
                "the access log is being written by somebody else for more than 2 s; try again"
            )
        case "57014":
            return DatabaseUnavailableError(
                f"the database took longer than {STATEMENT_TIMEOUT_MS // 1000} s; try again"
            )
        case "22P02":  # a text where the schema has a number
            return SchemaMismatchError(
                "the stored clients do not fit the model's feature schema; load them again with "
                "`neoscore db load FILE --replace`"
            )
    if code and not code.startswith(("08", "28", "3D", "53", "57P")):
        return DatabaseError(f"the database refused the statement (SQLSTATE {code})")
    return DatabaseUnavailableError(
        f"PostgreSQL does not respond at {_target(engine.url)} ({_reason(engine.url, error)}); "
        "check that it is running and that NEOSCORE_DATABASE_URL is correct"
    )


def _target(url: URL) -> str:
    host = url.host or url.query.get("host") or "the local socket"
    port = f":{url.port}" if url.port else ""
    return f"{host}{port}, database {url.database or url.username or 'postgres'}"


def _reason(url: URL, error: BaseException) -> str:
    """Return the last line of what the driver says, such as `Connection refused`, without the password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    cause = lines[0].rsplit(": ", 1)[-1].rstrip(".") if lines else type(error).__name__
    password = str(url.password) if url.password else ""
    return cause.replace(password, "***") if password else cause
