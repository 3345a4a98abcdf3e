"""How long the result stays on the screen."""

from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from contract.schema import Language
from presentation.wording import say
from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent


class Countdown(JSComponent):
    """Counts `seconds` down; wipes the page when the server is silent after the end."""

    seconds = param.Number(default=0)
    text = param.String()
    lost = param.String()
    reload = param.String()

    _esm = _HERE / "countdown.js"
    _stylesheets = [CSS, ":host { font-size: 13px; white-space: nowrap; }"]  # noqa: RUF012


def countdown(seconds: float, language: Language) -> Any:
    """Return a countdown in the language."""
    return Countdown(
        seconds=seconds,
        text=say(language, "result.forgotten_in", time="{time}"),
        lost=say(language, "result.lost"),
        reload=say(language, "result.reload"),
        margin=0,
        align="center",
    )
