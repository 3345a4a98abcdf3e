"""Reading the access log: for auditors, on the screen and into files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, literal, select

from db.engine import connect, lift_statement_timeout
from db.tables import AccessLogRow

BLOCK = 1_000
"""Entries read at a time: keeps memory flat however long the log is."""


@dataclass(frozen=True)
class AccessLogEntry:
    """One entry of the log, as `db.tables.AccessLogRow` explains it."""

    id: int
    at: datetime
    actor: str
    role: str
    client_ref: str
    purpose: str
    outcome: str
    previous_hash: str
    hash: str
    login: str = ""
    request_id: str = ""
    address: str = ""
    business_purpose: str = ""
    model_version: str = ""
    model_digest: str = ""
    features: Sequence[str] = ()
    row_count: int | None = None
    shown: str = ""


COLUMNS = tuple(field.name for field in fields(AccessLogEntry))
"""Of an export: whatever an entry's hash covers, so that the chain can be computed again from the file."""


@dataclass(frozen=True)
class EntryFilter:
    """Which entries; what is empty chooses none away. `since` is included, `until` is not."""

    actor: str = ""
    role: str = ""
    """One of the roles that the person had."""
    client_ref: str = ""
    purpose: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
    lists: bool = False
    """Only lists of clients."""


def newest_entries(engine: Engine, query: EntryFilter, limit: int, before: int | None = None) -> list[AccessLogEntry]:
    """Return entries, the newest first, those older than number `before` if it is given. Raises DatabaseError."""
    older = [] if before is None else [AccessLogRow.id < before]
    statement = _statement(query).where(*older).order_by(AccessLogRow.id.desc()).limit(limit)
    with connect(engine) as connection:
        return [AccessLogEntry(*row) for row in connection.execute(statement)]


def stream_entries(engine: Engine, query: EntryFilter) -> Iterator[AccessLogEntry]:
    """Yield entries in their order, however many there are. Raises DatabaseError."""
    statement = _statement(query).order_by(AccessLogRow.id).execution_options(yield_per=BLOCK)
    with connect(engine) as connection:
        lift_statement_timeout(connection)
        for row in connection.execute(statement):
            yield AccessLogEntry(*row)


def _statement(query: EntryFilter) -> Select[Any]:
    wanted: list[ColumnElement[bool]] = [
        getattr(AccessLogRow, name) == value
        for name in ("actor", "client_ref", "purpose", "outcome")
        if (value := getattr(query, name))
    ]
    if query.role:
        wanted.append(literal(",").concat(AccessLogRow.role).concat(",").contains(f",{query.role},", autoescape=True))
    if query.since is not None:
        wanted.append(AccessLogRow.at >= query.since)
    if query.until is not None:
        wanted.append(AccessLogRow.at < query.until)
    if query.lists:
        wanted.append(AccessLogRow.shown != "")
    return select(*(getattr(AccessLogRow, name) for name in COLUMNS)).where(*wanted)
