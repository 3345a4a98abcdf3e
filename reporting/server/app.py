"""One session: the frame, and the pages in it that are for the user at the screen."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
from bokeh.themes import Theme
from panel.io.resources import LOCAL_DIST

from contract.access import AccessOutcome, PageName, page_purpose
from contract.bundle import Bundle
from contract.errors import BundleError
from contract.schema import Language
from contract.settings.listeners import DEFAULT_LANGUAGE
from presentation.icon import ICON
from presentation.languages import LANGUAGES
from reporting.backend.resources import AppResources
from reporting.backend.scheduling import DocumentScheduler
from reporting.backend.services import SessionServices
from reporting.pages.base import Page, PageContext
from reporting.pages.registry import PAGES, load_page
from reporting.problems import Problem
from reporting.server.sessions import SignInSession
from reporting.server.urls import (
    arguments_of,
    filters_from_query,
    page_from_query,
    preferences_from_query,
    preferences_text,
    query_text,
)
from reporting.server.users import User
from reporting.widgets.components import STATE_CSS, card, column, html, problem_html
from reporting.widgets.frame import (
    Account,
    ConnectionBand,
    DocumentSettings,
    LanguageSwitch,
    Navigation,
    ThemeSwitch,
)
from reporting.widgets.theme import (
    BOKEH_THEME,
    LOADER_CSS,
    MATERIAL_THEME,
    ROOT_CSS,
    DisplayPreferences,
    loader_words_css,
)

log = logging.getLogger(__name__)

BANNER_CSS = """
:host { background: var(--warn-ground); border-bottom: 1px solid var(--warn-line); padding: 9px 24px; }
p { color: var(--warn-ink); font-size: 13.5px; text-align: center; }
"""

PAGE_SX: dict[str, Any] = {
    "& .MuiAppBar-root": {
        "backgroundColor": "var(--panel)", "backgroundImage": "none", "color": "var(--ink)", "boxShadow": "none",
        "borderBottom": "1px solid var(--line)",
    },
    "& .MuiAppBar-root a, & .MuiAppBar-root .title": {
        "color": "var(--accent)", "fontWeight": 700, "letterSpacing": "-.01em",
    },
    "& header .MuiLinearProgress-root": {"display": "none"},
    "& main": {"backgroundColor": "var(--ground)"},
    "& .main-content": {"marginTop": "-8px"},  # the page leaves more room for its header than the header takes
}  # fmt: skip

OWN_HEIGHT = {"flex": "0 0 auto"}
"""The page scrolls; without this its parts would be squeezed into the window."""

IDLE_GRACE_SECONDS = 30
"""The browser leaves by itself so long after the server should have told it to."""


class DashboardSession:
    """One browser session: header, navigation, banner, and the open page."""

    def __init__(
        self, shared: AppResources, user: User, sign_in: SignInSession | None, look: DisplayPreferences, address: str
    ) -> None:
        """`look` holds for what the address of the page does not say; `address` is a hash of the caller's."""
        # Panel notes where its styles are when it renders the page. On a slow machine our pages are made before that,
        # and would ask its CDN for them.
        pn.state.curdoc.template_variables["dist_url"] = LOCAL_DIST
        self._user, self._sign_in = user, sign_in
        self._services = SessionServices(shared, replace(user.actor, address=address))
        arguments = pn.state.session_args
        self._look, self._current = preferences_from_query(arguments, look), page_from_query(arguments, user.pages)
        self._filters: dict[str, Sequence[tuple[str, str]]] = {self._current: filters_from_query(arguments)}
        self._scheduler = DocumentScheduler(pn.state.curdoc)
        self._bundle: Bundle | None = None
        self._pages: dict[str, Page] = {}
        idle_seconds = shared.config.session_idle_minutes * 60 + IDLE_GRACE_SECONDS if sign_in else 0
        self._document = DocumentSettings(margin=0, width=0, height=0, idle_seconds=idle_seconds)
        self._connection = ConnectionBand(margin=0, width=0, height=0)
        self._banner = html("", BANNER_CSS, visible=False, styles=OWN_HEIGHT)
        self._body = column(styles=OWN_HEIGHT, visible=False)
        self._languages = LanguageSwitch(
            margin=0,
            visible=False,
            language=self._look.language,
            languages=language_names(shared.config.dashboard_language),
        )  # fmt: skip
        self._themes = ThemeSwitch(
            margin=(0, 8), width=36, visible=False, dark=self._look.dark, follow=not self._look.theme_chosen
        )
        self._navigation = Navigation(current=self._current, sizing_mode="stretch_width", margin=0, styles=OWN_HEIGHT)
        self._account = Account(visible=False, display_name=self._user.display_name, margin=(0, 0, 0, 8))
        self._frame: Any = None
        self._languages.param.watch(lambda event: self._choose(language=event.new), "language")
        self._themes.param.watch(lambda event: self._apply_preferences(dark=event.new), "dark")
        self._themes.param.watch(lambda _: self._choose(theme_chosen=True), "chosen")
        self._document.param.watch(lambda event: self._follow_address(event.new), "address")
        self._connection.param.watch(lambda _: self._apply_preferences(), "returns")  # shows everything, as of now
        self._navigation.param.watch(lambda event: self._navigate_to(event.new), "current")
        self._update_labels()
        # The page is made while the browser loads its scripts. Updates that a click causes before the browser has taken
        # the whole document over are lost, so the page appears, and with it what can be clicked, only after that.
        self._scheduler.call_soon(self._show_current_page)
        pn.state.onload(self._start)
        pn.state.on_session_destroyed(self._on_session_destroyed)
        if sign_in is not None:
            sign_in.on_end.add(self._on_signed_out)

    def build_template(self) -> pmui.Page:
        """Return the page to serve."""
        document = pn.state.curdoc
        document.theme = Theme(json=BOKEH_THEME)
        if self._look.theme_chosen:  # known before the first script runs: no flash of the other one
            document.template_variables["html_attrs"] = f'data-theme="{"dark" if self._look.dark else "light"}"'
        self._frame = pmui.Page(
            title="NeoScore", meta_title=self._heading(), theme_toggle=False, busy_indicator=None,
            theme_config=MATERIAL_THEME, sx=PAGE_SX,
            header=[pn.layout.HSpacer(), self._themes, self._languages, self._account],
            main=[self._navigation, self._banner, self._body, self._document, self._connection],
            meta_description="NeoScore", favicon=f"/{ICON.name}", dark_theme=self._look.dark,
            raw_css=[ROOT_CSS, LOADER_CSS, loader_words_css(self._look.locale)],
        )  # fmt: skip
        with param.edit_constant(self._frame):
            # By itself it follows a value of the whole process, which would keep every page in memory for good.
            self._frame.busy = self._body.param.loading
        return self._frame

    def _start(self) -> None:
        self._languages.visible = self._themes.visible = self._body.visible = True
        self._account.visible = self._sign_in is not None
        self._check_retention()

    def _show_current_page(self) -> None:
        """Show the current page, made from the model's schema at its first visit; or say that there is no model."""
        try:
            self._bundle = self._bundle or self._services.bundle()
        except BundleError as error:
            log.warning("no model: %s", error)
            self._body.objects = [self._no_model()]
            return
        if self._current not in self._pages:
            page = load_page(PageName(self._current))(self._context(self._bundle), self._look)
            self._pages[self._current] = page
            self._body.objects = [page.panel for page in self._pages.values()]
        for name, page in self._pages.items():
            page.panel.visible = name == self._current

    def _context(self, bundle: Bundle) -> PageContext:
        page = self._current

        def keep_filters(filters: Sequence[tuple[str, str]]) -> None:
            self._filters[page] = filters
            self._update_address()

        return PageContext(
            self._services, bundle, self._scheduler, self._announce, self._filters.get(page, ()), keep_filters
        )

    def _navigate_to(self, page: str) -> None:
        if page in self._user.pages:
            self._current = page
            self._announce("")
            self._update_labels()
            self._show_current_page()
        elif page in set(PAGES):  # the navigation has no such button: the message is forged
            self._services.submit(
                lambda: self._services.record_access("", page_purpose(PageName(page)), AccessOutcome.REFUSED)
            )
            self._navigation.current = self._current

    def _no_model(self) -> pn.Column:
        retry = pmui.Button(label=self._look.locale.text("problem.retry"), variant="outlined", align="center")
        retry.on_click(lambda _: self._show_current_page())
        content = html(problem_html(Problem.NO_MODEL, self._look.locale), STATE_CSS)
        return card(content, retry, margin=24)

    def _choose(self, **changes: Any) -> None:
        """Apply what the user has chosen, and have the browser keep it."""
        self._apply_preferences(**changes)
        self._document.preferences = preferences_text(self._look)

    def _follow_address(self, query: str) -> None:
        """Go where Back or Forward lead: to another page. All else stays as it is."""
        page = page_from_query(arguments_of(query), self._user.pages)
        if page != self._current:
            self._navigation.current = page
        else:
            self._update_address()

    def _update_address(self) -> None:
        self._document.address = query_text(self._current, self._look, self._filters.get(self._current, ()))

    def _heading(self) -> str:
        return f"{self._look.locale.text(f'page.{self._current}')} – NeoScore"

    def _apply_preferences(self, **changes: Any) -> None:
        self._look = replace(self._look, **changes)
        if "dark" in changes and self._frame is not None:
            self._frame.dark_theme = self._look.dark
        self._update_labels()
        for page in self._pages.values():
            page.apply_preferences(self._look)
        if not self._pages and self._languages.visible:
            self._show_current_page()

    def _update_labels(self) -> None:
        text, language = self._look.locale.text, self._look.language
        self._languages.label, self._account.label = text("app.language"), text("account.sign_out")
        self._themes.label = text("app.to_light" if self._look.dark else "app.to_dark")
        self._navigation.param.update(
            label=text("app.pages"),
            pages=[[name, text(f"page.{name}")] for name in self._user.pages],
        )
        self._document.param.update(language=language, heading=self._heading(), announcement="")
        self._update_address()
        self._connection.param.update(
            lost=text("connection.lost"), cleared=text("connection.cleared"),
            ended=text("connection.ended"), reload=text("connection.reload"),
        )  # fmt: skip
        self._banner.object = f"<p role='note'>{escape(text('banner.unverifiable'))}</p>"

    def _announce(self, key: str, **values: str) -> None:
        self._document.announcement = self._look.locale.text(key, **values) if key else ""

    def _check_retention(self) -> None:
        checked = self._services.submit(self._services.retention_unverified)
        self._scheduler.when_done(checked, lambda unverified: self._banner.param.update(visible=unverified is True))

    def _on_signed_out(self) -> None:
        """The user signed out, or the session expired: clear everything, and have the browser leave the page."""
        self._close_pages()
        assert self._sign_in is not None  # noqa: S101 - it calls this when it ends
        why = self._sign_in.ended_by
        self._scheduler.call_soon(lambda: self._document.param.update(leave=str(why)))

    def _on_session_destroyed(self, context: Any) -> None:
        if self._sign_in is not None:
            self._sign_in.on_end.discard(self._on_signed_out)
        self._scheduler.close()
        if self._frame is not None:
            # What closing pages empty is no longer in the document, which is gone: changing it there would fail.
            self._frame._server_destroy(context)
        self._close_pages()

    def _close_pages(self) -> None:
        for page in self._pages.values():
            page.close()
        self._pages.clear()


def language_names(first: Language = DEFAULT_LANGUAGE) -> list[list[str]]:
    """Return each language's tag and name, that of the bank first."""
    tags = sorted(LANGUAGES, key=lambda tag: (tag != first, tag))
    return [[tag, LANGUAGES[tag].name] for tag in tags]
