"""The page itself: its language, its title, and announcements for screen readers."""

from pathlib import Path

import param
from panel.custom import JSComponent

from reporting.theme import CSS


class DocumentSettings(JSComponent):
    """Sets `<html lang>` and the title in the browser; `announcement` is read out when it changes."""

    language = param.String(default="fr")
    heading = param.String()
    announcement = param.String()

    _esm = Path(__file__).parent / "document.js"
    _stylesheets = [CSS]  # noqa: RUF012
