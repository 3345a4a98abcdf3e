"""The right side: the chosen client, their score, their data; or words when there is no client to show."""

from collections.abc import Callable, Sequence

import panel as pn
import panel_material_ui as pmui

from contract.bundle import Bundle
from reporting.client.layout import CLIENT
from reporting.client.state import NothingChosen, NotOpened, Opened, Opening, Session
from reporting.client.tools import Tool
from reporting.client.views.client_card import CSS as DATA_CSS
from reporting.client.views.client_card import client_card
from reporting.client.views.client_head import ClientHead
from reporting.client.views.result import ResultView
from reporting.theme import NARROW_HIDDEN
from reporting.views.markup import STATE_CSS, card, column, html, state
from reporting.wording import say


class ClientView:
    """Shows the session's client."""

    def __init__(
        self,
        bundle: Bundle,
        *,
        on_score: Callable[[], None],
        on_forget: Callable[[], None],
        on_reopen: Callable[[], None],
        on_back: Callable[[], None],
        tools: Sequence[Tool] = (),
        foot: Sequence[Tool] = (),
    ) -> None:
        self._schema, self._on_reopen, self._on_back = bundle.schema, on_reopen, on_back
        self._head = ClientHead(on_score, on_back)
        self._result = ResultView(bundle, on_score, on_forget, tools, foot)
        self._data = html("", DATA_CSS)
        # A grid ignores Panel's way of hiding; the column around it does not.
        data = card(self._data, styles={"grid-area": "data"})
        self._open = column(column(self._head.panel, self._result.panel, data, css=CLIENT), visible=False)
        self._instead = column()
        self.panel = column(self._instead, self._open, css=NARROW_HIDDEN)

    def show(self, session: Session, seconds_left: float) -> None:
        """Show everything anew."""
        opened = isinstance(session.client, Opened)
        self._data.object = (
            client_card(session.client.client, self._schema, session.look.language)
            if isinstance(session.client, Opened)
            else ""
        )
        self.show_result(session, seconds_left)
        self._instead.objects = [] if opened else [self._words(session)]
        self._instead.visible, self._open.visible = not opened, opened

    def show_result(self, session: Session, seconds_left: float) -> None:
        """Show the result anew and leave the client's data alone."""
        self._head.show(session)
        self._result.show(session, seconds_left)

    def _words(self, session: Session) -> pn.Column:
        language, client = session.look.language, session.client
        buttons = []
        match client:
            case NotOpened(_, problem):
                key, icon, alert = f"problem.{problem}", "warning", True
                buttons = [("problem.retry", self._on_reopen), ("client.back", self._on_back)]
            case Opening():
                opening = f"<p class='muted' role='status'>{say(language, 'client.opening')}</p>"
                return card(html(opening))
            case NothingChosen():
                key, icon, alert = "client.nothing", "person", False
        content = state(icon, say(language, f"{key}_title"), say(language, f"{key}_text"), alert=alert)
        row = pn.Row(
            *(_button(say(language, name), call) for name, call in buttons), align="center", margin=(0, 0, 16, 0)
        )
        return card(html(content, STATE_CSS), *([row] if buttons else []))


def _button(label: str, call: Callable[[], None]) -> pmui.Button:
    button = pmui.Button(label=label, variant="outlined")
    button.on_click(lambda _: call())
    return button
