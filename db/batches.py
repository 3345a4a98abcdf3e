"""The log of portfolio runs: counts and times, never the clients or their results."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert

from db.engine import begin, connect
from db.errors import BatchError
from db.tables import BatchRow

FinalStatus: TypeAlias = Literal["finished", "aborted"]


@dataclass(frozen=True)
class BatchCounts:
    """Requests of a run by outcome."""

    scored: int = 0
    rejected: int = 0
    expired: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Batch:
    """One logged run; `finished_at` is None while it runs."""

    batch_id: str
    started_at: datetime
    finished_at: datetime | None
    requested: int
    scored: int
    rejected: int
    expired: int
    failed: int
    status: str


def open_batch(engine: Engine, batch_id: str, requested: int) -> None:
    """Record a run that begins now. Raises BatchError if the batch exists already, or another DatabaseError."""
    statement = insert(BatchRow).values(batch_id=batch_id, requested=requested).on_conflict_do_nothing()
    with begin(engine) as connection:
        if connection.execute(statement).rowcount == 0:
            raise BatchError(f"batch {batch_id[:64]!r} already exists")


def close_batch(
    engine: Engine, batch_id: str, counts: BatchCounts, status: FinalStatus = "finished", requested: int | None = None
) -> None:
    """Record how a run ended, once. `requested` corrects the number that was expected when it began.

    Raises BatchError if no such run is running, or another DatabaseError.
    """
    values = {**vars(counts), "status": status, "finished_at": func.now()}
    if requested is not None:
        values["requested"] = requested
    statement = update(BatchRow).where(BatchRow.batch_id == batch_id, BatchRow.finished_at.is_(None)).values(values)
    with begin(engine) as connection:
        if connection.execute(statement).rowcount == 0:
            raise BatchError(f"no running batch {batch_id[:64]!r}")


def recent_batches(engine: Engine, limit: int = 20) -> list[Batch]:
    """Return the latest runs, newest first. Raises DatabaseError."""
    statement = select(BatchRow.__table__).order_by(BatchRow.started_at.desc(), BatchRow.batch_id).limit(limit)
    with connect(engine) as connection:
        return [Batch(**row) for row in connection.execute(statement).mappings()]
