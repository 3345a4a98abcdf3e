"""Who is on the screen, and the button that asks for the score: always at the same place."""

from collections.abc import Callable
from html import escape

import panel as pn
import panel_material_ui as pmui

from contract.schema import Language
from presentation.wording import say
from reporting.pages.client.state import NoResult, Opened, Opening, Session, Waiting
from reporting.widgets.components import html
from reporting.widgets.theme import CARD

CSS = """
.who { display: flex; flex-direction: column; min-width: 0; }
.who small { color: var(--muted); font-size: 12.5px; }
.who strong { font-size: 19px; line-height: 26px; font-weight: 650;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.who strong span { color: var(--muted); font-weight: 450; font-size: 14px; }
"""
ROW_CSS = """
:host { align-items: center; flex-wrap: wrap; gap: 12px 20px; padding-top: 14px; padding-bottom: 14px; }
"""
SCORE_CSS = ":host { flex: 0 0 210px; } @media (max-width: 640px) { :host { flex: 1 0 100%; } }"
BACK_CSS = ":host { display: none; } @media (max-width: 860px) { :host { display: inline-block; } }"


class ClientHead:
    """The client's reference and the score button."""

    def __init__(self, on_score: Callable[[], None], on_back: Callable[[], None]) -> None:
        self._who = html("", CSS, styles={"flex": "1 1 220px", "min-width": "0"})
        self._score = pmui.Button(
            variant="contained", margin=0, size="large", sizing_mode="stretch_width", stylesheets=[SCORE_CSS]
        )
        self._score.on_click(lambda _: on_score())
        self._back = pmui.Button(
            variant="text", size="small", icon="arrow_back", margin=(0, 0, 0, -5), sizing_mode="stretch_width",
            stylesheets=[BACK_CSS], sx={"justifyContent": "flex-start"}, styles={"flex": "1 0 100%"},
        )  # fmt: skip
        self._back.on_click(lambda _: on_back())
        self.panel = pn.Row(
            self._back, self._who, self._score, sizing_mode="stretch_width", margin=0, stylesheets=[CARD, ROW_CSS],
            styles={"grid-area": "head"},
        )  # fmt: skip

    def show(self, session: Session) -> None:
        """Show the client that is open, or about to be."""
        language, waiting = session.look.language, isinstance(session.result, Waiting)
        match session.client:
            case Opened(client):
                self._who.object = _reference(client.client_ref, language)
            case Opening(client_ref):
                self._who.object = _reference(client_ref, language)
            case _:
                self._who.object = ""
                return
        key = (
            "score.waiting"
            if isinstance(session.result, Waiting)
            else "score.ask"
            if isinstance(session.result, NoResult)
            else "score.ask_again"
        )
        self._score.param.update(label=say(language, key), disabled=waiting)
        self._back.label = say(language, "client.back")


def _reference(client_ref: str, language: Language) -> str:
    short, rest = client_ref[:10], client_ref[10:]
    label = escape(say(language, "client.label"))
    reference = f"{escape(short)}<span>{escape(rest)}</span>"
    return f"<div class='who'><small>{label}</small><strong title='{escape(client_ref)}'>{reference}</strong></div>"
