"""The frame around the pages: language, theme, account, navigation, and the document itself."""

from pathlib import Path

import param
from panel.custom import JSComponent

from contract.settings.listeners import DEFAULT_LANGUAGE
from reporting.widgets.theme import CSS


class DocumentSettings(JSComponent):
    """Sets `<html lang>` and the title in the browser; `announcement` is read out when it changes.

    `address` is the page's query, which Back and Forward change, too; the browser keeps `preferences`.
    `leave` redirects the browser, with the reason. It leaves by itself when there was no input for
    `idle_seconds`, so also when the connection is broken and the server cannot tell it to.
    """

    language = param.String(default=DEFAULT_LANGUAGE)
    heading = param.String()
    announcement = param.String()
    address = param.String()
    preferences = param.String()
    leave = param.String()
    idle_seconds = param.Number(default=0, doc="0: never")

    _esm = Path(__file__).parent / "document.js"
    _stylesheets = [CSS]  # noqa: RUF012


class ConnectionBand(JSComponent):
    """A band over the page while its server does not answer; what is below it is marked as old and cannot be used."""

    lost = param.String(doc="Says so; `{time}` is since when")
    cleared = param.String(doc="Says that the browser cleared the page, as a score's time was over")
    ended = param.String(doc="Says that the server is there but has ended the session")
    reload = param.String(doc="The button that then opens the page anew")
    returns = param.Integer(default=0, doc="How often the page has connected again")

    _esm = Path(__file__).parent / "connection.js"
    _stylesheets = [CSS]  # noqa: RUF012


_HERE = Path(__file__).parent


class Account(JSComponent):
    """A name and a button. Signing out is a form, so that it also works while the connection is broken."""

    display_name = param.String()
    label = param.String()

    _esm = _HERE / "account.js"
    _stylesheets = [CSS, (_HERE / "account.css").read_text()]  # noqa: RUF012 - Panel reads it from the class


_HERE = Path(__file__).parent


class Navigation(JSComponent):
    """A bar with a button for each page; `current` is the name of the one that is open."""

    pages = param.List(default=[], doc="[name, label] of each page, in order")
    current = param.String()
    label = param.String()

    _esm = _HERE / "navigation.js"
    _stylesheets = [CSS, (_HERE / "navigation.css").read_text()]  # noqa: RUF012 - Panel reads it from the class


_HERE = Path(__file__).parent


class LanguageSwitch(JSComponent):
    """A button for each language, named in itself; `language` is the one chosen."""

    languages = param.List(default=[], doc="[tag, name in the language itself]")
    language = param.String(default=DEFAULT_LANGUAGE)
    label = param.String()

    _esm = _HERE / "language_switch.js"
    _stylesheets = [CSS, (_HERE / "language_switch.css").read_text()]  # noqa: RUF012 - Panel reads it from the class


_HERE = Path(__file__).parent


class ThemeSwitch(JSComponent):
    """One button; `dark` tells whether the screen is dark. It follows the system until it is pressed."""

    dark = param.Boolean(default=False)
    follow = param.Boolean(default=True, doc="Take the system's preference at the start")
    chosen = param.Integer(default=0, doc="How often the button was pressed")
    label = param.String()

    _esm = _HERE / "theme_switch.js"
    _stylesheets = [CSS, (_HERE / "theme_switch.css").read_text()]  # noqa: RUF012 - Panel reads it from the class
