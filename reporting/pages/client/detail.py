"""The chosen client on the right: header, score, data; or a message if no client can be shown."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape

import panel as pn
import panel_material_ui as pmui

from contract.bundle import Bundle
from contract.schema import Feature, FeatureSchema
from db.clients import Client
from presentation.business_purposes import business_purpose_text
from presentation.locale import Locale
from reporting.pages.client.client_search import SHORT_REFERENCE_LENGTH
from reporting.pages.client.score_view import ScoreTool, ScoreView
from reporting.pages.client.state import (
    ClientLoaded,
    ClientLoadFailed,
    ClientLoading,
    ClientPageState,
    PurposeNeeded,
    ScoreNotRequested,
    ScorePending,
)
from reporting.widgets.components import (
    SKELETON_CSS,
    STATE_CSS,
    card,
    column,
    empty_state_html,
    html,
    skeleton_lines_html,
)
from reporting.widgets.theme import CARD, NARROW_HIDDEN

_HEADER_CSS = """
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


class ClientHeader:
    """The client's reference and the score button."""

    def __init__(self, on_score: Callable[[], None], on_back: Callable[[], None]) -> None:
        self._who = html("", _HEADER_CSS, styles={"flex": "1 1 220px", "min-width": "0"})
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

    def show(self, state: ClientPageState) -> None:
        """Show the client that is open, or about to be."""
        locale, waiting = state.look.locale, isinstance(state.result, ScorePending)
        match state.client:
            case ClientLoaded(client):
                self._who.object = _reference(client.client_ref, locale)
            case ClientLoading(client_ref):
                self._who.object = _reference(client_ref, locale)
            case _:
                self._who.object = ""
                return
        key = (
            "score.waiting"
            if isinstance(state.result, ScorePending)
            else "score.ask"
            if isinstance(state.result, ScoreNotRequested)
            else "score.ask_again"
        )
        self._score.param.update(label=locale.text(key), disabled=waiting)
        self._back.label = locale.text("client.back")


def _reference(client_ref: str, locale: Locale) -> str:
    short, rest = client_ref[:SHORT_REFERENCE_LENGTH], client_ref[SHORT_REFERENCE_LENGTH:]
    label = escape(locale.text("client.label"))
    reference = f"{escape(short)}<span>{escape(rest)}</span>"
    return f"<div class='who'><small>{label}</small><strong title='{escape(client_ref)}'>{reference}</strong></div>"


_CLIENT_DATA_CSS = """
.groups { display: flex; flex-direction: column; gap: 18px; margin-top: 12px; }
@media (max-width: 1180px) and (min-width: 641px) { .groups { display: block; columns: 2; column-gap: 36px; }
  section { break-inside: avoid; margin-bottom: 18px; } }
h3 { color: var(--muted); font-weight: 600; padding-bottom: 4px; margin-bottom: 4px;
  border-bottom: 1px solid var(--line); }
dl > div { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; padding: 3px 0;
  font-size: 13.5px; }
dt { color: var(--muted); }
dd { text-align: right; font-weight: 550; flex: 0 0 auto; max-width: 54%; }
dd.missing { color: var(--muted); font-weight: 400; font-style: italic; }
.note { font-size: 12.5px; color: var(--muted); font-weight: 400; }
"""


def client_data_html(client: Client, schema: FeatureSchema, locale: Locale) -> str:
    """Return every value of the client that is in the schema, in words."""
    groups: dict[str, list[Feature]] = {}
    for feature in schema:
        name = feature.group[locale.language] if feature.group else locale.text("client.other_group")
        groups.setdefault(name, []).append(feature)
    sections = "".join(_section(name, features, client, schema, locale) for name, features in groups.items())
    title = escape(locale.text("client.data"))
    return f"<h2>{title}</h2><div class='groups'>{sections}</div>"


def client_skeleton_html(locale: Locale) -> str:
    """Return the shape of the data under way."""
    title, opening = (escape(locale.text(key)) for key in ("client.data", "client.opening"))
    bones = skeleton_lines_html(34, 100, 92, 100, 42, 100, 96, 88, 100, 38, 92, 100)
    return f"<h2>{title}</h2><div role='status' aria-busy='true'><p class='unseen'>{opening}</p>{bones}</div>"


def _section(name: str, features: list[Feature], client: Client, schema: FeatureSchema, locale: Locale) -> str:
    unused = all(not feature.in_model for feature in features)
    note = f" <span class='note'>· {escape(locale.text('client.sensitive'))}</span>" if unused else ""
    rows = "".join(_row(feature, client, schema, locale) for feature in features)
    return f"<section><h3>{escape(name)}{note}</h3><dl>{rows}</dl></section>"


