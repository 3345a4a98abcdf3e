"""The database that a command uses: the one of the settings or of the running stack, else the local one."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from contract.settings import Settings
from db.migrate import migrate
from producers.commands.context import database
from stack.errors import MissingDependencyError, NoDatabaseError
from stack.local.kept_folder import KeptFolder, is_kept
from stack.local.postgres import find_postgres, start_postgres


def has_address(config: Settings) -> bool:
    """Return whether NEOSCORE_DATABASE_URL is set, as it is for commands beside a running stack."""
    return "database_url" in config.model_fields_set


@contextmanager
def command_database(config: Settings, *, create: bool = False) -> Iterator[Engine]:
    """Yield an engine for the database that a command of these settings uses.

    Without an address, that is the local database of `neoscore up`, which is started for as long as the block runs;
    `create` makes it if there is none. Raises NoDatabaseError, DatabaseInUseError, ServiceFailedError, DatabaseError.
    """
    if has_address(config) or not _has_postgres():
        with database(config) as engine:
            yield engine
        return
    if not create and not is_kept(config.home):
        raise NoDatabaseError(
            "there is no database: `neoscore db load` and `neoscore up` make a local one; NEOSCORE_DATABASE_URL names "
            "another"
        )
    part = start_postgres(config.run_folder / "database.log", kept=KeptFolder(config.home))
    try:
        with database(config.model_copy(update={"database_url": part.address})) as engine:
            migrate(engine)
            yield engine
    finally:
        part.stop()


def _has_postgres() -> bool:
    try:
        find_postgres()
    except MissingDependencyError:
        return False
    return True
