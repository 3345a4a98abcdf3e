"""Appending to the access log: who did what, in which role, for which client. Never a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, text

from contract.access import AccessOutcome, Purpose
from contract.messages import ModelRef
from db.engine import connect


@dataclass(frozen=True)
class Actor:
    """Who acts. `name` is the name of a person or program in their token, never an e-mail address."""

    name: str
    role: str
    """Such as `advisor`; several are joined by commas, in alphabetical order."""
    address: str = ""
    """Keyed hash of the network address that they act from (`db.access_log_hashes`); empty at the command line."""


@dataclass(frozen=True)
class ListShown:
    """What an entry about a list of clients says: by what they were chosen, how many there are, and who is on it."""

    features: Sequence[str]
    """Names of the features by which clients were chosen or sorted. Never their values."""
    row_count: int
    shown: str = ""
    """Keyed hashes of the references (`db.access_log_hashes`); empty if none was shown."""


@dataclass(frozen=True)
class AccessEvent:
    """One entry to append."""

    actor: Actor
    purpose: Purpose
    outcome: AccessOutcome
    client_ref: str = ""
    """Empty if the event concerns no single client."""
    model: ModelRef | None = None
    """The model whose score was looked at."""
    request_id: str = ""
    business_purpose: str = ""
    """For what the bank needs the client's file, as the advisor said: a word of its own list."""
    listed: ListShown | None = None


def record_access(engine: Engine, event: AccessEvent) -> None:
    """Append one entry. Raises DatabaseError."""
    record_accesses(engine, [event])


def record_accesses(engine: Engine, events: Sequence[AccessEvent]) -> None:
    """Append entries in their order, all or none.

    The database numbers, dates and chains them, one writer at a time: several in one statement take hardly longer than
    one. Raises DatabaseError.
    """
    with connect(engine) as connection:
        # One statement is a transaction by itself: neither BEGIN nor COMMIT has to travel.
        append_entries(connection.execution_options(isolation_level="AUTOCOMMIT"), events)


def append_entries(connection: Connection, events: Sequence[AccessEvent]) -> None:
    """Append entries in the connection's transaction, which other writers then wait for. Raises DatabaseError."""
    connection.execute(_APPEND, {"entries": msgspec.json.encode([_columns(event) for event in events]).decode()})


def _columns(event: AccessEvent) -> dict[str, Any]:
    model, listed = event.model, event.listed
    return {
        "actor": event.actor.name,
        "role": event.actor.role,
        "client_ref": event.client_ref,
        "purpose": event.purpose,
        "outcome": event.outcome,
        "request_id": event.request_id,
        "address": event.actor.address,
        "business_purpose": event.business_purpose,
        "model_version": model.version if model else "",
        "model_digest": model.digest if model else "",
        "features": list(listed.features) if listed else [],
        "row_count": listed.row_count if listed else None,
        "shown": listed.shown if listed else "",
    }


_COLUMNS = (
    *("actor", "role", "client_ref", "purpose", "outcome", "request_id", "address", "business_purpose"),
    *("model_version", "model_digest", "shown", "features", "row_count"),
)
_TYPES = [*(f"{name} text" for name in _COLUMNS[:-2]), "features text[]", "row_count integer"]
_APPEND = text(
    f"INSERT INTO access_log ({', '.join(_COLUMNS)}) SELECT * FROM jsonb_to_recordset(CAST(:entries AS jsonb)) "  # noqa: S608
    f"AS entry({', '.join(_TYPES)})"
)