def _row(feature: Feature, client: Client, schema: FeatureSchema, locale: Locale) -> str:
    raw = client.attributes.get(feature.name)
    missing = raw is None
    text = locale.value(feature, raw, schema)
    hint = f' title="{escape(feature.description[locale.language])}"' if feature.description else ""
    return (
        f"<div{hint}><dt>{escape(locale.label(feature))}</dt>"
        f"<dd{' class=missing' if missing else ''}>{escape(text)}</dd></div>"
    )


_CLIENT_GRID_CSS = """
:host { display: grid; gap: 20px; align-items: start;
  grid-template: "head head" "result data" / minmax(0, 1fr) minmax(250px, 300px); }
@media (max-width: 1180px) { :host { grid-template: "head" "result" "data" / minmax(0, 1fr); } }
"""


class ClientDetail:
    """Shows the session's client."""

    def __init__(
        self,
        bundle: Bundle,
        *,
        on_score: Callable[[], None],
        on_discard: Callable[[], None],
        on_reload: Callable[[], None],
        on_back: Callable[[], None],
        on_purpose: Callable[[str], None],
        purposes: Sequence[str],
        tools: Sequence[ScoreTool],
    ) -> None:
        self._purposes, self._on_purpose = purposes, on_purpose
        self._schema, self._on_reopen, self._on_back = bundle.schema, on_reload, on_back
        self._header = ClientHeader(on_score, on_back)
        self._score_view = ScoreView(bundle, on_score, on_discard, tools)
        self._data = html("", _CLIENT_DATA_CSS, SKELETON_CSS)
        # A grid ignores Panel's way of hiding; the column around it does not.
        data = card(self._data, styles={"grid-area": "data"})
        self._detail = column(
            column(self._header.panel, self._score_view.panel, data, css=_CLIENT_GRID_CSS), visible=False
        )
        self._placeholder = column()
        self.panel = column(self._placeholder, self._detail, css=NARROW_HIDDEN)

    def show(self, state: ClientPageState, seconds_left: float) -> None:
        """Show everything."""
        locale = state.look.locale
        match state.client:
            case ClientLoaded(client):
                self._data.object = client_data_html(client, self._schema, locale)
            case ClientLoading():
                self._data.object = client_skeleton_html(locale)
            case _:
                self._data.object = ""
        self.show_score(state, seconds_left)
        opened = isinstance(state.client, ClientLoaded | ClientLoading)
        self._placeholder.objects = [] if opened else [self._message_card(state)]
        self._placeholder.visible, self._detail.visible = not opened, opened

    def show_score(self, state: ClientPageState, seconds_left: float) -> None:
        """Update the score; the client's data stays."""
        self._header.show(state)
        self._score_view.show(state, seconds_left)

    def show_tools(self) -> None:
        """Update the tools below the factors: they take longer to build than the score, which does not wait."""
        self._score_view.show_tools()

    def close(self) -> None:
        """The session is over."""
        self._score_view.close()

    def _message_card(self, state: ClientPageState) -> pn.Column:
        """Show why there is no client."""
        locale, client = state.look.locale, state.client
        buttons: list[tuple[str, Callable[[], None]]] = []
        back = locale.text("client.back"), self._on_back
        match client:
            case ClientLoadFailed(_, problem):
                key, icon, alert = f"problem.{problem}", "warning", True
                buttons = [(locale.text("problem.retry"), self._on_reopen), back]
            case PurposeNeeded():
                key, icon, alert = "client.purpose_ask", "person", False
                for one in self._purposes:
                    buttons.append((business_purpose_text(one, locale), partial(self._on_purpose, one)))
                buttons.append(back)
            case _:
                key, icon, alert = "client.nothing", "person", False
        content = empty_state_html(icon, locale.text(f"{key}_title"), locale.text(f"{key}_text"), alert=alert)
        row = pn.Row(
            *(_button(label, call) for label, call in buttons), align="center", margin=(0, 0, 16, 0),
            stylesheets=[":host { flex-wrap: wrap; justify-content: center; }"],
        )  # fmt: skip
        return card(html(content, STATE_CSS), *([row] if buttons else []))


def _button(label: str, call: Callable[[], None]) -> pmui.Button:
    button = pmui.Button(label=label, variant="outlined")
    button.on_click(lambda _: call())
    return button
