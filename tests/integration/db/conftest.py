"""Databases of their own for tests that fill or break them."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from db.engine import open_engine
from db.migrate import migrate


@pytest.fixture(scope="session")
def new_database(database_url: str) -> Iterator[Callable[[], str]]:
    """Return a function that makes an empty database on the test server and returns its address."""
    made: list[str] = []
    admin = create_engine(database_url, isolation_level="AUTOCOMMIT")

    def make() -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        made.append(name)
        return make_url(database_url).set(database=name).render_as_string(hide_password=False)

    yield make
    with admin.connect() as connection:
        for name in made:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="module")
def engine(new_database: Callable[[], str]) -> Iterator[Engine]:
    """A migrated database that the module shares."""
    engine = open_engine(new_database())
    migrate(engine)
    yield engine
    engine.dispose()
