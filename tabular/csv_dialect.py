"""The dialect of a CSV text, found out from its beginning: no I/O."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from tabular.errors import TableError
from tabular.names import looks_like_row

DELIMITERS = ",;\t|"

_SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?[;,\t|]*[ ]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""What Excel writes and reads before the header, to say the delimiter."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
SAMPLE_CHARACTERS = 1_000_000
"""A header of ten thousand long names."""

_COMPARED_RECORDS = 50
"""Records that a delimiter is judged by."""


@dataclass(frozen=True)
class Dialect:
    """How the records of a text are written, and where they begin."""

    delimiter: str
    header: tuple[str, ...]
    """Names as written, one for each field of a record; a line may end with a delimiter, and so with an empty name."""
    begin: int
    """Characters before the first record."""
    line: int
    """Number of the line at which the first record begins, from 1."""


class Record(NamedTuple):
    """One record, and the place of its first and of the next one's first line, from 0."""

    fields: list[str]
    line: int
    end: int


def find_dialect(text: str, *, complete: bool) -> Dialect:
    """Return the dialect of a text that begins with at most SAMPLE_CHARACTERS given ones; `complete`: they are all.

    The delimiter is the one by which the most records have as many fields as the header. Raises TableError.
    """
    separator = _SEPARATOR_LINE.match(text)
    skipped = separator.end() if separator else 0
    lines = _LINE.findall(text, skipped)
    found = [_try(lines, each, complete) for each in (separator.group(1) if separator else DELIMITERS)]
    trials = [trial for trial in found if trial]
    if not trials:
        raise TableError("no line holds the names of the columns")
    header, records, delimiter = max(trials, key=_fitness)
    if not complete and header.end == len(lines):
        raise TableError(f"the line of the column names does not end within {SAMPLE_CHARACTERS:,} characters")
    if len(header.fields) == 1 and any(map(_has_columns, trials)):
        raise TableError("the first line holds one name, the others several columns: remove what is above their names")
    try:
        list(csv.reader(lines[: header.end], delimiter=delimiter, strict=True))
    except csv.Error:
        raise TableError("a quotation mark in the line of the column names is not closed") from None
    names = _with_trailing_delimiter(header.fields, records)
    _check_names(names, [record.fields for record in records])
    begin = skipped + sum(map(len, lines[: header.end]))
    return Dialect(delimiter, tuple(names), begin, header.end + 1 + bool(separator))


def is_separator_line(line: str) -> bool:
    """Return whether a line says the delimiter (`sep=;`), so that the header is on the next one."""
    return _SEPARATOR_LINE.fullmatch(f"{line}\n") is not None


def read_records(lines: Iterable[str], delimiter: str, width: int, *, strict: bool = False) -> Iterator[Record]:
    """Yield the records of lines, which keep their ends; blank lines are none.

    Raises csv.Error if `strict` and a quotation mark is not closed.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=strict)
    line = 0
    for fields in reader:
        if not is_blank(fields, width):
            yield Record(fields, line, reader.line_num)
        line = reader.line_num


def is_blank(fields: Sequence[str], width: int) -> bool:
    """Return whether a line has nothing in it; white space may be the value of a column that is alone."""
    return not fields or (len(fields) == 1 and width > 1 and not fields[0].strip())


_Trial = tuple[Record, list[Record], str]


def _try(lines: list[str], delimiter: str, complete: bool) -> _Trial | None:
    records: list[Record] = []
    with suppress(csv.Error):  # a field longer than Python's reader takes: not the delimiter, or an open quotation mark
        records.extend(_first_records(lines, delimiter))
    if not complete and len(records) > 1 and records[-1].end == len(lines):
        records.pop()  # it may continue
    return (records[0], records[1:], delimiter) if records else None


def _first_records(lines: list[str], delimiter: str) -> Iterator[Record]:
    number = 0
    for record in read_records(lines, delimiter, width=2):
        if number or any(field.strip() for field in record.fields):
            yield record
            number += 1
        if number > _COMPARED_RECORDS:
            return


def _fitness(trial: _Trial) -> tuple[bool, float, int]:
    header, records, _ = trial
    names = _with_trailing_delimiter(header.fields, records)
    fitting = sum(len(record.fields) == len(names) for record in records)
    return len(names) > 1, fitting / len(records) if records else 1.0, len(names)


def _has_columns(trial: _Trial) -> bool:
    """Return whether most records have several fields, more than the two of a number with a decimal comma."""
    _, records, delimiter = trial
    several = sum(len(record.fields) > (2 if delimiter == "," else 1) for record in records)
    return several * 2 > len(records)


def _with_trailing_delimiter(names: list[str], records: list[Record]) -> list[str]:
    """Return the names, one more or less if only the records, or only the header, end with a delimiter."""
    longer = sum(len(record.fields) == len(names) + 1 and not record.fields[-1] for record in records)
    shorter = sum(len(record.fields) == len(names) - 1 for record in records)
    if longer * 2 > len(records):
        return [*names, ""]
    return names[:-1] if not names[-1].strip() and shorter * 2 > len(records) else names


def _check_names(names: list[str], rows: list[list[str]]) -> None:
    numbers = [name.strip() for name in names if re.fullmatch(r"\s*[-+]?\d+(?:[.,]\d+)*\s*", name)]
    counted = [str(number) for number in range(len(numbers))]
    if len(numbers) == len([name for name in names if name.strip()]) and numbers != counted:
        raise TableError("the first line holds numbers: expected the names of the columns on it")
    if looks_like_row(names, rows):
        raise TableError("the first line is a row of values, as it seems: write the names of the columns above it")
