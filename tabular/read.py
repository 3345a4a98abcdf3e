"""CSV and Parquet files as Arrow tables, with the place of every row."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from tabular.errors import TableError
from tabular.names import alike_notes, distinct_names
from tabular.table import Table

MISSING_WORDS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL")
"""How a CSV file may write a missing value. Not "none": data sets use it as a level."""

_DELIMITERS = ",;\t"


def read_table(source: str | Path, *, sheet: str | None = None) -> Table:
    """Read a `.csv`, `.csv.gz` or `.parquet` file; `sheet` is the one of a workbook. Raises TableError."""
    path = Path(source)
    if not path.is_file():
        raise TableError(f"{path}: there is no such file")
    name = path.name.lower()
    if name.endswith(".parquet"):
        content, locate_row = _read_parquet(path), lambda row: f"{path.name}, row {row + 1}"
    elif name.endswith((".csv", ".csv.gz")):
        content, locate_row = _read_csv(path), lambda row: f"{path.name}, line {_line_of(path, row)}"
    else:
        raise TableError(f"{path}: expected a file named .csv, .csv.gz or .parquet")
    if content.num_rows == 0:
        raise TableError(f"{path}: the file has no rows")
    names, notes = distinct_names(content.schema.names)
    columns = {name: content.column(i).combine_chunks() for i, name in enumerate(names)}
    return Table(columns, content.num_rows, locate_row, (*notes, *alike_notes(names)))


def _read_parquet(path: Path) -> pa.Table:
    try:
        return pyarrow.parquet.read_table(path)
    except (pa.ArrowException, OSError):
        raise TableError(f"{path}: not a Parquet file that can be read") from None


def _read_csv(path: Path) -> pa.Table:
    try:
        header, delimiter = _header(path)
        content = _parse_csv(path, header, delimiter)
    except (UnicodeDecodeError, csv.Error, pa.ArrowException, OSError, EOFError):
        raise TableError(f"{path}: not a CSV file in UTF-8") from None
    return content


def _parse_csv(path: Path, header: list[str], delimiter: str) -> pa.Table:
    uneven: list[pa.csv.InvalidRow] = []

    def remember(row: pa.csv.InvalidRow) -> str:
        uneven.append(row)
        return "skip"

    content = pyarrow.csv.read_csv(
        path,
        pyarrow.csv.ReadOptions(column_names=header, skip_rows_after_names=1),
        pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=remember),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), null_values=MISSING_WORDS, strings_can_be_null=True
        ),
    )
    if uneven or _ends_in_several_lines(content):
        _check_records(path, len(header))
    if uneven:
        raise TableError(f"{path.name}: expected {len(header)} fields in every row, as in the header")
    return content


def _ends_in_several_lines(content: pa.Table) -> bool:
    """Return whether the last row spans lines, as it does if a quotation mark was never closed."""
    last = content.slice(content.num_rows - 1) if content.num_rows else content
    return any("\n" in (column[0].as_py() or "") for column in last.columns if len(column))


def _check_records(path: Path, width: int) -> None:
    """Read the file once more, slowly, to find the invalid line."""
    line = 1
    try:
        for line, record in _records(path):
            if len(record) != width:
                raise TableError(
                    f"{path.name}, line {line}: expected {width} fields, as in the header, found {len(record)}"
                )
    except csv.Error:
        raise TableError(f"{path.name}, after line {line}: a quotation mark is not closed") from None


def _header(path: Path) -> tuple[list[str], str]:
    with _open_text(path) as lines:
        first = lines.readline()
    if not first.strip():
        raise TableError(f"{path}: the file is empty, or its first line, the header, is")
    delimiter = max(_DELIMITERS, key=first.count)
    names = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
    if "\0" in first or len(names) < 2:
        raise TableError(f"{path}: not a CSV file: expected a header of two or more names on the first line")
    return names, delimiter


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the first line, fields) of each record of a CSV file, header included, blank lines left out."""
    _, delimiter = _header(path)
    with _open_text(path) as lines:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        line = 1
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1


def _line_of(path: Path, row: int) -> int:
    """Return the line on which a row of a CSV file begins; a row may span several lines, and lines may be blank."""
    records = (line for line, _ in _records(path))
    return next(line for number, line in enumerate(records, start=-1) if number == row)


def _open_text(path: Path) -> TextIO:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")
