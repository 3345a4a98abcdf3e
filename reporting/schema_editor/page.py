"""The page on which a feature schema is reviewed, for one person on this machine, until Ctrl-C."""

import asyncio
import dataclasses
import hmac
import secrets
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
from panel.custom import JSComponent
from panel.io.resources import LOCAL_DIST

from contract.schema import Feature, FeatureSchema, FeatureType
from presentation.icon import ICON
from presentation.locale import Locale
from reporting.pages.sign_in import notice_page_html
from reporting.schema_editor.edits import Form, Save, SaveOutcome, SchemaEditor, open_points
from reporting.server.access import AccessControl
from reporting.server.app import PAGE_SX, language_names
from reporting.server.guards import PublicHandler
from reporting.server.identity import Identity
from reporting.server.serve import browser_preferences, guarded_server
from reporting.server.sessions import MAX_LIFETIME_SECONDS, SessionStore
from reporting.server.urls import SIGN_IN_PATH, PublicUrls, preferences_from_query
from reporting.server.users import DEVELOPMENT_USER
from reporting.widgets.components import column, html
from reporting.widgets.frame import DocumentSettings, LanguageSwitch, ThemeSwitch
from reporting.widgets.theme import CSS, LOADER_CSS, MATERIAL_THEME, PAGE, ROOT_CSS, loader_words_css

ADDRESS = "127.0.0.1"
"""Only this machine can reach the page."""


