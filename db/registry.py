"""The registry of models: each version, and what was done with it when, by whom, from what data, with which result."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Engine, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from contract.messages import ModelRef
from db.engine import begin, connect
from db.tables import ModelEventRow, ModelRow


class ModelEventKind(StrEnum):
    """What was done with a model."""

    TRAINED = "trained"
    IMPORTED = "imported"
    FOUND = "found"
    """A version that was made without a database was first seen in the models folder."""
    ACTIVATED = "activated"


class ModelEvent(NamedTuple):
    """One event. `data` is a name, `data_digest` its SHA-256; both are empty if unknown, as for an activation."""

    version: str
    kind: ModelEventKind
    at: datetime
    actor: str
    data: str
    data_digest: str
    result: str


class RegisteredModel(NamedTuple):
    """One version, how it came to be, and whether it is the one that was activated last."""

    version: str
    name: str
    digest: str
    made: ModelEvent | None
    active: bool


def record_model_event(
    engine: Engine,
    ref: ModelRef,
    kind: ModelEventKind,
    actor: str,
    *,
    data: str = "",
    data_digest: str = "",
    result: str = "",
) -> None:
    """Enter an event, and the version if it is new. Raises DatabaseError."""
    version = upsert(ModelRow).values(version=ref.version, name=ref.name, digest=ref.digest).on_conflict_do_nothing()
    event = insert(ModelEventRow).values(
        version=ref.version, kind=kind, actor=actor, data=data, data_digest=data_digest, result=result
    )
    with begin(engine) as connection:
        connection.execute(version)
        connection.execute(event)


def model_events(engine: Engine, version: str | None = None) -> list[ModelEvent]:
    """Return the events of one version or of all, oldest first. Raises DatabaseError."""
    row = ModelEventRow
    statement = select(row.version, row.kind, row.at, row.actor, row.data, row.data_digest, row.result).order_by(row.id)
    if version is not None:
        statement = statement.where(row.version == version)
    with connect(engine) as connection:
        rows: list[Any] = list(connection.execute(statement))
    return [ModelEvent(version, ModelEventKind(kind), *rest) for version, kind, *rest in rows]


def registered_models(engine: Engine) -> list[RegisteredModel]:
    """Return every version, newest first. Raises DatabaseError."""
    events = model_events(engine)
    made: dict[str, ModelEvent] = {}
    for event in events:
        if event.kind is not ModelEventKind.ACTIVATED:
            made.setdefault(event.version, event)
    active = next((event.version for event in reversed(events) if event.kind is ModelEventKind.ACTIVATED), None)
    columns = (ModelRow.version, ModelRow.name, ModelRow.digest)
    newest_first = ModelRow.registered_at.desc(), ModelRow.version
    with connect(engine) as connection:
        return [
            RegisteredModel(version, name, digest, made.get(version), version == active)
            for version, name, digest in connection.execute(select(*columns).order_by(*newest_first))
        ]
