"""Verifying the access log: each entry is linked to the one before it by its SHA-256."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine, Row, select

from db.engine import connect, lift_statement_timeout
from db.tables import AccessLogRow

GENESIS = "0" * 64
"""`previous_hash` of the first entry."""


@dataclass(frozen=True)
class ChainVerification:
    """Result of reading the whole log."""

    entries: int
    head: str
    """Hash of the newest entry. Stored elsewhere, it later proves that no entry up to this one was removed or changed.

    It proves nothing about entries written after it: they can be removed unnoticed until the next head is stored.
    """
    first_invalid: int | None = None
    """Number of the first entry that is not linked to the one before it; None when all are."""
    newest_at: datetime | None = None
    """When the newest entry was written; None in an empty log."""
    known_heads: Mapping[str, int] = field(default_factory=dict)
    """Stored head → number of the entry that has this hash. A stored head that is missing here is in no entry."""

    @property
    def intact(self) -> bool:
        """Whether every entry is linked to the one before it."""
        return self.first_invalid is None


def verify_chain(engine: Engine, known_heads: Collection[str] = ()) -> ChainVerification:
    """Compute every hash of the log again, look for heads that were stored, and return what was found.

    Raises DatabaseError.
    """
    with connect(engine) as connection:
        lift_statement_timeout(connection)
        statement = select(AccessLogRow.__table__).order_by(AccessLogRow.id).execution_options(yield_per=1000)
        return verify_entries(connection.execute(statement), known_heads)


def verify_entries(entries: Iterable[Row[tuple[object, ...]]], known_heads: Collection[str] = ()) -> ChainVerification:
    """Check entries in the order of their numbers. They have the attributes of AccessLogRow."""
    count, head, newest_at = 0, GENESIS, None
    found = {GENESIS: 0} if GENESIS in known_heads else {}
    for entry in entries:
        count += 1
        if entry.id != count or entry.previous_hash != head or entry.hash != entry_hash(entry):
            return ChainVerification(count, head, count, newest_at, found)
        head, newest_at = entry.hash, entry.at
        if head in known_heads:
            found[head] = count
    return ChainVerification(count, head, None, newest_at, found)


def entry_hash(entry: Row[tuple[object, ...]]) -> str:
    """Return the SHA-256 of an entry: each field as UTF-8, after its length in bytes and a colon.

    An entry from before there were roles has none, and its hash covers seven fields; one from before the login was
    kept, eight.
    """
    at = iso_timestamp(entry.at)
    role = (entry.role,) if entry.role else ()
    what = (entry.client_ref, entry.purpose, entry.outcome)
    fields = (entry.previous_hash, str(entry.id), at, entry.actor, *role, *what, *_origin(entry))
    encoded = (field.encode() for field in fields)
    return hashlib.sha256(b"".join(b"%d:%s" % (len(field), field) for field in encoded)).hexdigest()


def _origin(entry: Row[tuple[object, ...]]) -> tuple[str, ...]:
    if not entry.login:
        return ()
    count = "" if entry.row_count is None else str(entry.row_count)
    return (
        *(entry.login, entry.request_id, entry.address, entry.business_purpose),
        *(entry.model_version, entry.model_digest, count, entry.shown, str(len(entry.features)), *entry.features),
    )


def iso_timestamp(at: datetime) -> str:
    """Return a moment as the hashes cover it: UTC, to the microsecond, ISO 8601."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
