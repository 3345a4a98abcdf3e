"""HTML panes that look alike, a native select, and panels for what is not data: empty, waiting, failed."""

from html import escape
from typing import Any

import panel as pn

from contract.codes import ErrorCode
from presentation.errors import error_text
from presentation.locale import Locale
from reporting.problems import Problem
from reporting.widgets.theme import CARD, CSS

COLUMN_CSS = ":host { max-height: none; } .scroll-button { display: none !important; }"

STATE_CSS = """
.state { display: flex; flex-direction: column; align-items: center; text-align: center;
  gap: 6px; padding: 40px 16px 28px; }
.state svg { margin-bottom: 8px; }
.state p { max-width: 44ch; color: var(--muted); }
.state ul { list-style: none; margin-top: 8px; text-align: left; }
.state li { padding: 2px 0; }
"""

_SHAPES = {
    "person": '<circle cx="12" cy="8.5" r="3.5"/><path d="M5 19.5c.8-3.6 3.5-5.5 7-5.5s6.2 1.9 7 5.5"/>',
    "search": '<circle cx="10.5" cy="10.5" r="5.5"/><path d="m15 15 4.5 4.5"/>',
    "gauge": '<path d="M4 16.5a8 8 0 0 1 16 0"/><path d="m12 16.5 3.5-4.5"/>',
    "gone": '<path d="M4 16.5a8 8 0 0 1 16 0" stroke-dasharray="2 3"/><path d="m9 11 6 6m0-6-6 6" />',
    "warning": '<path d="M12 4.5 20.5 19h-17z"/><path d="M12 10v4.5m0 2v.2"/>',
}


def html(content: str = "", *styles: str, **params: Any) -> pn.pane.HTML:
    """Return a pane with the dashboard's type and colours. `content` must be escaped already."""
    params = {"sizing_mode": "stretch_width", "margin": 0, **params}
    return pn.pane.HTML(content, stylesheets=[CSS, *styles], **params)


def column(*parts: Any, css: str = "", **params: Any) -> pn.Column:
    """Return parts below each other, as high as they need to be: Panel would squeeze them into the window."""
    params = {"sizing_mode": "stretch_width", "margin": 0, **params}
    return pn.Column(*parts, stylesheets=[COLUMN_CSS, css], **params)


def card(*parts: Any, css: str = "", **params: Any) -> pn.Column:
    """Return parts on a white card."""
    return column(*parts, css=CARD + css, **params)


def empty_state_html(icon: str, title: str, text: str, items: tuple[str, ...] = (), *, alert: bool = False) -> str:
    """Return the content of a panel without data: icon, title, text. Texts are escaped here."""
    colour = "var(--alert)" if alert else "var(--axis)"
    picture = (
        f'<svg width="40" height="40" viewBox="0 0 24 24" fill="none" stroke="{colour}" stroke-width="1.5" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{_SHAPES[icon]}</svg>'
    )
    lines = "".join(f"<li>{escape(item)}</li>" for item in items)
    role = ' role="alert"' if alert else ""
    return (
        f'<div class="state"{role}>{picture}<h2>{escape(title)}</h2><p>{escape(text)}</p>'
        f"{f'<ul>{lines}</ul>' if items else ''}</div>"
    )


def problem_text(problem: Problem | ErrorCode, locale: Locale) -> tuple[str, str]:
    """Return what is wrong, and what to do."""
    if isinstance(problem, ErrorCode):
        return error_text(problem, locale.language)
    return locale.text(f"problem.{problem}_title"), locale.text(f"problem.{problem}_text")


def problem_html(problem: Problem | ErrorCode, locale: Locale, items: tuple[str, ...] = ()) -> str:
    """Return the content of a panel that explains a problem, with details if there are any."""
    title, text = problem_text(problem, locale)
    return empty_state_html("warning", title, text, items, alert=True)


SELECT_CSS = """
label { color: var(--muted) !important; background: var(--panel) !important; font-size: 13px; }
select.bk-input { padding: 0 12px; border: 1px solid var(--axis); border-radius: 8px;
  background: var(--panel) !important; color: var(--ink); font: inherit; appearance: auto !important; }
select.bk-input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; box-shadow: none; }
"""


def native_select(**params: Any) -> pn.widgets.Select:
    """Return the widget; `options` maps what is shown to what is meant, `name` labels it."""
    return pn.widgets.Select(sizing_mode="stretch_width", stylesheets=[CSS, SELECT_CSS], **params)


SKELETON_CSS = """
.bone { background: var(--bone); border-radius: 8px; animation: breathe 1.4s ease-in-out infinite; }
.arc { width: min(350px, 80%); aspect-ratio: 2; border-radius: 350px 350px 0 0; margin: 20px auto 34px;
  background: var(--bone); mask: radial-gradient(circle at 50% 100%, transparent 57%, #000 58%); }
.bone.line { height: 14px; margin: 20px 0; }
.bone.short { margin: 0 auto 10px; }
@keyframes breathe { 50% { opacity: .45; } }
@media (prefers-reduced-motion: reduce) { .bone { animation: none; } }
"""


def skeleton_html(locale: Locale) -> str:
    """Return the shape of a score under way."""
    waiting = escape(locale.text("score.waiting"))
    return (
        f"<div role='status' aria-busy='true'><p class='unseen'>{waiting}</p><div class='bone arc'></div>"
        f"<div class='bone line short' style='width:32%'></div><div class='bone line short' style='width:52%'></div>"
        f"{skeleton_lines_html(46, 92)}</div>"
    )


def skeleton_lines_html(*widths: int) -> str:
    """Return lines to come, as wide as so many percent."""
    return "".join(f"<div class='bone line' style='width:{width}%'></div>" for width in widths)
