"""The registry of model versions that were put into service."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select, true, update
from sqlalchemy.dialects.postgresql import insert

from contract.messages import ModelRef
from db.engine import begin, connect
from db.tables import ModelRow


class RegisteredModel(NamedTuple):
    """One version, and when it was first put into service."""

    version: str
    name: str
    digest: str
    registered_at: datetime
    active: bool


def register_model(engine: Engine, ref: ModelRef) -> None:
    """Enter a version, unless it is there, and make it the active one. Raises DatabaseError."""
    entry = insert(ModelRow).values(version=ref.version, name=ref.name, digest=ref.digest, active=True)
    with begin(engine) as connection:
        connection.execute(update(ModelRow).where(ModelRow.active).values(active=False))
        connection.execute(entry.on_conflict_do_update(index_elements=[ModelRow.version], set_={"active": true()}))


def registered_models(engine: Engine) -> list[RegisteredModel]:
    """Return every version, newest first. Raises DatabaseError."""
    columns = (ModelRow.version, ModelRow.name, ModelRow.digest, ModelRow.registered_at, ModelRow.active)
    with connect(engine) as connection:
        return [
            RegisteredModel(*row)
            for row in connection.execute(select(*columns).order_by(ModelRow.registered_at.desc()))
        ]
