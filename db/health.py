"""Is the database fit for use? What `neoscore db check` shows."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, func, select, text

from db.access_log import verify_chain
from db.errors import DatabaseError, DatabaseUnavailable
from db.migrate import current_revision, head_revision
from db.session import connect
from db.tables import BatchRow, ClientRow, ModelRow

ROLES = {
    "neoscore_read": "SELECT, INSERT, UPDATE, DELETE, TRUNCATE",
    "neoscore_append": "SELECT, UPDATE, DELETE, TRUNCATE",
    "neoscore_audit": "INSERT, UPDATE, DELETE, TRUNCATE",
}
"""Role → what it may not have on the access log."""


@dataclass(frozen=True)
class Check:
    """One thing looked at, and what was found; `fine` when nothing needs doing."""

    subject: str
    fine: bool
    finding: str


def check_database(engine: Engine) -> list[Check]:
    """Return every check. Raises DatabaseUnavailable; anything else at fault is a finding."""
    checks = [_server(engine), _migrations(engine)]
    if checks[-1].fine:
        for subject, look in _CHECKS.items():
            checks.append(_guarded(engine, subject, look))
    return checks


def _guarded(engine: Engine, subject: str, look: Callable[[Engine], tuple[bool, str]]) -> Check:
    try:
        return Check(subject, *look(engine))
    except DatabaseUnavailable:
        raise
    except DatabaseError as error:
        return Check(subject, fine=False, finding=str(error))


def _server(engine: Engine) -> Check:
    with connect(engine) as connection:
        version = connection.execute(text("SHOW server_version")).scalar_one()
    return Check("connection", fine=True, finding=f"PostgreSQL {version}")


def _migrations(engine: Engine) -> Check:
    found, needed = current_revision(engine), head_revision()
    if found == needed:
        return Check("migrations", fine=True, finding=f"at {found}")
    return Check("migrations", fine=False, finding=f"at {found or 'none'}, needs {needed}; run `neoscore db init`")


def _clients(engine: Engine) -> tuple[bool, str]:
    count = _count(engine, ClientRow)
    return count > 0, f"{count:,}" if count else "none; run `neoscore db seed`"


def _models(engine: Engine) -> tuple[bool, str]:
    return True, f"{_count(engine, ModelRow):,} registered"


def _batches(engine: Engine) -> tuple[bool, str]:
    return True, f"{_count(engine, BatchRow):,} in the ledger"


def _count(engine: Engine, table: type[ClientRow | ModelRow | BatchRow]) -> int:
    with connect(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _roles(engine: Engine) -> tuple[bool, str]:
    exists = text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    excess = text("SELECT has_table_privilege(:role, 'access_log', :forbidden)")
    with connect(engine) as connection:
        for role, forbidden in ROLES.items():
            if not connection.execute(exists, {"role": role}).scalar_one():
                return False, f"{role} does not exist; create it and grant it what docs/database.md lists"
            if connection.execute(excess, {"role": role, "forbidden": forbidden}).scalar_one():
                return False, f"{role} may do more with the access log than it should; revoke it"
    return True, ", ".join(ROLES)


def _access_log(engine: Engine) -> tuple[bool, str]:
    chain = verify_chain(engine)
    if chain.sound:
        return True, f"{chain.entries:,} entries, chain sound, head {chain.head[:16]}"
    return False, f"entry {chain.broken_at:,} does not follow from the one before it: the log was altered"


_CHECKS = {"clients": _clients, "models": _models, "batches": _batches, "roles": _roles, "access log": _access_log}
