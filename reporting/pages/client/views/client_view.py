"""The right side: the chosen client, their score, their data; or words when there is no client to show."""

from collections.abc import Callable, Sequence

import panel as pn
import panel_material_ui as pmui

from contract.bundle import Bundle
from presentation.wording import say
from reporting.pages.client.layout import CLIENT
from reporting.pages.client.score_tool import Tool
from reporting.pages.client.state import NotOpened, Opened, Opening, Session
from reporting.pages.client.views.client_card import CSS as DATA_CSS
from reporting.pages.client.views.client_card import client_card, client_skeleton
from reporting.pages.client.views.client_head import ClientHead
from reporting.pages.client.views.result import ResultView
from reporting.widgets.components import SKELETON_CSS, STATE_CSS, card, column, html, state
from reporting.widgets.theme import NARROW_HIDDEN


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
        tools: Sequence[Tool],
    ) -> None:
        self._schema, self._on_reopen, self._on_back = bundle.schema, on_reopen, on_back
        self._head = ClientHead(on_score, on_back)
        self._result = ResultView(bundle, on_score, on_forget, tools)
        self._data = html("", DATA_CSS, SKELETON_CSS)
        # A grid ignores Panel's way of hiding; the column around it does not.
        data = card(self._data, styles={"grid-area": "data"})
        self._open = column(column(self._head.panel, self._result.panel, data, css=CLIENT), visible=False)
        self._instead = column()
        self.panel = column(self._instead, self._open, css=NARROW_HIDDEN)

    def show(self, session: Session, seconds_left: float) -> None:
        """Show everything anew."""
        language = session.look.language
        match session.client:
            case Opened(client):
                self._data.object = client_card(client, self._schema, language)
            case Opening():
                self._data.object = client_skeleton(language)
            case _:
                self._data.object = ""
        self.show_result(session, seconds_left)
        opened = isinstance(session.client, Opened | Opening)
        self._instead.objects = [] if opened else [self._words(session)]
        self._instead.visible, self._open.visible = not opened, opened

    def show_result(self, session: Session, seconds_left: float) -> None:
        """Show the result anew and leave the client's data alone."""
        self._head.show(session)
        self._result.show(session, seconds_left)

    def show_tools(self) -> None:
        """Show the tools below the factors anew: they take longer to build than the score, which need not wait."""
        self._result.show_tools()

    def close(self) -> None:
        """The session is over."""
        self._result.close()

    def _words(self, session: Session) -> pn.Column:
        """Say why there is no client."""
        language, client = session.look.language, session.client
        buttons = []
        match client:
            case NotOpened(_, problem):
                key, icon, alert = f"problem.{problem}", "warning", True
                buttons = [("problem.retry", self._on_reopen), ("client.back", self._on_back)]
            case _:
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
