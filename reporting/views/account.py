"""Who is signed in, and the way out."""

from pathlib import Path

import param
from panel.custom import JSComponent

from reporting.theme import CSS

_HERE = Path(__file__).parent


class Account(JSComponent):
    """A name and a button. Signing out is a form, so that it also works while the connection is broken."""

    shown_name = param.String()
    label = param.String()

    _esm = _HERE / "account.js"
    _stylesheets = [CSS, (_HERE / "account.css").read_text()]  # noqa: RUF012 - Panel reads it from the class
