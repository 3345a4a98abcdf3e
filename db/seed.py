"""Loading many clients by COPY: all of them anew, or new and changed ones. All or nothing."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from contract.schema import FeatureSchema
from db.client_indexes import drop_all_indexes, drop_outdated_indexes, make_indexes
from db.client_rows import ClientRows, RowFile, copy_lines
from db.engine import begin, lift_statement_timeout
from db.errors import SeedError

REBUILD_SHARE = 0.1
"""From this share of new or changed clients on, indexes are made anew at the end: keeping twenty of them up to date row
by row takes some ten times as long as making them."""


class LoadCounts(NamedTuple):
    """What loading did."""

    inserted: int
    updated: int


def seed_clients(
    engine: Engine, schema: FeatureSchema, clients: ClientRows, progress: Callable[[int], None] | None = None
) -> int:
    """Replace all clients by these (client_ref, feature name → value) and return how many they are.

    One transaction: searches wait for its end, and when it fails the clients before it are still there. Indexes for
    the schema's features are made anew. Features absent from a client count as missing. `progress` hears how many
    clients were read so far. Raises SeedError, naming the row and the feature, or another DatabaseError.
    """
    rows = RowFile(copy_lines(schema, clients, progress))
    with begin(engine) as connection:
        lift_statement_timeout(connection)
        drop_all_indexes(connection)
        connection.execute(text("TRUNCATE clients"))
        # FREEZE spares the next readers the work of marking fresh rows as visible.
        _copy(connection, "COPY clients (client_ref, attributes) FROM STDIN (FREEZE)", rows)
        make_indexes(connection, schema)
    return rows.count


def upsert_clients(
    engine: Engine, schema: FeatureSchema, clients: ClientRows, progress: Callable[[int], None] | None = None
) -> LoadCounts:
    """Add these clients; one whose reference is there already gets these values in place of those it had.

    One transaction; other clients stay as they are. Indexes follow the schema; while many clients are loaded, searches
    wait for the end. `progress` hears how many clients were read so far. Raises SeedError, naming the row and the
    feature, or another DatabaseError.
    """
    rows = RowFile(copy_lines(schema, clients, progress))
    with begin(engine) as connection:
        lift_statement_timeout(connection)
        connection.execute(
            text('CREATE TEMP TABLE given (client_ref text COLLATE "C" PRIMARY KEY, attributes jsonb) ON COMMIT DROP')
        )
        _copy(connection, "COPY given (client_ref, attributes) FROM STDIN", rows)
        if rows.count >= REBUILD_SHARE * connection.execute(text("SELECT count(*) FROM clients")).scalar_one():
            drop_all_indexes(connection)
        else:
            drop_outdated_indexes(connection, schema)
        inserted, updated = connection.execute(_UPSERT).one()
        make_indexes(connection, schema)
    return LoadCounts(inserted, updated)


_UPSERT = text("""
    WITH done AS (
        INSERT INTO clients (client_ref, attributes) SELECT client_ref, attributes FROM given
        ON CONFLICT (client_ref) DO UPDATE SET attributes = EXCLUDED.attributes, updated_at = now()
        RETURNING xmax = 0 AS inserted  -- xmax is set in a row that replaces another
    )
    SELECT count(*) FILTER (WHERE inserted), count(*) FILTER (WHERE NOT inserted) FROM done
""")


def _copy(connection: Connection, statement: str, rows: RowFile) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.copy_expert(statement, rows)
    except Exception as error:
        if rows.error is not None:
            raise rows.error from None
        if getattr(error, "pgcode", None) == "23505":
            raise SeedError("two clients have the same reference; nothing was changed") from None
        raise
    finally:
        cursor.close()
