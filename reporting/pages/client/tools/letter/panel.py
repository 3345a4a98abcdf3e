"""The card's controls: the sheet's language, preview, print, download."""

from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from contract.schema import Language
from presentation.wording import say
from reporting.widgets.theme import CSS

_HERE = Path(__file__).parent


class LetterPanel(JSComponent):
    """Sends {type: preview|print|download, language}; takes the messages that `deliver`, `fail` and `wipe` make.

    The letter itself only ever travels in messages, never in a property: the browser keeps properties.
    """

    words = param.Dict(default={})
    language = param.Selector(default="fr", objects=["fr", "en"], doc="the sheet's, not the screen's")

    _esm = _HERE / "panel.js"
    _stylesheets = [CSS, (_HERE / "panel.css").read_text()]  # noqa: RUF012 - Panel reads it from the class

    def show(self, language: Language) -> None:
        """Speak this language."""
        self.words = {
            "language": say(language, "letter.language"),
            "preview": say(language, "letter.preview"),
            "print": say(language, "letter.print"),
            "download": say(language, "letter.download"),
            "close": say(language, "letter.close"),
            "waiting": say(language, "letter.waiting"),
            "downloaded": say(language, "letter.downloaded"),
            "title": say(language, "letter.card"),
        }

    def deliver(self, kind: str, content: str | bytes, file: str) -> None:
        """Hand the letter to the browser: HTML to preview or print, or a PDF file to save under this name."""
        self._send_msg({"type": kind, "content": content, "file": file})

    def fail(self, words: str) -> None:
        """Say why there is no letter."""
        self._send_msg({"type": "fail", "words": words})

    def wipe(self) -> None:
        """Take the letter off the screen and out of the page."""
        self._send_msg({"type": "wipe"})

    def on_ask(self, call: Any) -> None:
        """Call with each message of the browser."""
        self.on_msg(lambda event: call(event.data))
