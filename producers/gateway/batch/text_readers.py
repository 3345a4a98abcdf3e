"""Readers of JSON Lines and CSV. No I/O but `read`."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct

from contract.blocks import MAX_BLOCK_ROWS
from contract.codes import ErrorCode
from contract.encoding import unknown_feature
from contract.errors import JSON_DECODE_ERRORS
from contract.messages import ErrorInfo, FieldError
from contract.schema import FeatureType
from producers.gateway.batch.chunks import CLIENT_REF, TOO_LARGE, RowChunk, UploadRow, chunks_from_rows
from producers.gateway.limits import MAX_ROW_BYTES
from producers.gateway.problems import ProblemError
from producers.gateway.served_model import ServedModel

ReadChunk = Callable[[], bytes]
"""Returns the next part of an upload, empty at its end."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SPECIAL = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}

_MALFORMED_CELLS = ErrorInfo(ErrorCode.MALFORMED_MESSAGE, "the line does not have as many cells as the header")
_MALFORMED_LINE = ErrorInfo(ErrorCode.MALFORMED_MESSAGE, "the line is not one JSON object in UTF-8")


def split_lines(read: ReadChunk) -> Iterator[bytes | None]:
    """Give each line that is not empty, without its end; None for one that is larger than a request may be.

    A carriage return before the line's end belongs to the end.
    """
    rest, skipping = b"", False
    while part := read():
        *complete, rest = (rest + part).split(b"\n")
        for line in complete:
            if skipping or len(line) > MAX_ROW_BYTES:
                skipping = False
                yield None
            elif line := line.strip(b"\r"):
                yield line
        if len(rest) > MAX_ROW_BYTES:
            rest, skipping = b"", True
    if skipping:
        yield None
    elif rest := rest.strip(b"\r"):
        yield rest


class _Line(Struct, frozen=True, forbid_unknown_fields=True):
    features: dict[str, Any] | list[Any]
    client_ref: str | None = None


_decoder = msgspec.json.Decoder(_Line)


def read_json_lines(model: ServedModel, read: ReadChunk) -> Iterator[RowChunk]:
    """Read JSON Lines: an object a line, as for `POST /predict`. An invalid line gets its own result."""
    yield from _chunked(model, (_read_json(model, line) for line in split_lines(read)))


def read_csv(model: ServedModel, read: ReadChunk) -> Iterator[RowChunk]:
    """Read CSV (RFC 4180, commas, UTF-8): a header with `client_ref` if wanted and feature names, then a line a row.

    Empty cells are missing values. Line breaks inside cells are not supported: no value has one. Raises ProblemError
    when the header is invalid.
    """
    lines = split_lines(read)
    first = next(lines, b"")
    header = _cells(first.removeprefix(b"\xef\xbb\xbf")) if first else None
    if not header:
        if first == b"":
            return
        raise ProblemError(ErrorCode.MALFORMED_MESSAGE, "the header is not a line of CSV in UTF-8")
    check_columns(model, header)
    text_columns = {f.name for f in model.bundle.schema if f.type is FeatureType.CATEGORICAL} | {CLIENT_REF}
    yield from _chunked(model, (_read_csv(header, text_columns, line) for line in lines))


def check_columns(model: ServedModel, names: Sequence[str]) -> None:
    """Reject an upload with unknown or duplicate columns. Raises ProblemError."""
    errors = [unknown_feature(name) for name in names if name != CLIENT_REF and name not in model.bundle.schema.by_name]
    if errors:
        raise ProblemError(ErrorCode.INVALID_FEATURES, f"{len(errors)} invalid feature(s)", errors[:100])
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        errors = [FieldError(name, ErrorCode.INVALID_BLOCK, "duplicate column") for name in set(twice)]
        raise ProblemError(ErrorCode.INVALID_BLOCK, "two columns have the same name", errors)


def _chunked(model: ServedModel, rows: Iterator[UploadRow | ErrorInfo]) -> Iterator[RowChunk]:
    while some := list(islice(rows, MAX_BLOCK_ROWS)):
        yield from chunks_from_rows(model, some)


def _read_json(model: ServedModel, line: bytes | None) -> UploadRow | ErrorInfo:
    if line is None:
        return TOO_LARGE
    try:
        body = _decoder.decode(line)
        return UploadRow(body.client_ref, model.features_by_name(body.features))
    except msgspec.ValidationError as error:
        return ErrorInfo(ErrorCode.INVALID_MESSAGE, str(error))
    except JSON_DECODE_ERRORS:
        return _MALFORMED_LINE
    except ProblemError as problem:
        return ErrorInfo(ErrorCode.INVALID_MESSAGE, problem.detail, problem.fields)


def _read_csv(header: Sequence[str], text_columns: set[str], line: bytes | None) -> UploadRow | ErrorInfo:
    if line is None:
        return TOO_LARGE
    cells = _cells(line)
    if cells is None or len(cells) != len(header):
        return _MALFORMED_CELLS
    features = {
        name: (cell if name in text_columns else _number(cell)) if cell else None
        for name, cell in zip(header, cells, strict=True)
    }
    client_ref = features.pop(CLIENT_REF, None)
    return UploadRow(None if client_ref is None else str(client_ref), features)


def _cells(line: bytes) -> list[str] | None:
    try:
        return next(csv.reader([line.decode()], strict=True), None)
    except (csv.Error, UnicodeDecodeError):
        return None


def _number(cell: str) -> float | str:
    """Return a number, or the text unchanged: the schema's rules then reject it."""
    text = cell.strip(" ")
    if _NUMBER.fullmatch(text):
        return float(text)
    return _SPECIAL.get(text.lower(), text)