def serve_editor(schema: FeatureSchema, file: str, save: Save, port: int, announce: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C; `announce` gets its address, which works in one browser only.

    Raises OSError when the port is taken.
    """
    sessions = SessionStore(MAX_LIFETIME_SECONDS)
    urls = PublicUrls("http", frozenset({f"{ADDRESS}:{port}", f"localhost:{port}"}), port)
    access = AccessControl(sessions, urls, lambda *_: asyncio.sleep(0, result=True))
    token = secrets.token_urlsafe(24)
    routes = [(SIGN_IN_PATH, _TokenHandler, {"access": access, "sessions": sessions, "tokens": [token]})]
    editor = SchemaEditor(schema, [tag for tag, _ in language_names()], file, save)
    server = guarded_server(lambda: EditorSession(editor).template(), access, ADDRESS, port, routes)
    server.start()
    announce(f"http://{ADDRESS}:{port}{SIGN_IN_PATH}?token={token}")
    server.io_loop.start()


class _TokenHandler(PublicHandler):
    """Lets the browser in that brings the token; the token works once."""

    def initialize(self, access: AccessControl, sessions: SessionStore, tokens: list[str]) -> None:
        self._access, self._sessions, self._tokens = access, sessions, tokens

    def get(self) -> None:
        given = self.get_query_argument("token", "")
        if not (self._tokens and hmac.compare_digest(given.encode(), self._tokens[0].encode())):
            self.set_status(403)
            self.finish(notice_page_html("used", self._access.preferences_for(self.request)))
            return
        self._tokens.clear()
        key, _ = self._sessions.create(Identity(DEVELOPMENT_USER, DEVELOPMENT_USER.name, ""))
        self.set_cookie(self._access.urls.cookie_name, key, path="/", httponly=True, samesite="Lax")
        self.redirect("/")


_HERE = Path(__file__).parent


class EditorForm(JSComponent):
    """The list of features, the form of one, its preview, and the bar that saves."""

    features = param.List(default=[], doc="[name, label, note, whether it is invalid] of each")
    form = param.Dict(default={}, doc="feature, title, subtitle, groups of fields")
    problems = param.Dict(default={}, doc="Field → what is wrong with it")
    points = param.String(doc="What of this feature deserves a look")
    preview = param.List(default=[], doc="Sentences")
    words = param.Dict(default={}, doc="What buttons and headings say")
    languages = param.List(default=[], doc="[tag, name] of each language that texts are written in")
    reviewed = param.Boolean(default=False)
    status = param.String()
    failed = param.Boolean(default=False)

    _esm = _HERE / "editor.js"
    _stylesheets = [CSS, (_HERE / "editor.css").read_text()]  # noqa: RUF012 - Panel reads it from the class


class EditorSession:
    """The page in one browser window."""

    def __init__(self, editor: SchemaEditor) -> None:
        pn.state.curdoc.template_variables["dist_url"] = LOCAL_DIST
        self._editor = editor
        self._look = preferences_from_query(pn.state.session_args, browser_preferences())
        self._selected = next(iter(editor.schema)).name
        self._status: tuple[str, dict[str, Any]] = ("", {})
        self._heading = html("", ".muted { margin-top: 2px; }")
        self._form = EditorForm(sizing_mode="stretch_width", margin=(16, 0, 0, 0))
        self._document = DocumentSettings(margin=0, width=0, height=0)
        self._languages = LanguageSwitch(margin=0, language=self._look.language, languages=language_names())
        self._themes = ThemeSwitch(margin=(0, 8), width=36, dark=self._look.dark, follow=not self._look.theme_chosen)
        self._frame: Any = None
        self._languages.param.watch(lambda event: self._change_look(language=event.new), "language")
        self._themes.param.watch(lambda event: self._change_look(dark=event.new), "dark")
        self._form.on_msg(lambda event: self._on_message(event.data))
        self._show()

    def template(self) -> pmui.Page:
        """Return the page to serve."""
        self._frame = pmui.Page(
            title="NeoScore", theme_toggle=False, busy_indicator=None, theme_config=MATERIAL_THEME, sx=PAGE_SX,
            header=[pn.layout.HSpacer(), self._themes, self._languages],
            main=[column(self._heading, self._form, css=PAGE), self._document],
            meta_description="NeoScore", favicon=f"/{ICON.name}", dark_theme=self._look.dark,
            raw_css=[ROOT_CSS, LOADER_CSS, loader_words_css(self._look.locale)],
        )  # fmt: skip
        return self._frame

    def _change_look(self, **changes: Any) -> None:
        self._look = dataclasses.replace(self._look, **changes)
        if "dark" in changes and self._frame is not None:
            self._frame.dark_theme = self._look.dark
        if "language" in changes:
            self._show()

    def _on_message(self, message: dict[str, Any]) -> None:
        """Take what the browser sends: a field's value, another feature, whether it was reviewed, or to save."""
        editor = self._editor
        if "save" in message:
            self._save()
        elif "reviewed" in message:
            editor.reviewed = bool(message["reviewed"])
            self._say("schema.unsaved")
        elif message.get("select") in editor.forms:
            self._selected = message["select"]
            self._show()
        elif (form := editor.forms.get(message.get("feature", ""))) and message.get("field") in form:
            form[message["field"]] = message["value"]
            self._say("schema.unsaved")

    def _save(self) -> None:
        if invalid := self._editor.invalid:
            self._selected = self._selected if self._selected in invalid else invalid[0]
            self._show()
            self._say("schema.correct_first", failed=True, count=len(invalid))
            return
        outcome = self._editor.save()
        self._say(f"schema.outcome.{outcome}", failed=outcome is not SaveOutcome.SAVED, file=self._editor.file)

    def _say(self, key: str, *, failed: bool = False, **values: Any) -> None:
        self._status = (key, values)
        self._form.failed = failed
        self._show_state()

    def _show(self) -> None:
        """Write everything in the page's language."""
        locale = self._look.locale
        text = locale.text
        title = text("schema.title")
        intro = f"<h2>{escape(title)}</h2><p class='muted'>{escape(text('schema.intro'))}</p>"
        self._heading.object = intro
        self._document.param.update(language=locale.language, heading=f"{title} – NeoScore")
        self._languages.label = text("app.language")
        self._themes.label = text("app.to_light" if self._look.dark else "app.to_dark")
        feature = self._editor.schema[self._selected]
        form = self._editor.forms[self._selected]
        self._form.param.update(
            languages=language_names(),
            words={
                "features": text("schema.features"), "value": text("schema.value"), "up": text("schema.up"),
                "down": text("schema.down"), "remove": text("schema.remove"), "add": text("schema.add"),
                "preview": text("schema.preview"), "save": text("schema.save"), "reviewed": text("schema.reviewed"),
            },
            reviewed=self._editor.reviewed,
            form={
                "feature": feature.name,
                "title": feature.name,
                "subtitle": text(f"schema.type.{feature.type}"),
                "groups": form_groups(feature, form, locale),
            },
        )  # fmt: skip
        self._show_state()

    def _show_state(self) -> None:
        """Show what follows from what was typed, without touching the form."""
        locale, editor = self._look.locale, self._editor
        feature, problems = editor.edited(self._selected)
        key, values = self._status
        points = [locale.text(f"schema.point.{point}") for point in open_points(feature)]
        self._form.param.update(
            features=[self._list_entry(name, locale) for name in editor.forms],
            problems={field: locale.text(f"schema.problem.{problem}") for field, problem in problems.items()},
            points=locale.text("schema.to_review", points=", ".join(points)) if points else "",
            preview=[] if problems else preview_sentences(feature, editor.schema, locale),
            status=locale.text(key, **values) if key else "",
        )

    def _list_entry(self, name: str, locale: Locale) -> list[Any]:
        feature, problems = self._editor.edited(name)
        count = len(open_points(feature))
        note = locale.text("schema.open", count=count) if count else ""
        return [name, locale.label(feature), locale.text("schema.invalid") if problems else note, bool(problems)]


def form_groups(feature: Feature, form: Form, locale: Locale) -> list[dict[str, Any]]:
    """Return the fields of a feature's form, in groups with titles, in the language of `locale`."""
    text = locale.text

    def field(key: str, kind: str, label: str, **more: Any) -> dict[str, Any]:
        return {"key": key, "kind": kind, "label": text(label), "value": form[key], **more}

    def select(key: str, label: str, options: Sequence[tuple[str, str]]) -> dict[str, Any]:
        return field(key, "select", label, options=[list(option) for option in options])

    if feature.type is FeatureType.CATEGORICAL:
        others = [("", text("schema.other_refuse")), *((row["value"], row["value"]) for row in form["levels"])]
        values = [
            field("levels", "rows", "schema.levels", codes=False),
            select("other_level", "schema.other_level", others),
        ]
    else:
        outside = [
            ("refuse", text("schema.outside_refuse")),
            ("clip", text("schema.outside_clip")),
            ("missing", text("schema.outside_missing")),
        ]
        directions = [
            ("0", text("schema.monotone_free")),
            ("1", text("schema.monotone_up")),
            ("-1", text("schema.monotone_down")),
        ]
        values = [
            field("unit", "text", "schema.unit"),
            field("minimum", "text", "schema.minimum"),
            field("maximum", "text", "schema.maximum"),
            select("outside", "schema.outside", outside),
            select("monotone", "schema.monotone", directions),
            field("codes", "rows", "schema.codes", codes=True, hint=text("schema.codes_hint")),
        ]
    values.append(field("missing_allowed", "check", "schema.missing_allowed"))
    advice = [
        ("0", text("schema.direction_both")),
        ("1", text("schema.direction_up")),
        ("-1", text("schema.direction_down")),
    ]
    sentences = [
        field("label", "words", "schema.label"),
        field("raises", "words", "schema.raises"),
        field("lowers", "words", "schema.lowers"),
    ]
    role = [
        field("in_model", "check", "schema.in_model"),
        field("sensitive", "check", "schema.sensitive"),
        field("actionable", "check", "schema.actionable"),
        select("direction", "schema.direction", advice),
    ]
    return [
        {"title": text("schema.words"), "fields": sentences},
        {"title": text("schema.values"), "fields": values},
        {"title": text("schema.role"), "fields": role},
    ]


def preview_sentences(feature: Feature, schema: FeatureSchema, locale: Locale) -> list[str]:
    """Return what advisors and clients will read: both sentences, and the slider or filter."""
    sentences = [
        f"{locale.reason(feature, 'raises', schema)}.",
        f"{locale.reason(feature, 'lowers', schema)}.",
    ]
    if feature.type is FeatureType.CATEGORICAL:
        levels = ", ".join(locale.value(feature, level.value, schema) for level in feature.levels)
        return [*sentences, locale.text("schema.filter", levels=levels)]
    low, high = (locale.quantity(feature, bound, schema) for bound in feature.bounds)
    return [*sentences, locale.text("schema.slider", low=low, high=high)]
