"""Writing or deleting one client, together with the entry in the access log; and deleting many."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Engine, delete, text

from contract.access import AccessOutcome, Purpose
from contract.schema import FeatureSchema
from db.access_log import AccessEvent, Actor, append_entries
from db.client_rows import AttributeWriter, check_reference
from db.engine import begin, lift_statement_timeout
from db.tables import ClientRow

DELETE_ROWS = 10_000
"""References in one statement: few round trips, and little memory."""

_PUT = text(
    "INSERT INTO clients (client_ref, attributes) VALUES (:ref, CAST(:attributes AS jsonb)) ON CONFLICT (client_ref) "
    "DO UPDATE SET attributes = EXCLUDED.attributes, updated_at = now() RETURNING xmax = 0"
)
"""Returns whether the client is new: xmax is set in a row that replaces another."""


def put_client(
    engine: Engine, schema: FeatureSchema, client_ref: str, values: Mapping[str, Any],
    actor: Actor, purpose: Purpose, request_id: str = "",
) -> bool:  # fmt: skip
    """Store a client with these values (feature name → value) and return whether it is new.

    The access log has its entry when the client is stored, or neither is. Raises SeedError, naming the feature, or
    another DatabaseError.
    """
    check_reference(client_ref)
    attributes = msgspec.json.encode(AttributeWriter(schema).write(values)).decode()
    with begin(engine) as connection:
        created = bool(connection.execute(_PUT, {"ref": client_ref, "attributes": attributes}).scalar_one())
        outcome = AccessOutcome.CREATED if created else AccessOutcome.UPDATED
        append_entries(connection, [AccessEvent(actor, purpose, outcome, client_ref, request_id=request_id)])
    return created


def delete_client(engine: Engine, client_ref: str, actor: Actor, purpose: Purpose, request_id: str = "") -> bool:
    """Delete a client and return whether there was one; the access log has the entry either way. Raises DatabaseError.

    The access log keeps its entries about the client.
    """
    with begin(engine) as connection:
        deleted = bool(connection.execute(delete(ClientRow).where(ClientRow.client_ref == client_ref)).rowcount)
        outcome = AccessOutcome.DELETED if deleted else AccessOutcome.NOT_FOUND
        append_entries(connection, [AccessEvent(actor, purpose, outcome, client_ref, request_id=request_id)])
    return deleted


def delete_clients(engine: Engine, client_refs: Iterable[str]) -> int:
    """Delete the clients of these references, in one transaction, and return how many there were.

    References that no client has are ignored. Raises DatabaseError.
    """
    refs, deleted = iter(client_refs), 0
    with begin(engine) as connection:
        lift_statement_timeout(connection)
        while block := list(itertools.islice(refs, DELETE_ROWS)):
            statement = text("DELETE FROM clients WHERE client_ref = ANY (CAST(:refs AS text[]))")
            deleted += connection.execute(statement, {"refs": block}).rowcount
    return deleted
