"""Clients that were stored for another schema, brought to this one as far as that needs no new data."""

from typing import NamedTuple

from sqlalchemy import Connection, Engine, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Text

from contract.schema import FeatureSchema, FeatureType
from db.client_fit import MAX_NAMES
from db.client_indexes import drop_outdated_indexes, make_indexes
from db.engine import begin, lift_statement_timeout
from db.errors import ClientMigrationError
from db.tables import ClientRow


class ClientMigration(NamedTuple):
    """What was changed."""

    changed: int
    """Clients that got or lost a field."""
    added: tuple[str, ...]
    """Features that some client had no field for, and that may be missing."""
    unknown: tuple[str, ...]
    """Fields that are no feature of the schema: dropped if that was asked for."""


def migrate_clients(engine: Engine, schema: FeatureSchema, *, drop_unknown: bool) -> ClientMigration:
    """Give every client each field that may be missing, drop fields that are no feature if asked, and make the indexes.

    One transaction. Raises ClientMigrationError when a feature is stored as another type: numbers and levels are not
    turned into each other. Fields that the model needs and a client lacks stay as they are: `client_fit` names them.
    Raises another DatabaseError.
    """
    with begin(engine) as connection:
        lift_statement_timeout(connection)
        connection.execute(text("LOCK TABLE clients IN SHARE ROW EXCLUSIVE MODE"))
        _check_types(connection, schema)
        stored = set(
            connection.execute(select(func.jsonb_object_keys(ClientRow.attributes)).distinct()).scalars().all()
        )
        unknown = tuple(sorted(stored - schema.by_name.keys()))
        optional = [feature.name for feature in schema if feature.missing_allowed or not feature.in_model]
        added = _absent(connection, optional)
        drop_outdated_indexes(connection, schema)
        changed = connection.execute(
            _MIGRATE, {"nulls": dict.fromkeys(added), "names": list(added), "dropped": unknown if drop_unknown else ()}
        ).rowcount
        make_indexes(connection, schema)
    return ClientMigration(changed, added, unknown)


_MIGRATE = text("""
    UPDATE clients SET attributes = (:nulls || attributes) - :dropped, updated_at = now()
    WHERE NOT attributes ?& :names OR attributes ?| :dropped
""").bindparams(
    bindparam("nulls", type_=JSONB), bindparam("names", type_=ARRAY(Text)), bindparam("dropped", type_=ARRAY(Text))
)


def _check_types(connection: Connection, schema: FeatureSchema) -> None:
    kinds = [
        (feature.name, "string" if feature.type is FeatureType.CATEGORICAL else "number") for feature in schema.features
    ]
    counts = [
        func.count().filter(func.jsonb_typeof(ClientRow.attributes[name]).not_in([kind, "null"]))
        for name, kind in kinds
    ]
    found = connection.execute(select(*counts).select_from(ClientRow)).one()
    differing = [(name, kind, count) for (name, kind), count in zip(kinds, found, strict=True) if count]
    if not differing:
        return
    listed = "; ".join(
        f"{name} is now a {'choice' if kind == 'string' else 'number'}, and {count:,} clients have it otherwise"
        for name, kind, count in differing[:MAX_NAMES]
    )
    more = f"; and {len(differing) - MAX_NAMES} more" if len(differing) > MAX_NAMES else ""
    raise ClientMigrationError(
        f"{listed}{more}: load the clients again with `neoscore db load FILE`; nothing was changed"
    )


def _absent(connection: Connection, names: list[str]) -> tuple[str, ...]:
    """Return which of the fields some client has not."""
    if not names:
        return ()
    conditions = [func.bool_and(ClientRow.attributes.has_key(name)) for name in names]
    everywhere = connection.execute(select(*conditions).select_from(ClientRow)).one()
    return tuple(name for name, present in zip(names, everywhere, strict=True) if present is False)
