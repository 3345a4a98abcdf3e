"""The strongest reasons as sentences an advisor can say, those that raise the risk beside those that lower it."""

from html import escape
from typing import Literal

from contract.messages import Scored
from contract.schema import FeatureSchema, Language
from presentation.factors import reasons
from presentation.wording import say

CSS = """
.reasons { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr));
  gap: 16px 28px; margin-top: 12px; }
.reasons h3 { display: flex; align-items: center; gap: 8px; margin-bottom: 4px; }
.reasons h3 b { font-size: 11px; line-height: 1; }
.raises h3 b { color: var(--raises); } .lowers h3 b { color: var(--lowers); }
.reasons ul { list-style: none; }
.reasons li { padding: 6px 0; border-top: 1px solid var(--line); }
.reasons li:first-child { border-top: 0; }
"""


def reasons_html(scored: Scored, schema: FeatureSchema, language: Language) -> str:
    """Return both lists under their heading."""
    raising, lowering = reasons(scored)
    return (
        f"<h2>{escape(say(language, 'reasons.title'))}</h2><div class='reasons'>"
        f"{_list('raises', '▲', raising, schema, language)}{_list('lowers', '▼', lowering, schema, language)}</div>"
    )


def _list(
    direction: Literal["raises", "lowers"],
    arrow: str,
    names: tuple[str, ...],
    schema: FeatureSchema,
    language: Language,
) -> str:
    known = [schema[name] for name in names if name in schema.by_name]
    sentences = [f"{feature.reason(direction, language)}." for feature in known]
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    none = f"<li class='muted'>{escape(say(language, 'reasons.none'))}</li>"
    title = escape(say(language, f"reasons.{direction}"))
    return (
        f"<section class='{direction}'><h3><b aria-hidden='true'>{arrow}</b>{title}</h3>"
        f"<ul>{items or none}</ul></section>"
    )
