"""The dashboard: one page for each session, around the services that all share."""

import logging
import signal
import sys
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui
from bokeh.themes import Theme

from contract.errors import BundleError
from contract.schema import Language
from contract.settings import Settings
from reporting.desk import Desk
from reporting.services import Services
from reporting.state import Problem
from reporting.theme import ACCENT, CHARTS, INK, LINE, MATERIAL
from reporting.views.document import DocumentSettings
from reporting.views.language_switch import LanguageSwitch
from reporting.views.markup import STATE_CSS, card, column, html, state
from reporting.wording import say

log = logging.getLogger(__name__)

BANNER_CSS = """
:host { background: #fff6e5; border-bottom: 1px solid #f0dcb4; padding: 9px 24px; }
p { color: #5c4310; font-size: 13.5px; text-align: center; }
"""
PAGE_SX: dict[str, Any] = {
    "& .MuiAppBar-root": {
        "backgroundColor": "#fff", "color": INK, "boxShadow": "none", "borderBottom": f"1px solid {LINE}",
    },
    "& .MuiAppBar-root a, & .MuiAppBar-root .title": {"color": ACCENT, "fontWeight": 700, "letterSpacing": "-.01em"},
    "& header .MuiLinearProgress-root": {"display": "none"},
    "& main": {"backgroundColor": "#f4f6f9"},
}  # fmt: skip


OWN_HEIGHT = {"flex": "0 0 auto"}
"""The page scrolls; without this its parts would be squeezed into the window."""


class App:
    """One session: header, banner, desk."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._language: Language = "fr"
        self._desk: Desk | None = None
        self._document = DocumentSettings(margin=0, width=0, height=0)
        self._banner = html("", BANNER_CSS, visible=False, styles=OWN_HEIGHT)
        self._body = column(styles=OWN_HEIGHT)
        self._switch = LanguageSwitch(margin=0, visible=False)
        self._switch.param.watch(lambda event: self._speak(event.new), "language")
        self._speak("fr")
        # Updates that a click causes before the browser has taken the whole document over are lost: nothing to click
        # is there before that.
        pn.state.onload(self._start)

    def _start(self) -> None:
        self._switch.visible = True
        self._open()
        self._check_promise()

    def page(self) -> pmui.Page:
        """Return the page to serve."""
        pn.state.curdoc.theme = Theme(json=CHARTS)
        return pmui.Page(
            title="NeoScore", theme_toggle=False, busy_indicator=None, theme_config=MATERIAL, sx=PAGE_SX,
            header=[pn.layout.HSpacer(), self._switch], main=[self._banner, self._body, self._document],
            meta_description="NeoScore",
        )  # fmt: skip

    def _open(self) -> None:
        """Build the desk from the model's schema, or say that there is no model."""
        try:
            bundle = self._services.bundle()
        except BundleError as error:
            log.warning("no model: %s", error)
            self._body.objects = [self._no_model()]
            return
        self._desk = Desk(self._services, bundle, self._language, self._announce)
        self._body.objects = [self._desk.panel]

    def _no_model(self) -> pn.Column:
        words = [say(self._language, f"problem.{Problem.NO_MODEL}_{part}") for part in ("title", "text")]
        retry = pmui.Button(label=say(self._language, "problem.retry"), variant="outlined", align="center")
        retry.on_click(lambda _: self._open())
        content = html(state("warning", words[0], words[1], alert=True), STATE_CSS)
        return card(content, retry, margin=24)

    def _speak(self, language: Language) -> None:
        self._language = language
        title = f"{say(language, 'app.title')} – {say(language, 'app.subtitle')}"
        self._switch.label = say(language, "app.language")
        self._document.param.update(language=language, heading=title, announcement="")
        self._banner.object = f"<p role='note'>{escape(say(language, 'banner.unverifiable'))}</p>"
        if self._desk is not None:
            self._desk.speak(language)
        elif self._switch.visible:
            self._open()

    def _announce(self, key: str) -> None:
        self._document.announcement = say(self._language, key) if key else ""

    def _check_promise(self) -> None:
        document = pn.state.curdoc
        checked = self._services.run(self._services.unverified)
        checked.add_done_callback(
            lambda done: document.add_next_tick_callback(lambda: self._banner.param.update(visible=done.result()))
        )


def serve(config: Settings, port: int) -> None:
    """Serve the dashboard until SIGTERM or Ctrl-C. Raises OSError when the port is taken."""
    pn.extension(notifications=False)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # an end in order: connections are closed below
    services = Services(config)
    host = config.dashboard_host
    try:
        pn.serve(
            {"/": lambda: App(services).page()}, address=host, port=port, show=False, verbose=False, title="NeoScore",
            websocket_origin=[f"{name}:{port}" for name in {host, "127.0.0.1", "localhost"}], liveness="health",
            session_token_expiration=3600,
        )  # fmt: skip
    finally:
        services.close()
