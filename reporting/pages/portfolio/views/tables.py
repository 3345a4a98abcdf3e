"""Tables as HTML; each chart of the page has one that says the same."""

from collections.abc import Sequence
from html import escape


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    caption: str = "",
    total: Sequence[str] | None = None,
    wide: bool = False,
) -> str:
    """Return a table; `wide` gives the numbers much room. Cells are HTML; the first of a row is its heading.

    Heads and caption are escaped here.
    """
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(_row(row) for row in rows)
    foot = f"<tfoot>{_row(total)}</tfoot>" if total else ""
    start = '<table class="wide">' if wide else "<table>"
    return f"{start}{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"


def track(share: float, colour: str = "accent") -> str:
    """Return a small bar, as a picture beside the same number in words."""
    return (
        f'<span class="track" aria-hidden="true"><i style="width:{min(1.0, share):.1%};'
        f'background:var(--{colour})"></i></span>'
    )


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
