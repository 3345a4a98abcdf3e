"""HTML tables, the table behind a chart, and a bar beside a number."""

from collections.abc import Iterable, Sequence
from html import escape

from presentation.locale import Locale

TABLE_CSS = """
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; margin-top: 8px; font-size: 13.5px; }
caption { text-align: left; color: var(--muted); font-size: 13px; padding-bottom: 4px; }
th, td { padding: 7px 0 7px 12px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th { font-weight: 600; }
thead th { color: var(--muted); font-weight: 500; font-size: 12.5px; vertical-align: bottom; }
th:first-child { text-align: left; padding-left: 0; }
tbody tr:last-child > *, tfoot tr:last-child > * { border-bottom: none; }
tfoot th, tfoot td { border-top: 1px solid var(--axis); font-weight: 600; }
td .inline-bar { display: block; height: 6px; min-width: 56px; margin-top: 4px; background: var(--bone); }
td .inline-bar, td .inline-bar i { border-radius: 3px; }
td .inline-bar i { display: block; height: 100%; }
.wide td { width: 45%; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 8px; }
.note { color: var(--muted); font-size: 12.5px; margin-top: 8px; }
details { margin-top: 8px; font-size: 13px; }
summary { color: var(--accent); cursor: pointer; padding: 4px 0; width: fit-content; }
"""


def table_html(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    label: str = "",
    caption: str = "",
    total: Sequence[str] | None = None,
    wide: bool = False,
) -> str:
    """Return a table. Cells are HTML, the first of a row is its heading; heads, label and caption are escaped here.

    With a `label`, it is a region of this name that scrolls sideways if it is too wide. `wide` widens the numbers.
    """
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(_row_html(row) for row in rows)
    foot = f"<tfoot>{_row_html(total)}</tfoot>" if total else ""
    start = '<table class="wide">' if wide else "<table>"
    table = f"{start}{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"
    if not label:
        return table
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">{table}</div>'


def chart_data_html(heads: Sequence[str], rows: Iterable[Sequence[str]], label: str, locale: Locale) -> str:
    """Return the data of the chart of this name as a table, collapsed."""
    summary = escape(locale.text("chart.as_table"))
    name = f'<span class="unseen"> {escape(label)}</span>'
    return f"<details><summary>{summary}{name}</summary>{table_html(heads, rows, label=label)}</details>"


def inline_bar_html(share: float, colour: str = "accent") -> str:
    """Return a small bar, as a picture beside the same number in words."""
    return (
        f'<span class="inline-bar" aria-hidden="true"><i style="width:{min(1.0, share):.1%};'
        f'background:var(--{colour})"></i></span>'
    )


def _row_html(cells: Sequence[str]) -> str:
    first, *others = cells
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
