"""A CSV file, in the dialect and encoding that it has, as a table of text."""

import csv
import io
import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.csv

from tabular.csv_dialect import SAMPLE_CHARACTERS, Record, find_dialect, is_blank, read_records
from tabular.encodings import find_encoding
from tabular.errors import TableError
from tabular.names import check_names
from tabular.table import Table, make_table


def read_csv(content: memoryview, name: str) -> Table:
    """Read the content of a CSV file, called `name` in messages. Raises TableError, with the line that is wrong."""
    return _CsvFile(content, name).read()


class _CsvFile:
    def __init__(self, content: memoryview, name: str) -> None:
        self._content, self._name = content, name
        self._encoding = find_encoding(content, name)
        sample = self._text(self._encoding.mark).read(SAMPLE_CHARACTERS)
        if "\0" in sample:
            raise TableError(f"{name}: not a text, and so not a CSV file")
        try:
            self._dialect = find_dialect(sample, complete=len(sample) < SAMPLE_CHARACTERS)
        except TableError as error:
            raise TableError(f"{name}: {error}") from None
        check_names(self._dialect.header, name)
        self._width = len(self._dialect.header)
        self._begin = self._encoding.mark + len(sample[: self._dialect.begin].encode(self._encoding.codec))
        self._lines = np.zeros(0, np.int64)

    def read(self) -> Table:
        columns = self._columns()
        note = self._encoding.note
        return make_table(self._dialect.header, columns, self._locate_row, [note] if note else [])

    def _columns(self) -> list[pa.Array]:
        """Read quickly, with Arrow; where it finds a fault, read again to say on which line."""
        uneven = 0

        def count(row: pa.csv.InvalidRow) -> str:
            nonlocal uneven
            uneven += not is_blank([row.text], self._width)
            return "skip"

        names = [str(number) for number in range(self._width)]
        try:
            content = pa.csv.read_csv(
                self._rows_in_utf8(),
                pa.csv.ReadOptions(column_names=names),
                pa.csv.ParseOptions(
                    delimiter=self._dialect.delimiter, newlines_in_values=True, invalid_row_handler=count
                ),
                pa.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
                ),
            )
        except pa.ArrowException:
            uneven, content = 1, None
        if uneven or _ends_in_several_lines(content):
            self._check_records()
        if uneven:
            raise TableError(f"{self._name}: cannot be read as a CSV file")
        return [column.combine_chunks() for column in content.columns]

    def _check_records(self) -> None:
        line, found = self._dialect.line - 1, 0
        try:
            for record in self._records(strict=True):
                line, found = self._dialect.line + record.line, len(record.fields)
                if found != self._width:
                    break
            else:
                if not found:
                    raise TableError(f"{self._name}: the file has no rows")
                return
        except csv.Error as error:
            if "unexpected end" in str(error) or "limit" in str(error):
                raise TableError(f"{self._name}, after line {line}: a quotation mark is not closed") from None
            return  # Arrow's reader takes what follows a closing mark for a part of the value, and so does Python's
        raise TableError(f"{self._name}, line {line}: expected {self._width} fields, as in the header, found {found}")

    def _records(self, *, strict: bool = False) -> Iterator[Record]:
        lines = self._text(self._begin)
        return read_records(lines, self._dialect.delimiter, self._width, strict=strict)

    def _locate_row(self, row: int) -> str:
        if not len(self._lines):
            self._lines = np.fromiter((record.line for record in self._records()), np.int64)
        return f"{self._name}, line {self._dialect.line + self._lines[row]}"

    def _rows_in_utf8(self) -> pa.NativeFile:
        rows = pa.BufferReader(pa.py_buffer(self._content[self._begin :]))
        codec = self._encoding.codec
        return rows if codec == "utf-8" else pa.transcoding_input_stream(rows, codec, "utf-8")

    def _text(self, begin: int) -> io.TextIOWrapper:
        """Return the text from a byte on, whose lines end as they are written."""
        return io.TextIOWrapper(pa.BufferReader(pa.py_buffer(self._content[begin:])), self._encoding.codec, newline="")


def _ends_in_several_lines(content: pa.Table) -> bool:
    """Return whether the last row spans lines, as it does if a quotation mark was never closed."""
    last = content.slice(content.num_rows - 1) if content.num_rows else content
    return any(re.search(r"[\r\n]", column[0].as_py() or "") for column in last.columns if len(column))
