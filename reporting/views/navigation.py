"""From page to page."""

from pathlib import Path

import param
from panel.custom import JSComponent

from reporting.theme import CSS

_HERE = Path(__file__).parent


class Navigation(JSComponent):
    """A bar with a button for each page; `current` is the name of the one that is open."""

    pages = param.List(default=[], doc="[name, label] of each page, in order")
    current = param.String()
    label = param.String()

    _esm = _HERE / "navigation.js"
    _stylesheets = [CSS, (_HERE / "navigation.css").read_text()]  # noqa: RUF012 - Panel reads it from the class
