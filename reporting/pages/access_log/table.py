"""The table of log entries with its filters: its texts, cells and queries, and the component that shows them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from db.access_log import ChainVerification
from db.access_log_reader import AccessLogEntry, EntryFilter
from presentation.locale import Locale
from presentation.wording import WORDS
from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent

LABELS = (
    "title", "who", "role", "purpose", "outcome", "day", "client", "at", "number", "all", "none", "newest", "older",
    "verify", "export", "waiting",
)  # fmt: skip

COLUMNS = ("number", "at", "who", "role", "purpose", "outcome", "client")

MAX_NAME_LENGTH = 128


def table_messages(locale: Locale) -> dict[str, Any]:
    """Return what the table says, and the choices of its filters as pairs of value and word."""
    return {label: locale.text(f"audit.{label}") for label in LABELS} | {
        "columns": [locale.text(f"audit.{name}") for name in COLUMNS],
        "purposes": _choices("purpose.", locale),
        "outcomes": _choices("outcome.", locale),
    }


def rows(entries: Sequence[AccessLogEntry], locale: Locale) -> list[list[str]]:
    """Return the cells of each entry, in the order of the columns."""
    return [
        [
            locale.number(entry.id),
            entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            entry.who,
            entry.role.replace(",", ", "),
            _value_text("purpose", entry.purpose, locale),
            _value_text("outcome", entry.outcome, locale),
            entry.client_ref,
        ]
        for entry in entries
    ]


def chain_text(chain: ChainVerification | None, locale: Locale) -> tuple[str, str]:
    """Return a sentence on the chain, and the head to be kept; None: it could not be checked."""
    if chain is None:
        return locale.text("audit.chain_unknown"), ""
    if not chain.intact:
        return locale.text("audit.chain_broken", number=locale.number(chain.first_invalid or 0)), ""
    count = locale.number(chain.entries)
    return locale.text("audit.chain_sound", count=count), chain.head


def filter_from_message(message: Mapping[str, Any]) -> EntryFilter:
    """Return what the filters of the browser ask for; what is no such thing chooses nothing away."""
    who, purpose, outcome, day = (str(message.get(name) or "") for name in ("who", "purpose", "outcome", "day"))
    since = _moment(day)
    return EntryFilter(
        who=who.strip()[:MAX_NAME_LENGTH],
        purpose=purpose if f"purpose.{purpose}" in WORDS else "",
        outcome=outcome if f"outcome.{outcome}" in WORDS else "",
        since=since,
        until=since and since + timedelta(days=1),
    )


def _moment(day: str) -> datetime | None:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _choices(family: str, locale: Locale) -> list[list[str]]:
    found = [[key.removeprefix(family), locale.text(key)] for key in WORDS if key.startswith(family)]
    return sorted(found, key=lambda choice: choice[1].casefold())


def _value_text(family: str, value: str, locale: Locale) -> str:
    """Return the word for it; what another program wrote has none and stands as it is."""
    return locale.text(f"{family}.{value}") if f"{family}.{value}" in WORDS else value


class AccessLogTable(JSComponent):
    """Sends {type: filter|older|newest|verify|export, who, purpose, outcome, day}."""

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
