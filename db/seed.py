"""Loading the bank's clients: all of them at once, or none."""

import hashlib
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, text

from contract.coercion import level_text
from contract.schema import Feature, FeatureSchema, FeatureType
from db.engine import begin, lift_statement_timeout
from db.errors import SeedError
from db.queries import feature_value

INDEX_PREFIX = "clients_by_"

MAX_INDEXES = 64
"""Features beyond the first 64 of a schema are searched by reading every client: 0.2 s for 300,000 of them."""

PROGRESS_ROWS = 1_000
"""Often enough for a smooth bar, rare enough to cost nothing."""


def seed_clients(
    engine: Engine,
    schema: FeatureSchema,
    clients: Iterable[tuple[str, Mapping[str, Any]]],
    progress: Callable[[int], None] | None = None,
) -> int:
    """Replace all clients by these (client_ref, feature name → value) and return how many they are.

    One transaction: searches wait for its end, and when it fails the clients before it are still there. Indexes for
    the schema's features are made anew. Features absent from a client count as missing. `progress` hears how many
    clients were read so far. Raises SeedError, naming the row and the feature, or another DatabaseError.
    """
    rows = _RowFile(_copy_lines(schema, clients, progress))
    with begin(engine) as connection:
        lift_statement_timeout(connection)
        _drop_indexes(connection)
        connection.execute(text("TRUNCATE clients"))
        _copy(connection, rows)
        for feature in schema.features[:MAX_INDEXES]:
            connection.execute(text(_index_ddl(connection, feature)))
        connection.execute(text("ANALYZE clients"))
    return rows.count


def _copy(connection: Connection, rows: "_RowFile") -> None:
    cursor = connection.connection.cursor()
    try:
        # FREEZE spares the next readers the work of marking fresh rows as visible.
        cursor.copy_expert("COPY clients (client_ref, attributes) FROM STDIN (FREEZE)", rows)
    except Exception as error:
        if rows.error is not None:
            raise rows.error from None
        if getattr(error, "pgcode", None) == "23505":
            raise SeedError("two clients have the same reference; nothing was changed") from None
        raise
    finally:
        cursor.close()


def _drop_indexes(connection: Connection) -> None:
    found = text(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'clients'::regclass AND NOT indisprimary"
    )
    for name in connection.execute(found).scalars().all():
        if name.strip('"').rpartition(".")[2].startswith(INDEX_PREFIX):
            connection.execute(text(f"DROP INDEX {name}"))


def _index_ddl(connection: Connection, feature: Feature) -> str:
    """Return the DDL of the index that serves ranges, levels and sorting of one feature."""
    value = feature_value(feature).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    name = INDEX_PREFIX + hashlib.sha256(feature.name.encode()).hexdigest()[:16]
    return f"CREATE INDEX {name} ON clients (({value}), client_ref)"


def _copy_lines(
    schema: FeatureSchema, clients: Iterable[tuple[str, Mapping[str, Any]]], progress: Callable[[int], None] | None
) -> Iterator[str]:
    """Yield a line of COPY's text format for each client."""
    encode = msgspec.json.Encoder().encode
    row = 0
    for row, (client_ref, values) in enumerate(clients, 1):
        if not 1 <= len(client_ref) <= 128 or not client_ref.isprintable():
            raise SeedError(f"client {row}: a client reference is 1 to 128 printable characters")
        if unknown := values.keys() - schema.by_name.keys():
            raise SeedError(f"client {row}: the schema has no feature {min(unknown)[:64]!r}")
        attributes = {name: _stored(schema[name], value, row) for name, value in values.items()}
        yield f"{client_ref}\t{encode(attributes).decode()}".replace("\\", "\\\\") + "\n"
        if progress and row % PROGRESS_ROWS == 0:
            progress(row)
    if progress:
        progress(row)


def _stored(feature: Feature, value: Any, row: int) -> float | str | None:
    """Return the value as it is stored: a number, a level's text, or None when missing (None, NaN)."""
    if value is None or value != value:
        return None
    if feature.type is FeatureType.CATEGORICAL:
        return _level(feature, value, row)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise SeedError(f"client {row}: {feature.name} is not a number") from None
    if not math.isfinite(number):
        raise SeedError(f"client {row}: {feature.name} is not a finite number")
    return int(number) if number.is_integer() else number


def _level(feature: Feature, value: Any, row: int) -> str:
    level = level_text(value.item() if hasattr(value, "item") else value)
    if not level.isprintable():
        raise SeedError(f"client {row}: the level of {feature.name} has characters that cannot be printed")
    return level


class _RowFile(io.TextIOBase):
    """What COPY reads: lines made while it reads them, so that memory stays flat."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.count = 0
        self.error: Exception | None = None
        """Why the lines ended early; the driver would only tell that reading failed."""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        """Return whole lines of about `size` characters; the driver takes what it gets."""
        taken: list[str] = []
        length, wanted = 0, size if size is not None and size > 0 else io.DEFAULT_BUFFER_SIZE
        try:
            for line in self._lines:
                taken.append(line)
                length += len(line)
                self.count += 1
                if length >= wanted:
                    break
        except Exception as error:
            self.error = error
            raise
        return "".join(taken)
