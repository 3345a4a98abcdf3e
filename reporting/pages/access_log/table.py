"""The table of entries with its filters; what it shows comes in `view`, what the auditor does goes out in messages."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent


class AuditTable(JSComponent):
    """Sends {type: filter|older|newest|verify|export, who, purpose, outcome, day}."""

    words = param.Dict(default={}, doc="see `reporting.pages.access_log.listing`")
    view = param.Dict(
        default={}, doc="rows, busy, first: whether these are the newest, last: whether there are no older"
    )
    status = param.String()

    _esm = _HERE / "table.js"
    _stylesheets = [CSS, (_HERE / "table.css").read_text()]  # noqa: RUF012 - Panel reads it from the class

    def __init__(self, on_action: Callable[[Mapping[str, Any]], None], **params: Any) -> None:
        super().__init__(**params)
        self.on_msg(lambda event: on_action(event.data))

    def deliver(self, content: str, file: str) -> None:
        """Have the browser save a file."""
        self._send_msg({"type": "save", "content": content, "file": file})
