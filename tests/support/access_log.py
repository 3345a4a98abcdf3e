"""Reading the access log as an auditor does."""

from db.access_log_reader import AccessLogEntry, EntryFilter, stream_entries
from db.engine import open_engine


def access_log_entries(database_url: str, **criteria: str) -> list[AccessLogEntry]:
    """Return the entries with these values of `actor`, `purpose`, `client_ref`…, oldest first."""
    engine = open_engine(database_url)
    try:
        return list(stream_entries(engine, EntryFilter(**criteria)))
    finally:
        engine.dispose()
