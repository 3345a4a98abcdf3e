"""French or English."""

from pathlib import Path

import param
from panel.custom import JSComponent

from reporting.theme import CSS

_HERE = Path(__file__).parent


class LanguageSwitch(JSComponent):
    """Two buttons, each in its own language; `language` is the one chosen."""

    language = param.Selector(default="fr", objects=["fr", "en"])
    label = param.String()

    _esm = _HERE / "language_switch.js"
    _stylesheets = [CSS, (_HERE / "language_switch.css").read_text()]  # noqa: RUF012 - Panel reads it from the class
