"""Readers of JSON Lines and CSV. No I/O but `read`."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from contract.blocks import MAX_BLOCK_ROWS
from contract.codes import ErrorCode
from contract.encoding import MAX_FAULTS_NAMED, invalid_features, too_many_names, unknown_feature
from contract.errors import JSON_DECODE_ERRORS
from contract.messages import MAX_DETAIL_LENGTH, ErrorInfo, FieldError
from producers.gateway.batch.chunks import CLIENT_REF, TOO_LARGE, RowChunk, UploadRow, chunks_from_rows
from producers.gateway.limits import BLOCK_SPLIT_BYTES, MAX_ROW_BYTES
from producers.gateway.problems import ProblemError
from producers.gateway.served_model import ServedModel
from tabular.cells import CellReader
from tabular.csv_dialect import find_dialect, is_separator_line
from tabular.encodings import StreamDecoder
from tabular.errors import TableError
from tabular.names import check_names, clean_name, distinct_names, match_columns

ReadChunk = Callable[[], bytes]
"""Returns the next part of an upload, empty at its end."""

_MALFORMED_CELLS = ErrorInfo(ErrorCode.MALFORMED_MESSAGE, "the line does not have as many cells as the header")
_MALFORMED_LINE = ErrorInfo(ErrorCode.MALFORMED_MESSAGE, "the line is not one JSON object in UTF-8")


def split_lines(read: ReadChunk) -> Iterator[bytes | None]:
    """Give each line that is not empty, without its end; None for one that is larger than a request may be.

    A carriage return before the line's end belongs to the end.
    """
    line, too_large = bytearray(), False
    while part := read():
        for number, piece in enumerate(part.split(b"\n")):
            if number:  # a line ends before this piece
                yield from _complete(line, too_large=too_large)
                line, too_large = bytearray(), False
            line += piece
            if len(line) > MAX_ROW_BYTES:
                line, too_large = bytearray(), True
    yield from _complete(line, too_large=too_large)


def _complete(line: bytearray, *, too_large: bool) -> Iterator[bytes | None]:
    if too_large:
        yield None
    elif written := bytes(line).strip(b"\r"):
        yield written


def _in_blocks(lines: Iterator[bytes | None]) -> Iterator[list[bytes | None]]:
    """Yield lines together: as many as a block has rows, and not many more bytes than it may have."""
    some: list[bytes | None] = []
    size = 0
    for line in lines:
        some.append(line)
        size += len(line or b"")
        if len(some) == MAX_BLOCK_ROWS or size >= BLOCK_SPLIT_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


class _Line(Struct, frozen=True, forbid_unknown_fields=True):
    features: dict[str, Any] | list[Any]
    client_ref: str | None = None


_decoder = msgspec.json.Decoder(_Line)


def read_json_lines(model: ServedModel, read: ReadChunk) -> Iterator[RowChunk]:
    """Read JSON Lines: an object a line, as for `POST /predict`. An invalid line gets its own result."""
    for some in _in_blocks(split_lines(read)):
        yield from chunks_from_rows(model, (_read_json(model, line) for line in some))


def read_csv(model: ServedModel, read: ReadChunk) -> Iterator[RowChunk]:
    """Read CSV in the dialect that its header shows: `client_ref` if wanted and columns of features, then a line a row.

    Encodings, dialects and styles of numbers are those of `tabular`. Line breaks inside cells are not supported: no
    value has one. Raises ProblemError when the header is invalid.
    """
    lines = split_lines(_in_utf8(read))
    first = next(lines, b"")
    if first == b"":
        return
    try:
        dialect = find_dialect(_header_text(first, lines), complete=True)
        check_column_count(model, len(dialect.header))
        check_names(dialect.header, "the first line")
    except UnicodeDecodeError:
        raise ProblemError(ErrorCode.MALFORMED_MESSAGE, "the header is not text") from None
    except TableError as error:  # its sentences quote nothing
        raise ProblemError(ErrorCode.MALFORMED_MESSAGE, f"the header is not a line of CSV: {error}") from None
    header = _feature_columns(model, list(dialect.header))
    check_columns(model, header)
    reader = CellReader(model.bundle.schema)
    for some in _in_blocks(lines):
        rows = [_read_csv(header, dialect.delimiter, line) for line in some]
        yield from chunks_from_rows(model, _read_cells(reader, rows))


def _feature_columns(model: ServedModel, header: list[str]) -> list[str]:
    """Return the features of columns, and the names of those that are none; a doubled one stays doubled."""
    if not header[-1].strip():
        header.pop()  # the line ends with a delimiter
    distinct, _ = distinct_names(header)
    features = {column: feature for feature, column in match_columns(model.bundle.schema.by_name, distinct).items()}
    names = [clean_name(name) or new for name, new in zip(header, distinct, strict=True)]
    return [features.get(name, name) for name in names]


def _in_utf8(read: ReadChunk) -> ReadChunk:
    """Return the text in UTF-8 whatever it is written in, with line feeds only."""
    decoder = StreamDecoder()

    def read_text() -> bytes:
        while part := read():
            if text := decoder.decode(part):
                return text.replace(b"\r", b"\n")
        return decoder.decode(b"").replace(b"\r", b"\n")

    return read_text


def _header_text(first: bytes | None, lines: Iterator[bytes | None]) -> str:
    """Return the lines of the header: it may span several, or follow one that names the delimiter."""
    parts: list[bytes] = []
    size = quotes = 0
    line = first
    while True:
        if line is None or size > MAX_ROW_BYTES:
            detail = f"the header does not end within {MAX_ROW_BYTES:,} bytes"
            raise ProblemError(ErrorCode.MALFORMED_MESSAGE, detail)
        parts.append(line)
        size += len(line) + 1
        quotes += line.count(b'"')
        if quotes % 2 == 0 and not (len(parts) == 1 and is_separator_line(line.decode(errors="replace"))):
            return b"\n".join([*parts, b""]).decode()
        line = next(lines, None)


def check_column_count(model: ServedModel, count: int) -> None:
    """Reject an upload with many more columns than the model has features. Raises ProblemError."""
    if fault := too_many_names(model.bundle.schema, count):
        raise ProblemError(ErrorCode.INVALID_FEATURES, f"columns: {fault.detail}", [fault])


def check_columns(model: ServedModel, names: Sequence[str]) -> None:
    """Reject an upload with unknown or duplicate columns. Raises ProblemError."""
    unknown = [
        unknown_feature(name) for name in names if name != CLIENT_REF and name not in model.bundle.schema.by_name
    ]
    if unknown:
        error = invalid_features(unknown)
        raise ProblemError(error.code, error.detail, error.fields)
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        errors = [FieldError(name, ErrorCode.INVALID_BLOCK, "duplicate column") for name in twice[:MAX_FAULTS_NAMED]]
        raise ProblemError(ErrorCode.INVALID_BLOCK, f"{len(twice)} name(s) stand above several columns", errors)


def _read_json(model: ServedModel, line: bytes | None) -> UploadRow | ErrorInfo:
    if line is None:
        return TOO_LARGE
    try:
        body = _decoder.decode(line)
        return UploadRow(body.client_ref, model.features_by_name(body.features))
    except msgspec.ValidationError as error:
        return ErrorInfo(ErrorCode.INVALID_MESSAGE, str(error)[:MAX_DETAIL_LENGTH])
    except JSON_DECODE_ERRORS:
        return _MALFORMED_LINE
    except ProblemError as problem:
        return ErrorInfo(ErrorCode.INVALID_MESSAGE, problem.detail, problem.fields)


def _read_csv(header: Sequence[str], delimiter: str, line: bytes | None) -> UploadRow | ErrorInfo:
    """Return a row whose cells are not read yet."""
    if line is None:
        return TOO_LARGE
    cells = _cells(line, delimiter)
    if cells and len(cells) == len(header) + 1 and not cells[-1]:
        cells.pop()  # the line ends with a delimiter
    if cells is None or len(cells) != len(header):
        return _MALFORMED_CELLS
    row: dict[str, Any] = {name: cell or None for name, cell in zip(header, cells, strict=True)}
    return UploadRow(row.pop(CLIENT_REF, None), row)


def _read_cells(reader: CellReader, rows: Sequence[UploadRow | ErrorInfo]) -> list[UploadRow | ErrorInfo]:
    """Return the rows with their cells read, column by column."""
    written = [row for row in rows if isinstance(row, UploadRow)]
    names = list(written[0].features) if written else []
    columns = reader.read({name: [row.features[name] for row in written] for name in names})
    read = zip(*(columns[name] for name in names), strict=True) if names else iter([()] * len(written))
    return [
        UploadRow(row.client_ref, dict(zip(names, next(read), strict=True))) if isinstance(row, UploadRow) else row
        for row in rows
    ]


def _cells(line: bytes, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([line.decode()], delimiter=delimiter, strict=True), None)
    except (csv.Error, UnicodeDecodeError):
        return None
