"""One table, written in any dialect of CSV that spreadsheets and programs have; by rules of its own."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from hypothesis import strategies as st

from tabular.table import Table

ROWS = 60
_RNG = random.Random(11)


def _mostly(values: Sequence[object]) -> list[object]:
    """Return the values, every seventh missing."""
    return [None if i % 7 == 3 else value for i, value in enumerate(values)]


HOMES = ("propriétaire", "locataire; meublé", 'hébergé, "famille"', "né\nailleurs")

COLUMNS: dict[str, list[object]] = {
    "numéro client": [f"C{7 * n + 1000}" for n in range(ROWS)],
    "Revenu annuel": _mostly([round(_RNG.uniform(800, 95_000), 2) for _ in range(ROWS)]),
    "taux": [round(_RNG.uniform(0.5, 19), 1) for _ in range(ROWS)],
    "enfants au foyer": _mostly([_RNG.randint(0, 5) for _ in range(ROWS)]),
    "crédits": [_RNG.randint(0, 12) for _ in range(ROWS)],
    "logement": _mostly([_RNG.choice(HOMES) for _ in range(ROWS)]),
    "salarié": [_RNG.random() < 0.6 for _ in range(ROWS)],
    "ouverture": [dt.date(2015, 1, 1) + dt.timedelta(_RNG.randint(0, 3_000)) for _ in range(ROWS)],
    "défaut": [int(_RNG.random() < 0.3) for _ in range(ROWS)],
}
TARGET = "défaut"

TYPED = Table({name: pa.array(values) for name, values in COLUMNS.items()}, ROWS, lambda row: f"row {row + 1}")
"""The table as a typed file holds it."""


@dataclass(frozen=True)
class Style:
    """How the table is written."""

    delimiter: str
    encoding: str
    line_end: str
    decimal: str
    thousands: str
    quotes: bool
    separator_line: bool
    blank_lines: int
    at_line_ends: bool
    date: str
    missing: str
    truths: tuple[str, str]

    def content(self) -> bytes:
        """Return the file."""
        lines = [self._line(list(COLUMNS)), *map(self._line, zip(*COLUMNS.values(), strict=True))]
        begin = f"sep={self.delimiter}{self.line_end}" if self.separator_line else self.line_end * self.blank_lines
        text = begin + "".join(line + self.line_end * (1 + self.blank_lines) for line in lines)
        return text.encode(self.encoding)

    def _line(self, values: Sequence[object]) -> str:
        return self.delimiter.join([*(self._quoted(self._cell(value)) for value in values), *[""] * self.at_line_ends])

    def _quoted(self, cell: str) -> str:
        must = any(sign in cell for sign in f'{self.delimiter}"\r\n')
        return '"' + cell.replace('"', '""') + '"' if must or (self.quotes and cell) else cell

    def _cell(self, value: object) -> str:
        if value is None:
            return self.missing
        if isinstance(value, bool):
            return self.truths[value]
        if isinstance(value, dt.date):
            return value.strftime(self.date)
        if isinstance(value, float):
            whole, _, fraction = f"{value:,.2f}".partition(".")
            return whole.replace(",", self.thousands) + self.decimal + fraction
        return str(value)


@st.composite
def styles(draw: st.DrawFn) -> Style:
    """Draw how the table is written."""
    encoding = draw(
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"])
    )
    decimal = draw(st.sampled_from(".,"))
    thousands = ["", " ", "'", "\u00a0", "." if decimal == "," else ","]
    if encoding.startswith("utf"):
        thousands += ["\u202f", "\u2009"]
    return Style(
        delimiter=draw(st.sampled_from(",;\t|")),
        encoding=encoding,
        line_end=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        decimal=decimal,
        thousands=draw(st.sampled_from(thousands)),
        quotes=draw(st.booleans()),
        separator_line=draw(st.booleans()),
        blank_lines=draw(st.integers(0, 2)),
        at_line_ends=draw(st.booleans()),
        date=draw(st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%Y-%m-%dT00:00:00"])),
        missing=draw(st.sampled_from(["", "?", "NA", "n/a", "NULL", "-", "inconnu", "#N/A"])),
        truths=draw(st.sampled_from([("non", "oui"), ("false", "true"), ("no", "yes"), ("Nein", "Ja"), ("N", "Y")])),
    )
