"""The indexes of the clients' features: they follow the schema of the model."""

import hashlib

from sqlalchemy import Connection, text

from contract.schema import Feature, FeatureSchema
from db.queries import feature_value

INDEX_PREFIX = "clients_by_"

MAX_INDEXES = 64
"""Features beyond the first 64 of a schema are searched by reading every client: 0.2 s for 300,000 of them."""


def drop_all_indexes(connection: Connection) -> None:
    """Drop them all: loading is faster without."""
    for index in _existing(connection).values():
        connection.execute(text(f"DROP INDEX {index}"))


def drop_outdated_indexes(connection: Connection, schema: FeatureSchema) -> None:
    """Drop the indexes of features that the schema does not have, or has as another type."""
    wanted = _wanted(schema)
    for name, index in _existing(connection).items():
        if name not in wanted:
            connection.execute(text(f"DROP INDEX {index}"))


def make_indexes(connection: Connection, schema: FeatureSchema) -> None:
    """Make the indexes that serve ranges, levels and sorting of the schema's features, unless they are there."""
    existing = _existing(connection)
    for name, feature in _wanted(schema).items():
        if name not in existing:
            value = feature_value(feature).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
            connection.execute(text(f"CREATE INDEX {name} ON clients (({value}), client_ref)"))
    connection.execute(text("ANALYZE clients"))


def _existing(connection: Connection) -> dict[str, str]:
    """Return the indexes of features that exist: name → name to use in SQL."""
    found = text(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'clients'::regclass AND NOT indisprimary"
    )
    names = {name.strip('"').rpartition(".")[2]: name for name in connection.execute(found).scalars().all()}
    return {plain: name for plain, name in names.items() if plain.startswith(INDEX_PREFIX)}


def _wanted(schema: FeatureSchema) -> dict[str, Feature]:
    """Return index name → feature. A feature whose type changes gets another index."""
    return {
        INDEX_PREFIX
        + hashlib.sha256(f"{feature.name}\0{feature_value(feature).type}".encode()).hexdigest()[:16]: feature
        for feature in schema.features[:MAX_INDEXES]
    }
