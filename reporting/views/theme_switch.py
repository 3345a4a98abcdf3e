"""Light or dark."""

from pathlib import Path

import param
from panel.custom import JSComponent

from reporting.theme import CSS

_HERE = Path(__file__).parent


class ThemeSwitch(JSComponent):
    """One button; `dark` tells whether the screen is dark. It follows the system until it is pressed."""

    dark = param.Boolean(default=False)
    follow = param.Boolean(default=True, doc="Take the system's preference at the start")
    label = param.String()

    _esm = _HERE / "theme_switch.js"
    _stylesheets = [CSS, (_HERE / "theme_switch.css").read_text()]  # noqa: RUF012 - Panel reads it from the class
