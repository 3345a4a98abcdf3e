"""Loading many clients by COPY: all of them anew, or new and changed ones. All or nothing."""

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from contract.schema import Feature, FeatureSchema
from db.client_rows import ClientRows, RowFile, copy_lines
from db.engine import begin, lift_statement_timeout
from db.errors import SeedError
from db.queries import feature_value

INDEX_PREFIX = "clients_by_"

MAX_INDEXES = 64
"""Features beyond the first 64 of a schema are searched by reading every client: 0.2 s for 300,000 of them."""


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
        _drop_indexes(connection, _client_indexes(connection))
        connection.execute(text("TRUNCATE clients"))
        # FREEZE spares the next readers the work of marking fresh rows as visible.
        _copy(connection, "COPY clients (client_ref, attributes) FROM STDIN (FREEZE)", rows)
        _make_indexes(connection, schema)
        connection.execute(text("ANALYZE clients"))
    return rows.count


def upsert_clients(
    engine: Engine, schema: FeatureSchema, clients: ClientRows, progress: Callable[[int], None] | None = None
) -> LoadCounts:
    """Add these clients; one whose reference is there already gets these values in place of those it had.

    One transaction; other clients stay as they are. Indexes follow the schema. `progress` hears how many clients were
    read so far. Raises SeedError, naming the row and the feature, or another DatabaseError.
    """
    rows = RowFile(copy_lines(schema, clients, progress))
    with begin(engine) as connection:
        lift_statement_timeout(connection)
        connection.execute(
            text('CREATE TEMP TABLE given (client_ref text COLLATE "C" PRIMARY KEY, attributes jsonb) ON COMMIT DROP')
        )
        _copy(connection, "COPY given (client_ref, attributes) FROM STDIN", rows)
        outdated = _client_indexes(connection).keys() - _index_names(schema).keys()
        _drop_indexes(connection, outdated)
        inserted, updated = connection.execute(_UPSERT).one()
        _make_indexes(connection, schema)
        connection.execute(text("ANALYZE clients"))
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


def _client_indexes(connection: Connection) -> dict[str, str]:
    """Return the indexes of features that exist: name → name to use in SQL."""
    found = text(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'clients'::regclass AND NOT indisprimary"
    )
    names = {name.strip('"').rpartition(".")[2]: name for name in connection.execute(found).scalars().all()}
    return {plain: name for plain, name in names.items() if plain.startswith(INDEX_PREFIX)}


def _drop_indexes(connection: Connection, names: Iterable[str]) -> None:
    existing = _client_indexes(connection)
    for name in names:
        connection.execute(text(f"DROP INDEX {existing[name]}"))


def _make_indexes(connection: Connection, schema: FeatureSchema) -> None:
    """Make the indexes that serve ranges, levels and sorting of the schema's features, unless they are there."""
    existing = _client_indexes(connection)
    for name, feature in _index_names(schema).items():
        if name not in existing:
            value = feature_value(feature).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
            connection.execute(text(f"CREATE INDEX {name} ON clients (({value}), client_ref)"))


def _index_names(schema: FeatureSchema) -> dict[str, Feature]:
    """Return index name → feature. A feature whose type changes gets another index."""
    return {
        INDEX_PREFIX
        + hashlib.sha256(f"{feature.name}\0{feature_value(feature).type}".encode()).hexdigest()[:16]: feature
        for feature in schema.features[:MAX_INDEXES]
    }
