"""The letter card: recorded in the access log first, made in memory, cleared with the score."""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from contract.access import AccessOutcome, Purpose
from contract.messages import Scored
from contract.schema import Language, LocalizedText
from contract.settings.letters import LetterSettings
from db.clients import Client
from presentation.languages import LANGUAGES
from presentation.locale import Locale
from reporting.pages.base import PageContext
from reporting.pages.client.tools.counterfactual import Counterfactual
from reporting.pages.client.tools.letter import ClientLetter, Sender, Values, compose_letter
from reporting.pages.client.tools.letter_render import letter_html, letter_pdf
from reporting.problems import Problem
from reporting.widgets.components import card, html, problem_text
from reporting.widgets.theme import CSS, DisplayPreferences

_HERE = Path(__file__).parent

_CARD_CSS = """
.draft { background: var(--warn-ground); border: 1px solid var(--warn-line); color: var(--warn-ink);
  border-radius: 8px; padding: 8px 12px; margin-top: 12px; font-size: 13px; }
"""


class LetterControls(JSComponent):
    """Sends {type: preview|print|download, language}; receives the messages of `send_letter`, `show_error` and `clear`.

    The letter itself only ever travels in messages, never in a property: the browser keeps properties.
    """

    messages = param.Dict(default={})
    language = param.String(doc="the letter's, not the screen's")
    languages = param.List(default=[], doc="[tag, name] of each language")

    _esm = _HERE / "letter.js"
    _stylesheets = [CSS, (_HERE / "letter.css").read_text()]  # noqa: RUF012 - Panel reads it from the class

    def set_language(self, locale: Locale) -> None:
        """Write labels in this language."""
        self.messages = {
            "language": locale.text("letter.language"),
            "preview": locale.text("letter.preview"),
            "print": locale.text("letter.print"),
            "download": locale.text("letter.download"),
            "close": locale.text("letter.close"),
            "waiting": locale.text("letter.waiting"),
            "downloaded": locale.text("letter.downloaded"),
            "title": locale.text("letter.card"),
        }

    def send_letter(self, kind: str, content: str | bytes, file: str) -> None:
        """Send the letter to the browser: HTML to preview or print, or a PDF file to save under this name."""
        self._send_msg({"type": kind, "content": content, "file": file})

    def show_error(self, message: str) -> None:
        """Show why there is no letter."""
        self._send_msg({"type": "error", "message": message})

    def clear(self) -> None:
        """Remove the letter from the page."""
        self._send_msg({"type": "clear"})

    def on_request(self, call: Any) -> None:
        """Call with each message from the browser."""
        self.on_msg(lambda event: call(event.data))


OUTCOMES = {"preview": AccessOutcome.PREVIEWED, "print": AccessOutcome.PRINTED, "download": AccessOutcome.DOWNLOADED}
"""The outcome that the access log records for each action."""


class LetterCard:
    """One session's letter. `counterfactual` returns the change that would lower the risk, None if it is unknown."""

    def __init__(
        self,
        context: PageContext,
        counterfactual: Callable[[], Counterfactual | None] = lambda: None,
    ) -> None:
        self._services, self._bundle, self._scheduler = context.services, context.bundle, context.scheduler
        self._counterfactual = counterfactual
        self._scored: Scored | None = None
        self._values: Values = {}
        self._look = DisplayPreferences()
        self._heading = html("", _CARD_CSS)
        self._controls = LetterControls(
            languages=[[tag, LANGUAGES.locale(tag).name] for tag in LANGUAGES],
            sizing_mode="stretch_width", margin=(12, 0, 0, 0),
        )  # fmt: skip
        # A message of our own component arrives without the document's lock.
        self._controls.on_request(lambda message: self._scheduler.call_soon(partial(self._on_request, message)))
        self.panel = card(self._heading, self._controls)

    def show(self, client: Client, scored: Scored, look: DisplayPreferences) -> None:
        """Offer the letter about this score, in the screen's language until the advisor chooses another."""
        if scored is not self._scored:
            self._controls.language = look.language
        self._scored, self._values, self._look = scored, client.attributes, look
        title, text = (escape(look.locale.text(key)) for key in ("letter.card", "letter.card_text"))
        draft = escape(look.locale.text("letter.draft_card"))
        note = f"<p class='draft' role='note'>{draft}</p>" if self._bundle.schema.draft else ""
        self._heading.object = f"<h2>{title}</h2><p class='muted'>{text}</p>{note}"
        self._controls.set_language(look.locale)

    def clear(self) -> None:
        """Clear the score, and close a preview."""
        self._scored, self._values = None, {}
        self._controls.clear()

    def _on_request(self, message: Mapping[str, Any]) -> None:
        kind, scored = message.get("type"), self._scored
        if scored is None or kind not in OUTCOMES:
            return
        locale = LANGUAGES.locale(str(message.get("language")))
        sender = sender_of(self._services.config, locale.language)
        schema, baseline = self._bundle.schema, self._bundle.baseline
        letter = compose_letter(scored, schema, baseline, self._values, self._counterfactual(), sender, locale)
        made = self._services.submit(partial(self._render, kind, letter, scored))
        self._scheduler.when_done(
            made, partial(self._on_rendered, kind, scored, locale.text("letter.file", day=_day(scored)))
        )

    def _render(self, kind: str, letter: ClientLetter, scored: Scored) -> str | bytes | Problem:
        """Return the letter once the access is recorded; without a record, no letter."""
        fonts = self._services.config.letter_fonts
        content = letter_pdf(letter, scored.scored_at, fonts) if kind == "download" else letter_html(letter)
        refused = self._services.record_access(
            scored.client_ref, Purpose.LETTER, OUTCOMES[kind], scored.model, scored.request_id
        )
        return refused or content

    def _on_rendered(self, kind: str, scored: Scored, file: str, outcome: str | bytes | Problem) -> None:
        if scored is not self._scored:
            return  # discarded meanwhile
        if isinstance(outcome, Problem):
            self._controls.show_error(". ".join(problem_text(outcome, self._look.locale)))
            return
        self._controls.send_letter(kind, outcome, file)


def sender_of(settings: LetterSettings, language: Language) -> Sender:
    """Return what the settings say of the bank, in a language."""

    def said(text: LocalizedText | None) -> str | None:
        return None if text is None else text[language]

    return Sender(
        settings.bank_name,
        said(settings.letter_contact),
        said(settings.letter_decision),
        said(settings.letter_data_sources),
        said(settings.letter_complaints),
    )


def _day(scored: Scored) -> str:
    return scored.scored_at.astimezone().date().isoformat()
