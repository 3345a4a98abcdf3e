"""How the dashboard looks: colours, type and spacing, once, for Material components and for our own HTML."""

from typing import Any

FONTS = '-apple-system, "Segoe UI", Inter, Roboto, "Noto Sans", "Helvetica Neue", "Liberation Sans", Arial, sans-serif'
"""The system's own type: nothing is fetched, and the screen feels at home."""

INK = "#17212e"
MUTED = "#566273"
LINE = "#e2e6ec"
ACCENT = "#1d4f91"

RAISES = "#c2491d"
LOWERS = "#1f7a8c"
"""Vermilion and teal differ in lightness and on the blue-yellow axis: red-green colour blindness keeps them apart."""

BAND_COLOURS = {"low": "#2f9e77", "medium": "#e8b33f", "high": "#c8402f"}
"""Green to red as asked, with distinct lightness; the band's words and shape say the same."""

MATERIAL: dict[str, Any] = {
    "palette": {
        "primary": {"main": ACCENT},
        "text": {"primary": INK, "secondary": MUTED},
        "background": {"default": "#f4f6f9", "paper": "#ffffff"},
        "divider": LINE,
    },
    "typography": {"fontFamily": FONTS, "button": {"textTransform": "none", "fontWeight": 600, "letterSpacing": 0}},
    "shape": {"borderRadius": 8},
    "components": {
        "MuiButton": {"defaultProps": {"disableElevation": True, "disableRipple": True}},
        "MuiButtonBase": {"defaultProps": {"disableRipple": True}},
    },
}

CHARTS: dict[str, Any] = {"attrs": {"Axis": {"minor_tick_line_color": None}, "Figure": {}, "Grid": {}}}
"""Named here, these parts of a chart are left alone by panel-material-ui, which would restyle them in the browser."""

CSS = f"""
:host {{
  --ink: {INK}; --muted: {MUTED}; --line: {LINE}; --accent: {ACCENT}; --accent-soft: #eaf1fb; --panel: #ffffff;
  --raises: {RAISES}; --lowers: {LOWERS};
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
:host { background: #fff; border: 1px solid #e2e6ec; border-radius: 12px; padding: 20px 24px; }
@media (max-width: 640px) { :host { padding: 16px; } }
"""

WORKSPACE = """
:host {
  display: grid; gap: 20px; align-items: start; width: 100%; max-width: 1680px; margin: 0 auto !important;
  grid-template-columns: minmax(0, 39fr) minmax(0, 61fr); padding: 20px 24px 40px;
}
@media (max-width: 1180px) { :host { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); padding: 20px 20px 40px; } }
@media (max-width: 860px) { :host { display: block; padding: 12px 12px 32px; } }
"""

CLIENT = """
:host { display: grid; gap: 20px; align-items: start;
  grid-template: "head head" "result data" / minmax(0, 1fr) minmax(250px, 300px); }
@media (max-width: 1180px) { :host { grid-template: "head" "result" "data" / minmax(0, 1fr); } }
"""

NARROW_HIDDEN = "@media (max-width: 860px) { :host(.off-narrow) { display: none !important; } }"
"""On a telephone either the list or the client fills the screen."""
