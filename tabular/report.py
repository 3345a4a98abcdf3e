"""What a command understood of a table, column by column, for people and as JSON."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_WITHOUT_TERMINAL = 160
"""Characters of a line in a file or a pipe: the five columns fit, and `less -S` shows them."""


class ColumnReport(Struct, frozen=True):
    """One column of a table: every column of the source has one, whether it is used or left out."""

    column: str
    """Its name in the source."""
    understood_as: str
    """Such as "number", "choice of 4", "date", "customer number", "left out"."""
    because: str = ""
    missing: int = 0
    """Rows without a value."""
    note: str = ""
    """What a person should check or know: codes, sensitive subjects, ambiguous signs, leakage."""


def print_columns(reports: Sequence[ColumnReport], rows: int, console: "Console | None" = None) -> None:
    """Print the reports as a table on standard output. `rows` is the table's number of rows."""
    from rich.console import Console
    from rich.table import Table

    if console is None:
        console = Console(highlight=False)
        if not console.is_terminal:
            console = Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading, at_least in (("column", 12), ("understood as", 13), ("because", 12), ("missing", 7), ("note", 12)):
        table.add_column(
            heading, justify="right" if heading == "missing" else "left", min_width=at_least, overflow="fold"
        )
    for report in reports:
        cells = (report.column, report.understood_as, report.because, _share(report.missing, rows), report.note)
        table.add_row(*(_plain(cell) for cell in cells))
    console.print(table)


def columns_json(reports: Sequence[ColumnReport]) -> list[dict[str, object]]:
    """Return the reports as objects for JSON, all fields in each."""
    found: list[dict[str, object]] = msgspec.to_builtins(list(reports))
    return found


def _share(missing: int, rows: int) -> str:
    if not missing:
        return ""
    return f"{missing:,} ({_percent(missing / rows)})" if rows else f"{missing:,}"


def _percent(share: float) -> str:
    return "<1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def _plain(cell: str) -> str:
    """Return a cell without what would be read as markup or move the cursor."""
    from rich.markup import escape

    return escape("".join(sign if sign.isprintable() else "·" for sign in cell))
