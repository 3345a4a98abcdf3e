"""Small pages: signed out, sign-in failed, sign-in unavailable. No I/O."""

from collections.abc import Mapping
from html import escape

from reporting.widgets.theme import FONTS, ROOT_CSS, DisplayPreferences

_NOTICE_CSS = f"""{ROOT_CSS}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; font-family: {FONTS}; color: var(--ink); }}
main {{ background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 32px 40px;
  max-width: 26rem; margin: 16px; line-height: 1.5; }}
p.brand {{ color: var(--accent); font-weight: 700; letter-spacing: -.01em; margin: 0 0 20px; }}
h1 {{ font-size: 20px; line-height: 28px; margin: 0 0 8px; letter-spacing: -.005em; }}
p {{ margin: 0 0 24px; color: var(--muted); }}
a, button {{ display: inline-block; background: var(--accent); color: var(--on-accent); text-decoration: none;
  font: 600 1em {FONTS}; border: 0; border-radius: 8px; padding: 9px 18px; cursor: pointer; }}
a:focus-visible, button:focus-visible {{ outline: 2px solid var(--accent); outline-offset: 2px; }}
"""


def notice_page_html(kind: str, look: DisplayPreferences) -> str:
    """Return the page that says `notice.{kind}_title` and `_text`, with a link that tries (again) to sign in."""
    return _page_html(kind, look, f'<a href="/">{escape(look.locale.text(f"notice.{kind}_link"))}</a>')


def form_page_html(
    kind: str, look: DisplayPreferences, action: str, fields: Mapping[str, str], nonce: str | None
) -> str:
    """Return such a page with a form in place of the link. With a nonce, a script sends it at once."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    label = escape(look.locale.text(f"notice.{kind}_link"))
    script = f'<script nonce="{nonce}">document.forms[0].submit()</script>' if nonce else ""
    form = f'<form method="post" action="{escape(action)}">{hidden}<button>{label}</button></form>{script}'
    return _page_html(kind, look, form)


def _page_html(kind: str, look: DisplayPreferences, way_out: str) -> str:
    locale = look.locale
    title, text = (locale.text(f"notice.{kind}_{part}") for part in ("title", "text"))
    theme = f' data-theme="{"dark" if look.dark else "light"}"' if look.theme_chosen else ""
    return (
        f'<!doctype html><html lang="{locale.language}"{theme}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} – NeoScore</title><style>{_NOTICE_CSS}</style></head>"
        f'<body><main><p class="brand">NeoScore</p><h1>{escape(title)}</h1><p>{escape(text)}</p>{way_out}</main></body>'
        "</html>"
    )
