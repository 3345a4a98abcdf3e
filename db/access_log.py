"""Appending to the access log: who did what, in which role, for which client. Never a score."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from db.engine import connect
from db.errors import DatabaseError

OUTCOME_PATTERN = re.compile(r"[a-z][a-z_]{0,31}")
"""One word without digits: no number, so no score, can be written there. The table has the same check."""

ROLE_PATTERN = re.compile(r"[a-z][a-z_,]{0,63}")
"""One or several words, with commas between them. The table has the same check."""


@dataclass(frozen=True)
class Actor:
    """Who acts. `name` is the name of a person or program in their token, never an e-mail address."""

    name: str
    role: str
    """Such as `advisor`; several are joined by commas, in alphabetical order."""


@dataclass(frozen=True)
class AccessEvent:
    """One entry to append."""

    actor: Actor
    purpose: str
    outcome: str
    client_ref: str = ""


def record_access(engine: Engine, actor: Actor, purpose: str, outcome: str, client_ref: str = "") -> None:
    """Append one entry; without a client if the event concerns none. Raises DatabaseError."""
    record_accesses(engine, [AccessEvent(actor, purpose, outcome, client_ref)])


def record_accesses(engine: Engine, accesses: Sequence[AccessEvent]) -> None:
    """Append entries in their order, all or none.

    The database numbers, dates and chains them, one writer at a time: several in one statement take hardly longer than
    one. Raises DatabaseError.
    """
    with connect(engine) as connection:
        # One statement is a transaction by itself: neither BEGIN nor COMMIT has to travel.
        append_entries(connection.execution_options(isolation_level="AUTOCOMMIT"), accesses)


def append_entries(connection: Connection, accesses: Sequence[AccessEvent]) -> None:
    """Append entries in the connection's transaction, which other writers then wait for. Raises DatabaseError."""
    for access in accesses:
        if not OUTCOME_PATTERN.fullmatch(access.outcome):
            raise DatabaseError("an outcome is one word of lower-case letters and '_', such as scored or not_answered")
        if not ROLE_PATTERN.fullmatch(access.actor.role):
            raise DatabaseError(
                "a role is one word of lower-case letters and '_', such as advisor, or several with commas"
            )
    columns = {
        "who": [access.actor.name for access in accesses],
        "role": [access.actor.role for access in accesses],
        "ref": [access.client_ref for access in accesses],
        "purpose": [access.purpose for access in accesses],
        "outcome": [access.outcome for access in accesses],
    }
    connection.execute(_APPEND, columns)


_APPEND = text(
    "INSERT INTO access_log (who, role, client_ref, purpose, outcome) "
    "SELECT * FROM unnest(:who ::text[], :role ::text[], :ref ::text[], :purpose ::text[], :outcome ::text[])"
)
