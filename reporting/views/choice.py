"""One of several choices: the browser's own list, which keyboards and screen readers know.

Material's is a list of menu items, which screen readers do not read as choices.
"""

from typing import Any

import panel as pn

from reporting.theme import CSS

CHOICE = """
label { color: var(--muted) !important; background: var(--panel) !important; font-size: 13px; }
select.bk-input { padding: 0 12px; border: 1px solid var(--axis); border-radius: 8px;
  background: var(--panel) !important; color: var(--ink); font: inherit; appearance: auto !important; }
select.bk-input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; box-shadow: none; }
"""


def choice(**params: Any) -> pn.widgets.Select:
    """Return the widget; `options` maps what is shown to what is meant, `name` labels it."""
    return pn.widgets.Select(sizing_mode="stretch_width", stylesheets=[CSS, CHOICE], **params)
