"""The tables that are kept. Nothing here can hold a score or an explanation."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Integer, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of the tables; datetimes are with time zone, texts unbounded."""

    type_annotation_map = {  # noqa: RUF012
        datetime: TIMESTAMP(timezone=True),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[str]: ARRAY(Text),
    }


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
    actor: Mapped[str]
    data: Mapped[str] = mapped_column(server_default=text("''"))
    data_digest: Mapped[str] = mapped_column(server_default=text("''"))
    result: Mapped[str] = mapped_column(server_default=text("''"))


class AccessLogRow(Base):
    """Who did what, in which role, with whom, when, and how it ended.

    `id`, `at`, `login` and the hashes are the database's.
    """

    __tablename__ = "access_log"
    __table_args__ = (
        CheckConstraint("outcome ~ '^[a-z][a-z_]{0,31}$'", name="access_log_outcome"),
        CheckConstraint("role ~ '^([a-z][a-z_,]{0,63})?$'", name="access_log_role"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    client_ref: Mapped[str]
    purpose: Mapped[str]
    outcome: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]
    role: Mapped[str] = mapped_column(server_default=text("''"))
    """Empty only in entries from before there were roles."""
    login: Mapped[str] = mapped_column(server_default=text("''"))
    """The database's user whose program wrote the entry; empty only in entries from before it was kept."""
    request_id: Mapped[str] = mapped_column(server_default=text("''"))
    address: Mapped[str] = mapped_column(server_default=text("''"))
    """Keyed hash of the network address that the request came from."""
    business_purpose: Mapped[str] = mapped_column(server_default=text("''"))
    """For what the bank needed the client's file, as the advisor said."""
    model_version: Mapped[str] = mapped_column(server_default=text("''"))
    model_digest: Mapped[str] = mapped_column(server_default=text("''"))
    features: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Of a list: names of the features by which clients were chosen or sorted. Never their values."""
    row_count: Mapped[int | None] = mapped_column(Integer)
    shown: Mapped[str] = mapped_column(server_default=text("''"))
    """Of a list: keyed hashes of the references that were on it."""


class AccessLogWordRow(Base):
    """A word that an entry may have as its `field`: role, purpose or outcome. `migrate` adds those of the program."""

    __tablename__ = "access_log_words"

    field: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)


access_log_writer = Table("access_log_writer", Base.metadata)
"""Without columns: a writer of an entry locks it, which only the trigger of the access log may."""


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
