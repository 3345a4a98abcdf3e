"""The five tables that are kept. Nothing here can hold a score or an explanation."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of the tables; datetimes are with time zone, texts unbounded."""

    type_annotation_map = {datetime: TIMESTAMP(timezone=True), str: Text(), dict[str, Any]: JSONB()}  # noqa: RUF012


class ClientRow(Base):
    """One client of the bank: pseudonymised reference data."""

    __tablename__ = "clients"

    # The C collation makes the primary key serve prefix searches, and sorts the same everywhere.
    client_ref: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    attributes: Mapped[dict[str, Any]]
    """Feature name → number, string or null: any feature schema fits."""
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ModelRow(Base):
    """One model version."""

    __tablename__ = "models"

    version: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[str]
    registered_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ModelEventRow(Base):
    """One training, import or activation of a version. The active version is the one that was activated last."""

    __tablename__ = "model_events"
    __table_args__ = (
        CheckConstraint("kind IN ('trained', 'imported', 'found', 'activated')", name="model_events_kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    version: Mapped[str] = mapped_column(ForeignKey("models.version"))
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    who: Mapped[str]
    data: Mapped[str] = mapped_column(server_default=text("''"))
    data_digest: Mapped[str] = mapped_column(server_default=text("''"))
    result: Mapped[str] = mapped_column(server_default=text("''"))


class AccessLogRow(Base):
    """Who did what, in which role, with whom, when, and how it ended. `id`, `at` and the hashes are the database's."""

    __tablename__ = "access_log"
    __table_args__ = (
        CheckConstraint("outcome ~ '^[a-z][a-z_]{0,31}$'", name="access_log_outcome"),
        CheckConstraint("role ~ '^([a-z][a-z_,]{0,63})?$'", name="access_log_role"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    who: Mapped[str]
    client_ref: Mapped[str]
    purpose: Mapped[str]
    outcome: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]
    role: Mapped[str] = mapped_column(server_default=text("''"))
    """Empty only in entries from before there were roles."""


class BatchRow(Base):
    """One portfolio run: counts and times."""

    __tablename__ = "batches"
    __table_args__ = (CheckConstraint("status IN ('running', 'finished', 'aborted')", name="batches_status"),)

    batch_id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    requested: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    scored: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    rejected: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    expired: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    failed: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    status: Mapped[str] = mapped_column(server_default=text("'running'"))
