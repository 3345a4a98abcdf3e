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
from reporting.pages.client.tools.counterfactual import Proposal
from reporting.pages.client.tools.letter import Sender, Sheet, write_sheet
from reporting.pages.client.tools.letter_render import to_html, to_pdf
from reporting.problems import Problem
from reporting.widgets.components import card, html, problem_words
from reporting.widgets.theme import CSS, Look

_HERE = Path(__file__).parent


class LetterPanel(JSComponent):
    """Sends {type: preview|print|download, language}; takes the messages that `deliver`, `fail` and `wipe` make.

    The letter itself only ever travels in messages, never in a property: the browser keeps properties.
    """

    words = param.Dict(default={})
    language = param.Selector(default="fr", objects=["fr", "en"], doc="the sheet's, not the screen's")

    _esm = _HERE / "letter.js"
    _stylesheets = [CSS, (_HERE / "letter.css").read_text()]  # noqa: RUF012 - Panel reads it from the class

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


OUTCOMES = {"preview": AccessOutcome.PREVIEWED, "print": AccessOutcome.PRINTED, "download": AccessOutcome.DOWNLOADED}
"""What the access log says of each way to hand the letter out."""


class Letter:
    """One session's letter, a tool of the client page. `proposal` gives what would change the result, once known."""

    def __init__(
        self,
        services: Services,
        bundle: Bundle,
        later: Later,
        announce: Announce,
        proposal: Callable[[], Proposal | None] = lambda: None,
    ) -> None:
        del announce  # the card has a status line of its own
        self._services, self._bundle, self._later, self._proposal = services, bundle, later, proposal
        self._scored: Scored | None = None
        self._look = Look()
        self._heading = html("")
        self._controls = LetterPanel(sizing_mode="stretch_width", margin=(12, 0, 0, 0))
        # A message of our own component arrives without the document's lock.
        self._controls.on_ask(lambda message: later.soon(partial(self._ask, message)))
        self.panel = card(self._heading, self._controls)

    def show(self, client: Client, scored: Scored, look: Look) -> None:
        """Offer the letter about this score, in the screen's language until the advisor takes the other."""
        del client  # the letter says nothing that the score does not
        if scored is not self._scored:
            self._controls.language = look.language
        self._scored, self._look = scored, look
        title, text = (escape(say(look.language, key)) for key in ("letter.card", "letter.card_text"))
        self._heading.object = f"<h2>{title}</h2><p class='muted'>{text}</p>"
        self._controls.show(look.language)

    def wipe(self) -> None:
        """Forget the score, and take a preview off the screen."""
        self._scored = None
        self._controls.wipe()

    def _ask(self, message: Mapping[str, Any]) -> None:
        kind, scored = message.get("type"), self._scored
        language = next((known for known in LANGUAGES if known == message.get("language")), self._look.language)
        if scored is None or kind not in OUTCOMES:
            return
        config = self._services.config
        sender = Sender(config.bank_name, config.contact)
        sheet = write_sheet(scored, self._bundle.schema, self._proposal(), sender, language)
        made = self._services.run(partial(self._make, kind, sheet, scored))
        self._later.use(made, partial(self._hand_out, kind, scored, say(language, "letter.file", day=_day(scored))))

    def _make(self, kind: str, sheet: Sheet, scored: Scored) -> str | bytes | Problem:
        """Return the letter once the access log says that it was handed out; without a record, no letter."""
        letter = to_pdf(sheet, scored.scored_at) if kind == "download" else to_html(sheet)
        return self._services.record(scored.client_ref, Purpose.LETTER, OUTCOMES[kind]) or letter

    def _hand_out(self, kind: str, scored: Scored, file: str, outcome: str | bytes | Problem) -> None:
        if scored is not self._scored:
            return  # forgotten meanwhile
        if isinstance(outcome, Problem):
            self._controls.fail(". ".join(problem_words(outcome, self._look.language)))
            return
        self._controls.deliver(kind, outcome, file)


def _day(scored: Scored) -> str:
    return scored.scored_at.astimezone().date().isoformat()
