"""How far a run is."""

from pathlib import Path

import param
from panel.custom import JSComponent

from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent


class ProgressBar(JSComponent):
    """A bar with words under it; `share` is done of 1, or -1 while nothing can be told."""

    share = param.Number(default=-1)
    label = param.String()
    text = param.String()

    _esm = _HERE / "progress_bar.js"
    _stylesheets = [CSS, (_HERE / "progress_bar.css").read_text()]  # noqa: RUF012 - Panel reads it from the class
