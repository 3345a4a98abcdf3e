"""How the frame looks, and what an advisor may put into the address: page, language, theme. Never a client."""

from collections.abc import Mapping, Sequence
from typing import Any

from contract.schema import LANGUAGES, Language
from reporting.widgets.theme import Look

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


def preferences_from_query(arguments: Mapping[str, Sequence[bytes]]) -> Look:
    """Return the look that the address asks for: `?lang=en&theme=dark`."""
    named = _argument(arguments, "lang")
    language: Language = next((known for known in LANGUAGES if known == named), "fr")
    return Look(language, _argument(arguments, "theme") == "dark")


def page_from_query(arguments: Mapping[str, Sequence[bytes]], pages: Sequence[str]) -> str:
    """Return the page that the address asks for: `?page=model`; the first when it asks for none that there is."""
    named = _argument(arguments, "page")
    return named if named in pages else pages[0]


def has_theme_param(arguments: Mapping[str, Sequence[bytes]]) -> bool:
    """Tell whether the address decides on light or dark; otherwise the system does."""
    return _argument(arguments, "theme") in ("light", "dark")


def _argument(arguments: Mapping[str, Sequence[bytes]], name: str) -> str:
    return arguments.get(name, [b""])[0].decode(errors="replace")
