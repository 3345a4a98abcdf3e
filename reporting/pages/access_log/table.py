"""The table of log entries with its filters: its texts, cells and queries, and the component that shows them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from contract.access import ACCESS_VOCABULARY
from db.access_log_chain import ChainVerification
from db.access_log_reader import AccessLogEntry, EntryFilter
from presentation.business_purposes import business_purpose_text
from presentation.locale import Locale
from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent

LABELS = (
    "title", "actor", "role", "purpose", "outcome", "day", "client", "at", "number", "all", "none", "newest", "older",
    "verify", "export", "waiting",
)  # fmt: skip

COLUMNS = ("number", "at", "actor", "role", "purpose", "outcome", "business_purpose", "client")

MAX_NAME_LENGTH = 128


def table_messages(locale: Locale) -> dict[str, Any]:
    """Return the table's messages, and the choices of its filters as pairs of value and message."""
    return {label: locale.text(f"audit.{label}") for label in LABELS} | {
        "columns": [locale.text(f"audit.{name}") for name in COLUMNS],
        "choices": {field: _choices(field, locale) for field in ACCESS_VOCABULARY},
    }


def rows(entries: Sequence[AccessLogEntry], locale: Locale) -> list[list[str]]:
    """Return the cells of each entry, in the order of the columns."""
    return [
        [
            locale.number(entry.id),
            entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            entry.actor,
            ", ".join(_value_text("role", role, locale) for role in entry.role.split(",")),
            _value_text("purpose", entry.purpose, locale),
            _value_text("outcome", entry.outcome, locale),
            business_purpose_text(entry.business_purpose, locale) if entry.business_purpose else "",
            _clients_text(entry, locale),
        ]
        for entry in entries
    ]


def _clients_text(entry: AccessLogEntry, locale: Locale) -> str:
    """Return the client, or of a list, how many were on it and by which features it was chosen or sorted."""
    if entry.row_count is None:
        return entry.client_ref
    count = locale.text("audit.clients", count=entry.row_count)
    return f"{count} ({', '.join(entry.features)})" if entry.features else count


def chain_text(chain: ChainVerification | None, locale: Locale) -> tuple[str, str]:
    """Return the result of the verification, and the head hash to store; None: the log could not be verified."""
    if chain is None:
        return locale.text("audit.chain_unknown"), ""
    if not chain.intact:
        return locale.text("audit.chain_altered", number=locale.number(chain.first_invalid or 0)), ""
    count = locale.number(chain.entries)
    return locale.text("audit.chain_intact", count=count), chain.head


def filter_from_message(message: Mapping[str, Any]) -> EntryFilter:
    """Return the filters that the browser sends; a value outside the vocabulary filters nothing."""
    actor, day = (str(message.get(name) or "") for name in ("actor", "day"))
    role, purpose, outcome = (_known(field, message.get(field)) for field in ACCESS_VOCABULARY)
    since = _moment(day)
    return EntryFilter(
        actor=actor.strip()[:MAX_NAME_LENGTH],
        role=role,
        purpose=purpose,
        outcome=outcome,
        since=since,
        until=since and since + timedelta(days=1),
    )


def _moment(day: str) -> datetime | None:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _known(field: str, value: object) -> str:
    return str(value) if value in ACCESS_VOCABULARY[field] else ""


def _choices(field: str, locale: Locale) -> list[list[str]]:
    found = [[str(value), locale.text(f"{field}.{value}")] for value in ACCESS_VOCABULARY[field]]
    return sorted(found, key=lambda choice: choice[1].casefold())


def _value_text(field: str, value: str, locale: Locale) -> str:
    """Return the message for a value; one that an earlier version wrote has none and is shown unchanged."""
    return locale.text(f"{field}.{value}") if value in ACCESS_VOCABULARY[field] else value


class AccessLogTable(JSComponent):
    """Sends {type: filter|older|newest|verify|export, actor, role, purpose, outcome, day}."""

    messages = param.Dict(default={}, doc="see `reporting.pages.access_log.table`")
    table_data = param.Dict(
        default={}, doc="rows, busy, first: whether these are the newest, last: whether there are no older"
    )
    status = param.String()

    _esm = _HERE / "table.js"
    _stylesheets = [CSS, (_HERE / "table.css").read_text()]  # noqa: RUF012 - Panel reads it from the class

    def __init__(self, on_action: Callable[[Mapping[str, Any]], None], **params: Any) -> None:
        super().__init__(**params)
        self.on_msg(lambda event: on_action(event.data))

    def download(self, content: str, file: str) -> None:
        """Have the browser save a file."""
        self._send_msg({"type": "save", "content": content, "file": file})
