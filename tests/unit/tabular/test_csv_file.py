"""A table that is written in any dialect is read as the same texts."""

import re
from dataclasses import dataclass

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.csv_file import read_csv
from tabular.names import distinct_names

LETTERS = "abZ019 .-%éèêàçùôîïüäößñÉØ"
CELLS = st.text(LETTERS + ",;\t|'\"\r\n", max_size=8)
WORDS = st.text(LETTERS, max_size=8)


@dataclass(frozen=True)
class Written:
    """A table, and how it is written."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str
    line_end: str
    quotes: bool
    separator_line: bool
    at_line_ends: str
    blank_lines: int

    def text(self) -> str:
        """Return the table as text."""
        return "".join(self.parts())

    def parts(self) -> list[str]:
        """Return what precedes the header, the header, and each row."""
        begin = f"sep={self.delimiter}{self.line_end}" if self.separator_line else self.line_end * self.blank_lines
        lines = [self._line(self.header, "header"), *(self._line(row, "rows") for row in self.rows)]
        return [begin, *(line + self.line_end * self.blank_lines for line in lines)]

    def _line(self, cells: list[str], which: str) -> str:
        more = [""] if which in self.at_line_ends else []
        return self.delimiter.join([*map(self._cell, cells), *more]) + self.line_end

    def _cell(self, cell: str) -> str:
        must = any(sign in cell for sign in f'{self.delimiter}"\r\n') or (not cell and len(self.header) == 1)
        return '"' + cell.replace('"', '""') + '"' if must or (cell and self.quotes) else cell


@st.composite
def written_tables(draw) -> Written:
    width = draw(st.integers(1, 5))
    separator_line = draw(st.booleans())
    # Signs in names, or in the texts of a column that is alone, would leave open which one is the delimiter.
    names = CELLS if separator_line else st.one_of(WORDS, WORDS.map(lambda name: f"{name}\n{name}"))
    header = draw(st.lists(names, min_size=width, max_size=width))
    named = draw(st.integers(0, min(width, 2) - 1))
    header[named] = f"id{header[named]}"
    header[:named] = [""] * named
    row = st.lists(CELLS if width > 1 else WORDS, min_size=width, max_size=width)
    return Written(
        header=header,
        rows=draw(st.lists(row, min_size=1, max_size=6).filter(lambda rows: any(map(any, rows)))),
        delimiter=draw(st.sampled_from(",;\t|")),
        line_end=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        quotes=draw(st.booleans()),
        separator_line=separator_line,
        at_line_ends=draw(st.sampled_from(["", "header", "rows", "header and rows"])) if width > 1 else "",
        blank_lines=draw(st.integers(0, 2)),
    )


ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "cp1252"])


def _expected(written: Written) -> dict[str, list[str | None]]:
    rows = [row for row in written.rows if any(row)]
    columns = [[row[i] or None for row in rows] for i in range(len(written.header))]
    header = list(written.header)
    while not header[-1].strip() and not any(columns[-1]):
        header.pop(), columns.pop()
    return dict(zip(distinct_names(header)[0], columns, strict=True))


@given(written_tables(), ENCODINGS)
def test_a_table_in_any_dialect_is_read_as_the_same_texts(written, encoding):
    table = read_csv(memoryview(written.text().encode(encoding)), "loans.csv")
    assert {name: column.to_pylist() for name, column in table.columns.items()} == _expected(written)


@given(written_tables())
def test_each_row_is_found_in_its_line(written):
    parts = written.parts()
    before = ["".join(parts[: i + 2]) for i, row in enumerate(written.rows) if any(row)]
    lines = [len(re.findall(r"\r\n|\r|\n", text)) + 1 for text in before]
    table = read_csv(memoryview(written.text().encode()), "loans.csv")
    assert [table.locate_row(row) for row in range(table.rows)] == [f"loans.csv, line {line}" for line in lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(("sep", "decimal"), [(",", "."), (";", ","), ("\t", ",")])
def test_what_pandas_writes(encoding, sep, decimal):
    frame = pd.DataFrame({"Revenu (€)": [1234.5, None], "état": ["marié; 2 enfants", 'divorcé, "seul"']})
    content = frame.to_csv(sep=sep, decimal=decimal).encode(encoding)
    table = read_csv(memoryview(content), "loans.csv")
    assert {name: column.to_pylist() for name, column in table.columns.items()} == {
        "column_1": ["0", "1"],
        "Revenu (€)": [f"1234{decimal}5", None],
        "état": frame["état"].tolist(),
    }
