"""Migrations: from nothing, again, at the same time, and without the right to."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from db.clients import find_client
from db.engine import begin, open_engine
from db.errors import MigrationError, NotMigratedError
from db.health import check_database
from db.migrate import current_revision, head_revision, migrate
from db.tables import Base

pytestmark = pytest.mark.database


@pytest.fixture
def empty(new_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(new_database())
    yield engine
    engine.dispose()


def test_tables_that_are_missing_are_a_sentence(empty: Engine) -> None:
    assert current_revision(empty) is None
    with pytest.raises(NotMigratedError, match="neoscore db migrate"):
        find_client(empty, "x")
    assert [(check.name, check.passed) for check in check_database(empty)] == [
        ("connection", True),
        ("migrations", False),
    ]


def test_migrations_make_the_tables_that_the_program_knows(empty: Engine) -> None:
    assert migrate(empty) == head_revision() == current_revision(empty)
    with empty.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert migrate(empty) == head_revision()


def test_several_processes_may_migrate_at_once(new_database: Callable[[], str]) -> None:
    url = new_database()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(migrate, [url] * 4)) == [head_revision()] * 4


def test_a_database_from_a_newer_program_is_left_alone(empty: Engine) -> None:
    migrate(empty)
    with begin(empty) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'future'"))
    with pytest.raises(MigrationError, match="newer"):
        migrate(empty)
    assert not all(check.passed for check in check_database(empty))


def test_a_user_without_the_right_gets_a_sentence_and_leaves_nothing(empty: Engine) -> None:
    user = f"u{uuid.uuid4().hex[:8]}"
    with begin(empty) as connection:
        connection.execute(text(f"CREATE ROLE {user} LOGIN PASSWORD 'x'"))
    limited = open_engine(empty.url.set(username=user, password="x"))
    try:
        with pytest.raises(MigrationError, match="may not create tables"):
            migrate(limited)
        assert current_revision(empty) is None
    finally:
        limited.dispose()
        with begin(empty) as connection:
            connection.execute(text(f"DROP ROLE {user}"))
