"""Tables, and the numbers behind a chart."""

from collections.abc import Iterable, Sequence
from html import escape

from contract.schema import Language
from presentation.wording import say

CSS = """
.scroll { overflow-x: auto; margin-top: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
caption { text-align: left; color: var(--muted); padding-bottom: 4px; }
th, td { text-align: right; padding: 6px 8px; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--muted); font-weight: 600; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tbody th { font-weight: 550; }
details { margin-top: 8px; }
summary { cursor: pointer; color: var(--accent); font-size: 13px; padding: 4px 0; width: fit-content; }
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]], label: str) -> str:
    """Return a table that scrolls sideways where it is too wide. Cells are HTML; the first of a row heads it."""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{cells[0]}</th>{"".join(f"<td>{cell}</td>" for cell in cells[1:])}</tr>' for cells in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def numbers(head: Sequence[str], rows: Iterable[Sequence[str]], label: str, language: Language) -> str:
    """Return the numbers behind a chart, folded away."""
    summary = escape(say(language, "model.numbers"))
    name = f'<span class="unseen"> {escape(label)}</span>'
    return f"<details><summary>{summary}{name}</summary>{table(head, rows, label)}</details>"
