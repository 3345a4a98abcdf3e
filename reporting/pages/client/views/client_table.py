"""The list of clients: one page of rows, sortable headers, previous and next."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent


class ClientTable(JSComponent):
    """Shows `view` (see `..listing`) and reports what the advisor does: {type: open|sort|page, …}."""

    view = param.Dict(default={})

    _esm = _HERE / "client_table.js"
    _stylesheets = [CSS, (_HERE / "client_table.css").read_text()]  # noqa: RUF012 - Panel reads it from the class

    def __init__(self, on_action: Callable[[Mapping[str, Any]], None], **params: Any) -> None:
        super().__init__(**params)
        self.on_msg(lambda event: on_action(event.data))
