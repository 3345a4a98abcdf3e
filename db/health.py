"""Checks of the database, as `neoscore db check` shows them."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, func, select, text

from contract.schema import FeatureSchema
from db.access_log_chain import verify_chain
from db.client_fit import client_fit
from db.engine import connect
from db.errors import DatabaseError, DatabaseUnavailableError
from db.migrate import current_revision, head_revision
from db.tables import BatchRow, ClientRow, ModelRow

FORBIDDEN_PRIVILEGES = {
    "neoscore_read": "SELECT, INSERT, UPDATE, DELETE, TRUNCATE",
    "neoscore_append": "SELECT, UPDATE, DELETE, TRUNCATE",
    "neoscore_service": "SELECT, UPDATE, DELETE, TRUNCATE",
    "neoscore_clients": "SELECT, INSERT, UPDATE, DELETE, TRUNCATE",
    "neoscore_audit": "INSERT, UPDATE, DELETE, TRUNCATE",
}
"""Role → privileges on the access log that it must not have."""


@dataclass(frozen=True)
class DatabaseCheck:
    """One check and its result."""

    name: str
    passed: bool
    detail: str


def check_database(engine: Engine, schema: FeatureSchema | None = None) -> list[DatabaseCheck]:
    """Return every check, with the active model's `schema` also whether the clients have what the model needs.

    Raises DatabaseUnavailableError; every other error is the detail of a failed check.
    """
    checks = [_server(engine), _migrations(engine)]
    if checks[-1].passed:
        for name, check in _CHECKS.items():
            checks.append(_run_check(engine, name, check))
        if schema is not None:
            checks.append(_run_check(engine, "clients fit the model", lambda engine: _fit(engine, schema)))
    return checks


def _run_check(engine: Engine, name: str, check: Callable[[Engine], tuple[bool, str]]) -> DatabaseCheck:
    try:
        return DatabaseCheck(name, *check(engine))
    except DatabaseUnavailableError:
        raise
    except DatabaseError as error:
        return DatabaseCheck(name, passed=False, detail=str(error))


def _server(engine: Engine) -> DatabaseCheck:
    with connect(engine) as connection:
        version = connection.execute(text("SHOW server_version")).scalar_one()
    return DatabaseCheck("connection", passed=True, detail=f"PostgreSQL {version}")


def _migrations(engine: Engine) -> DatabaseCheck:
    found, needed = current_revision(engine), head_revision()
    if found == needed:
        return DatabaseCheck("migrations", passed=True, detail=f"at {found}")
    return DatabaseCheck(
        "migrations", passed=False, detail=f"at {found or 'none'}, needs {needed}; run `neoscore db migrate`"
    )


def _clients(engine: Engine) -> tuple[bool, str]:
    count = _count(engine, ClientRow)
    return count > 0, f"{count:,}" if count else "none; load some with `neoscore db load FILE`"


def _fit(engine: Engine, schema: FeatureSchema) -> tuple[bool, str]:
    fit = client_fit(engine, schema)
    return not fit.unfit, "; ".join(fit.sentences()) or "every client has every feature"


def _models(engine: Engine) -> tuple[bool, str]:
    return True, f"{_count(engine, ModelRow):,} registered"


def _batches(engine: Engine) -> tuple[bool, str]:
    return True, f"{_count(engine, BatchRow):,} recorded"


def _count(engine: Engine, table: type[ClientRow | ModelRow | BatchRow]) -> int:
    with connect(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _roles(engine: Engine) -> tuple[bool, str]:
    exists = text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    excess = text("SELECT has_table_privilege(:role, 'access_log', :forbidden)")
    with connect(engine) as connection:
        for role, forbidden in FORBIDDEN_PRIVILEGES.items():
            if not connection.execute(exists, {"role": role}).scalar_one():
                return False, f"{role} does not exist; create it and grant it what docs/database.md lists"
            if connection.execute(excess, {"role": role, "forbidden": forbidden}).scalar_one():
                return False, f"{role} may do more with the access log than it should; revoke it"
    return True, ", ".join(FORBIDDEN_PRIVILEGES)


def _access_log(engine: Engine) -> tuple[bool, str]:
    chain = verify_chain(engine)
    if chain.intact:
        return True, f"{chain.entries:,} entries, chain intact, head {chain.head[:16]}"
    return False, f"entry {chain.first_invalid:,} is not linked to the one before it: the log was altered"


_CHECKS = {"clients": _clients, "models": _models, "batches": _batches, "roles": _roles, "access log": _access_log}
