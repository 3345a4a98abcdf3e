"""The page itself: its language, its title, announcements for screen readers, and its end."""

from pathlib import Path

import param
from panel.custom import JSComponent

from reporting.theme import CSS


class DocumentSettings(JSComponent):
    """Sets `<html lang>` and the title in the browser; `announcement` is read out when it changes.

    `leave` has the browser go away, and says why. By itself it goes when nobody has touched anything for
    `idle_seconds`, so also when the connection is broken and the server cannot tell it to.
    """

    language = param.String(default="fr")
    heading = param.String()
    announcement = param.String()
    leave = param.Selector(default="", objects=["", "idle", "out"])
    idle_seconds = param.Number(default=0, doc="0: never")

    _esm = Path(__file__).parent / "document.js"
    _stylesheets = [CSS]  # noqa: RUF012
