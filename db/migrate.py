"""Bringing the tables up to date, from inside the program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects.postgresql import insert

from contract.access import ACCESS_VOCABULARY
from db.engine import begin, connect, lift_statement_timeout, open_engine
from db.errors import DatabaseError, DatabaseUnavailableError, MigrationError, PermissionDeniedError
from db.tables import AccessLogWordRow

MIGRATION_LOCK = 7_368_100
"""Key of the advisory lock that lets one process migrate while others wait; any number that nothing else uses."""


def migrate(target: Engine | str) -> str:
    """Bring the tables of an engine or address up to date and return the revision; once done, do nothing.

    All or nothing, and safe when several processes start at once. Raises DatabaseUnavailableError or MigrationError.
    """
    if isinstance(target, str):
        engine = open_engine(target)
        try:
            return migrate(engine)
        finally:
            engine.dispose()
    config = _config()
    try:
        with begin(target) as connection:
            lift_statement_timeout(connection)
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _add_words(connection)
    except CommandError:
        raise MigrationError(
            "the database's tables are newer than this program; install the version that made them"
        ) from None
    except PermissionDeniedError:
        raise MigrationError(
            "the database user may not create tables and roles; migrate as the owner of the database with CREATEROLE, "
            "or create the roles that docs/database.md lists first"
        ) from None
    except DatabaseUnavailableError:
        raise
    except DatabaseError as error:
        raise MigrationError(f"the tables could not be made: {error}") from None
    return head_revision()


def head_revision() -> str:
    """Return the revision that this program needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None  # noqa: S101 - the package ships migrations
    return revision


def current_revision(engine: Engine) -> str | None:
    """Return the revision of the database's tables, None when there are none. Raises DatabaseError."""
    with connect(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _add_words(connection: Connection) -> None:
    """Add the words that the access log can say since this version. None is removed: entries have them."""
    words = [{"field": field, "word": word} for field, known in ACCESS_VOCABULARY.items() for word in known]
    connection.execute(insert(AccessLogWordRow).on_conflict_do_nothing(), words)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
