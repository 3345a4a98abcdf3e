"""How the dashboard looks: colours, type and spacing, once, for Material components, charts and our own HTML."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from contract.schema import Language
from contract.settings.listeners import DEFAULT_LANGUAGE
from presentation.languages import LANGUAGES
from presentation.locale import Locale

FONTS = '-apple-system, "Segoe UI", Inter, Roboto, "Noto Sans", "Helvetica Neue", "Liberation Sans", Arial, sans-serif'
"""The system's own type: nothing is fetched, and the screen feels at home."""


@dataclass(frozen=True)
class DisplayPreferences:
    """What an advisor may choose about the screen: its language, and light or dark."""

    language: Language = DEFAULT_LANGUAGE
    dark: bool = False
    theme_chosen: bool = False
    """Otherwise the system's theme holds, which only the browser knows; it tells by setting `dark`."""

    @property
    def locale(self) -> Locale:
        """How the language writes messages, numbers and values."""
        return LANGUAGES.locale(self.language)


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; our HTML reads them as CSS variables (`accent_soft` is `--accent-soft`).

    `raises` and `lowers`, vermilion and teal, differ in lightness and on the blue-yellow axis, so red-green colour
    blindness keeps them apart. The bands go from green to red with distinct lightness; words and shape say the same.
    """

    ink: str
    muted: str
    line: str
    accent: str
    accent_soft: str
    on_accent: str
    ground: str
    panel: str
    raises: str
    lowers: str
    low: str
    medium: str
    high: str
    axis: str
    bone: str
    """Of the skeletons that stand where something will appear."""
    alert: str
    warn_ground: str
    warn_line: str
    warn_ink: str

    @property
    def bands(self) -> Mapping[str, str]:
        """Colour of each band."""
        return {"low": self.low, "medium": self.medium, "high": self.high}


LIGHT = Palette(
    ink="#17212e", muted="#566273", line="#e2e6ec", accent="#1d4f91", accent_soft="#eaf1fb", on_accent="#ffffff",
    ground="#f4f6f9", panel="#ffffff", raises="#c2491d", lowers="#1f7a8c", low="#2f9e77", medium="#e8b33f",
    high="#c8402f", axis="#9aa5b4", bone="#edf0f4", alert="#b3541e", warn_ground="#fff6e5", warn_line="#f0dcb4",
    warn_ink="#5c4310",
)  # fmt: skip
DARK = Palette(
    ink="#e8edf4", muted="#a9b5c6", line="#2e3948", accent="#8fb8f2", accent_soft="#1e314d", on_accent="#0f1a29",
    ground="#10161f", panel="#18212d", raises="#f2875f", lowers="#52b9cc", low="#4cc397", medium="#eec05c",
    high="#f0776a", axis="#6b7a8f", bone="#263142", alert="#f09a63", warn_ground="#382e19", warn_line="#5b4a24",
    warn_ink="#f2dfb4",
)  # fmt: skip


def palette(dark: bool) -> Palette:
    """Return the colours as values, for charts: a canvas cannot read CSS variables."""
    return DARK if dark else LIGHT


def _variables(colours: Palette) -> str:
    return " ".join(f"--{name.replace('_', '-')}: {value};" for name, value in asdict(colours).items())


ROOT_CSS = f"""
:root {{ color-scheme: light; {_variables(LIGHT)} }}
:root[data-theme="dark"] {{ color-scheme: dark; {_variables(DARK)} }}
@media (prefers-color-scheme: dark) {{ :root:not([data-theme]) {{ color-scheme: dark; {_variables(DARK)} }} }}
body {{ background: var(--ground); }}
#connection:empty {{ display: none; }}
#connection {{
  position: fixed; inset: 0 0 auto; z-index: 10000; display: flex; flex-wrap: wrap; gap: 8px 16px;
  align-items: center; justify-content: center; padding: 10px 24px; font: 14px/1.45 {FONTS};
  color: var(--warn-ink); background: var(--warn-ground); border-bottom: 1px solid var(--warn-line);
}}
#connection button {{ font: inherit; font-weight: 600; color: inherit; background: none; cursor: pointer;
  border: 1px solid currentColor; border-radius: 8px; padding: 4px 12px; }}
