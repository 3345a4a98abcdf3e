"""The letter card: recorded in the access log first, made in memory, cleared with the score."""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from contract.access import AccessOutcome, Purpose
from contract.bundle import Bundle
from contract.messages import Scored
from contract.schema import LANGUAGES, Language
from db.clients import Client
from presentation.wording import say
from reporting.backend.scheduling import Later
from reporting.backend.services import Services
from reporting.pages.base import Announce
from reporting.pages.client.tools.counterfactual import Counterfactual
from reporting.pages.client.tools.letter import ClientLetter, Sender, compose_letter
from reporting.pages.client.tools.letter_render import letter_html, letter_pdf
from reporting.problems import Problem
from reporting.widgets.components import card, html, problem_text
from reporting.widgets.theme import CSS, Look

_HERE = Path(__file__).parent


class LetterControls(JSComponent):
    """Sends {type: preview|print|download, language}; receives the messages of `send_letter`, `show_error` and `clear`.

    The letter itself only ever travels in messages, never in a property: the browser keeps properties.
    """

    messages = param.Dict(default={})
    language = param.Selector(default="fr", objects=["fr", "en"], doc="the letter's, not the screen's")

    _esm = _HERE / "letter.js"
    _stylesheets = [CSS, (_HERE / "letter.css").read_text()]  # noqa: RUF012 - Panel reads it from the class

    def set_language(self, language: Language) -> None:
        """Speak this language."""
        self.messages = {
            "language": say(language, "letter.language"),
            "preview": say(language, "letter.preview"),
            "print": say(language, "letter.print"),
            "download": say(language, "letter.download"),
            "close": say(language, "letter.close"),
            "waiting": say(language, "letter.waiting"),
            "downloaded": say(language, "letter.downloaded"),
            "title": say(language, "letter.card"),
        }

    def send_letter(self, kind: str, content: str | bytes, file: str) -> None:
        """Hand the letter to the browser: HTML to preview or print, or a PDF file to save under this name."""
        self._send_msg({"type": kind, "content": content, "file": file})

    def show_error(self, message: str) -> None:
        """Say why there is no letter."""
        self._send_msg({"type": "error", "message": message})

    def clear(self) -> None:
        """Take the letter off the screen and out of the page."""
        self._send_msg({"type": "clear"})

    def on_request(self, call: Any) -> None:
        """Call with each message of the browser."""
        self.on_msg(lambda event: call(event.data))


OUTCOMES = {"preview": AccessOutcome.PREVIEWED, "print": AccessOutcome.PRINTED, "download": AccessOutcome.DOWNLOADED}
"""What the access log says of each way to hand the letter out."""


class LetterCard:
    """One session's letter. `counterfactual` returns the change that would lower the risk, None if it is unknown."""

    def __init__(
        self,
        services: Services,
        bundle: Bundle,
        later: Later,
        announce: Announce,
        counterfactual: Callable[[], Counterfactual | None] = lambda: None,
    ) -> None:
        del announce  # the card has a status line of its own
        self._services, self._bundle, self._later, self._counterfactual = services, bundle, later, counterfactual
        self._scored: Scored | None = None
        self._look = Look()
        self._heading = html("")
        self._controls = LetterControls(sizing_mode="stretch_width", margin=(12, 0, 0, 0))
        # A message of our own component arrives without the document's lock.
        self._controls.on_request(lambda message: later.soon(partial(self._on_request, message)))
        self.panel = card(self._heading, self._controls)

    def show(self, client: Client, scored: Scored, look: Look) -> None:
        """Offer the letter about this score, in the screen's language until the advisor takes the other."""
        del client  # the letter says nothing that the score does not
        if scored is not self._scored:
            self._controls.language = look.language
        self._scored, self._look = scored, look
        title, text = (escape(say(look.language, key)) for key in ("letter.card", "letter.card_text"))
        self._heading.object = f"<h2>{title}</h2><p class='muted'>{text}</p>"
        self._controls.set_language(look.language)

    def clear(self) -> None:
        """Forget the score, and take a preview off the screen."""
        self._scored = None
        self._controls.clear()

    def _on_request(self, message: Mapping[str, Any]) -> None:
        kind, scored = message.get("type"), self._scored
        language = next((known for known in LANGUAGES if known == message.get("language")), self._look.language)
        if scored is None or kind not in OUTCOMES:
            return
        config = self._services.config
        sender = Sender(config.bank_name, config.letter_contact)
        letter = compose_letter(scored, self._bundle.schema, self._counterfactual(), sender, language)
        made = self._services.run(partial(self._render, kind, letter, scored))
        self._later.use(made, partial(self._on_rendered, kind, scored, say(language, "letter.file", day=_day(scored))))

    def _render(self, kind: str, letter: ClientLetter, scored: Scored) -> str | bytes | Problem:
        """Return the letter once the access log says that it was handed out; without a record, no letter."""
        content = letter_pdf(letter, scored.scored_at) if kind == "download" else letter_html(letter)
        return self._services.record(scored.client_ref, Purpose.LETTER, OUTCOMES[kind]) or content

    def _on_rendered(self, kind: str, scored: Scored, file: str, outcome: str | bytes | Problem) -> None:
        if scored is not self._scored:
            return  # forgotten meanwhile
        if isinstance(outcome, Problem):
            self._controls.show_error(". ".join(problem_text(outcome, self._look.language)))
            return
        self._controls.send_letter(kind, outcome, file)


def _day(scored: Scored) -> str:
    return scored.scored_at.astimezone().date().isoformat()
