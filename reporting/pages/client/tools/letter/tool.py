"""The card on the client page that hands the letter out: recorded first, made in memory, gone with the score."""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any

from contract.bundle import Bundle
from contract.messages import Scored
from contract.schema import LANGUAGES
from db.clients import Client
from presentation.wording import say
from reporting.backend.scheduling import Later
from reporting.backend.services import Services
from reporting.pages.base import Announce
from reporting.pages.client.tools.letter.page import to_html
from reporting.pages.client.tools.letter.panel import LetterPanel
from reporting.pages.client.tools.letter.pdf import to_pdf
from reporting.pages.client.tools.letter.sheet import Sender, Sheet, write_sheet
from reporting.pages.client.tools.what_if.proposal import Proposal
from reporting.problems import Problem
from reporting.widgets.components import card, html, problem_words
from reporting.widgets.theme import Look

OUTCOMES = {"preview": "previewed", "print": "printed", "download": "downloaded"}
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
        return self._services.record(scored.client_ref, "letter", OUTCOMES[kind]) or letter

    def _hand_out(self, kind: str, scored: Scored, file: str, outcome: str | bytes | Problem) -> None:
        if scored is not self._scored:
            return  # forgotten meanwhile
        if isinstance(outcome, Problem):
            self._controls.fail(". ".join(problem_words(outcome, self._look.language)))
            return
        self._controls.deliver(kind, outcome, file)


def _day(scored: Scored) -> str:
    return scored.scored_at.astimezone().date().isoformat()
