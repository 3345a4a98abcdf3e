"""The bank's clients: finding one, searching many, streaming a portfolio."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
from sqlalchemy import Engine, Select, String, cast, func, literal, select

from contract.schema import FeatureSchema
from db.client_decoder import ClientDecoder
from db.engine import connect
from db.filters import named_features, parse_where
from db.queries import ClientQuery, LevelCriterion, RangeCriterion, conditions, page_statement
from db.tables import ClientRow

__all__ = [
    "Client",
    "ClientQuery",
    "LevelCriterion",
    "RangeCriterion",
    "Selection",
    "count_clients",
    "find_client",
    "sample_clients",
    "search_clients",
    "selection_features",
    "stream_clients",
]

Value: TypeAlias = float | str | None

Selection: TypeAlias = str | ClientQuery | None
"""Which clients: an expression of `db.filters`, what an advisor looks for (its order does not matter), or all."""

COUNT_LIMIT = 10_000
"""Nobody pages through more clients than that; beyond it a page says "more than 10,000" instead of counting on."""


@dataclass(frozen=True)
class Client:
    """One client: pseudonym, and feature name → value as published."""

    client_ref: str
    attributes: Mapping[str, Value]


@dataclass(frozen=True)
class ClientSearchResult:
    """One page of a search. `total` counts every client found; when not `exact`, there are more than that."""

    clients: list[Client]
    total: int
    exact: bool


def find_client(engine: Engine, client_ref: str) -> Client | None:
    """Return the client of this reference, or None. Raises DatabaseError."""
    if "\0" in client_ref:  # PostgreSQL has no text with NUL
        return None
    statement = select(ClientRow.client_ref, ClientRow.attributes).where(ClientRow.client_ref == client_ref)
    with connect(engine) as connection:
        row = connection.execute(statement).one_or_none()
    return Client(*row) if row else None


def search_clients(
    engine: Engine, schema: FeatureSchema, query: ClientQuery, *, offset: int = 0, limit: int = 25
) -> ClientSearchResult:
    """Return `limit` clients from position `offset` of a total order, missing values last.

    Raises FilterError for a feature that the schema does not have, or DatabaseError.
    """
    page = page_statement(schema, query, offset, limit)
    bounded = select(literal(1)).select_from(ClientRow).where(*conditions(schema, query)).limit(COUNT_LIMIT + 1)
    with connect(engine) as connection:
        clients = [Client(*row) for row in connection.execute(page)]
        total = connection.execute(select(func.count()).select_from(bounded.subquery())).scalar_one()
    return ClientSearchResult(clients, min(total, COUNT_LIMIT), total <= COUNT_LIMIT)


def sample_clients(engine: Engine, n: int) -> list[Client]:
    """Return `n` clients drawn at random, fewer when there are fewer. Raises DatabaseError."""
    refs = select(ClientRow.client_ref).order_by(func.random()).limit(n)
    statement = select(ClientRow.client_ref, ClientRow.attributes).where(ClientRow.client_ref.in_(refs))
    with connect(engine) as connection:
        return [Client(*row) for row in connection.execute(statement)]


def selection_features(schema: FeatureSchema, where: Selection) -> tuple[str, ...]:
    """Return the names of what a selection chooses by, `client_ref` among them; no value. Raises FilterError."""
    if isinstance(where, ClientQuery):
        by_ref = ("client_ref",) if where.ref_prefix else ()
        return tuple(dict.fromkeys((*by_ref, *(criterion.feature for criterion in where.criteria))))
    return () if where is None else named_features(where, schema)


def count_clients(engine: Engine, schema: FeatureSchema, where: Selection = None, limit: int | None = None) -> int:
    """Return how many clients `stream_clients` would give. Raises FilterError or DatabaseError."""
    chosen = _selected(schema, where, limit, select(literal(1)).select_from(ClientRow)).subquery()
    with connect(engine) as connection:
        return connection.execute(select(func.count()).select_from(chosen)).scalar_one()


def stream_clients(
    engine: Engine, schema: FeatureSchema, where: Selection = None, limit: int | None = None, rows: int = 1024
) -> Iterator[pa.RecordBatch]:
    """Yield clients in record batches of at most `rows`, ordered by client_ref, as they were when the stream began.

    Columns: `client_ref`, then one per feature of the schema: float64, or string for a choice; null when missing.
    Memory does not grow with the number of clients: the server keeps a cursor. Raises FilterError at once,
    SchemaMismatchError or another DatabaseError on the way.
    """
    # The server's own text of the attributes, decoded here, is twice as fast as a cast per feature in SQL.
    columns = select(ClientRow.client_ref, cast(ClientRow.attributes, String))
    statement = _selected(schema, where, limit, columns.order_by(ClientRow.client_ref))
    return _stream(engine, statement, ClientDecoder(schema), rows)


def _stream(engine: Engine, statement: Select[Any], decoder: ClientDecoder, rows: int) -> Iterator[pa.RecordBatch]:
    with connect(engine) as connection:
        result = connection.execution_options(stream_results=True, max_row_buffer=rows).execute(statement)
        for block in result.partitions(rows):
            yield decoder.decode(block)


def _selected(
    schema: FeatureSchema, where: Selection, limit: int | None, statement: Select[*tuple[Any, ...]]
) -> Select[Any]:
    if isinstance(where, ClientQuery):
        statement = statement.where(*conditions(schema, where))
    elif where is not None:
        statement = statement.where(parse_where(where, schema))
    return statement.limit(limit)
