"""Access log entries as CSV and JSON Lines. No I/O."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from contract.csv_escape import escape_formula
from db.access_log_chain import iso_timestamp
from db.access_log_reader import COLUMNS, AccessLogEntry


def csv_lines(entries: Iterable[AccessLogEntry]) -> Iterator[str]:
    """Yield a heading and one line an entry, RFC 4180. What a spreadsheet would compute has an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([escape_formula(_cell(field)) for field in _fields(entry).values()])
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()  # the heading, when there was no entry


def json_lines(entries: Iterable[AccessLogEntry]) -> Iterator[str]:
    """Yield one JSON object an entry, its fields exactly as they are in the log."""
    for entry in entries:
        yield msgspec.json.encode(_fields(entry)).decode() + "\n"


def _cell(field: object) -> str:
    if isinstance(field, list | tuple):
        return ", ".join(field)
    return "" if field is None else str(field)


def _fields(entry: AccessLogEntry) -> dict[str, Any]:
    at = iso_timestamp(entry.at)
    return {name: at if name == "at" else getattr(entry, name) for name in COLUMNS}