[inert] {{ filter: grayscale(1); opacity: .55; }}
"""
"""For the document itself: the variables reach into every component from there."""

LOADER_CSS = """
#loader { background: var(--ground) !important; justify-content: flex-start !important; gap: 0 !important; }
#loader .spinner { display: none; }
#loader::before { content: ""; width: 100%; height: 64px; flex: none; box-sizing: border-box; padding: 0 24px;
  font: 700 14px/64px sans-serif; color: var(--muted); background: var(--panel); border-bottom: 1px solid var(--line); }
#loader:not(.error)::after { content: ""; width: calc(100% - 48px); max-width: 1632px; flex: 1; margin: 64px 0 24px;
  background: linear-gradient(var(--bone) 0 0) 0 0 / 38% 100% no-repeat,
    linear-gradient(var(--bone) 0 0) 100% 0 / 60.6% 62% no-repeat;
  animation: breathe 1.4s ease-in-out infinite; }
@keyframes breathe { 50% { opacity: .5; } }
@media (max-width: 860px) { #loader:not(.error)::after { background: var(--bone); width: calc(100% - 24px); } }
@media (prefers-reduced-motion: reduce) { #loader::after { animation: none !important; } }
"""
"""While scripts load: the outline of what is to come, in place of Panel's grey curtain."""


def loader_words_css(locale: Locale) -> str:
    """Return the style that says above that outline what the page waits for."""
    words = locale.text("app.loading").replace("\\", "").replace('"', "")
    return f'#loader:not(.error)::before {{ content: "NeoScore – {words}"; }}'


def _material(colours: Palette) -> dict[str, Any]:
    return {
        "palette": {
            "primary": {"main": colours.accent, "contrastText": colours.on_accent},
            "text": {"primary": colours.ink, "secondary": colours.muted},
            "background": {"default": colours.ground, "paper": colours.panel},
            "divider": colours.line,
        },
        "typography": {"fontFamily": FONTS, "button": {"textTransform": "none", "fontWeight": 600, "letterSpacing": 0}},
        "shape": {"borderRadius": 8},
        "components": {
            "MuiButton": {"defaultProps": {"disableElevation": True, "disableRipple": True}},
            "MuiButtonBase": {"defaultProps": {"disableRipple": True}},
        },
    }


MATERIAL_THEME: dict[str, Any] = {"light": _material(LIGHT), "dark": _material(DARK)}

BOKEH_THEME: dict[str, Any] = {"attrs": {"Axis": {"minor_tick_line_color": None}, "Figure": {}, "Grid": {}}}
"""Named here, these parts of a chart are left alone by panel-material-ui, which would restyle them in the browser."""

CSS = f"""
:host {{
  font-family: {FONTS}; color: var(--ink); font-size: 14px; line-height: 1.45;
  font-variant-numeric: tabular-nums; -webkit-font-smoothing: antialiased;
}}
* {{ box-sizing: border-box; }}
h2, h3, p, ul, dl, dd {{ margin: 0; padding: 0; }}
h2 {{ font-size: 17px; line-height: 24px; font-weight: 650; letter-spacing: -.005em; }}
h3 {{ font-size: 13px; line-height: 20px; font-weight: 650; }}
.muted {{ color: var(--muted); }}
:focus-visible {{ outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }}
.unseen {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }}
"""

CARD = """
:host { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 20px 24px; }
@media (max-width: 640px) { :host { padding: 16px; } }
"""

PAGE = """
:host { width: 100%; max-width: 1680px; margin: 0 auto !important; padding: 20px 24px 40px; }
@media (max-width: 860px) { :host { padding: 12px 12px 32px; } }
"""
"""Room around a page."""

NARROW_HIDDEN = "@media (max-width: 860px) { :host(.off-narrow) { display: none !important; } }"
"""On a telephone either the list or the client fills the screen."""
