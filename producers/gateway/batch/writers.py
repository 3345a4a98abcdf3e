"""Results of an upload as JSON Lines, CSV or an Arrow IPC stream. No I/O."""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import msgspec
import pyarrow as pa

from contract.codes import Status
from contract.csv_escape import escape_formula
from contract.headers import ARROW, CSV, JSON_LINES
from contract.result_fields import RESULT_FIELDS, RESULT_SCHEMA

_FEATURE_FIELDS = tuple(field for field in RESULT_FIELDS if field.per_feature)
_SCORED_FIELDS = tuple(field for field in RESULT_FIELDS if field.applies_to != "not_scored" and not field.per_feature)
_ERROR_FIELDS = tuple(field for field in RESULT_FIELDS if field.applies_to != "scored")
_CSV_COLUMNS = tuple(field.name for field in RESULT_FIELDS if field.in_csv and not field.per_feature)


ROWS_AT_ONCE = 32
"""Rows that become Python objects at once: Arrow lets no other thread run meanwhile, and the event loop must run."""


class ResultWriter(ABC):
    """Writes the results of one upload. `names`: the features, in the order of the explanation's lists."""

    media_type: ClassVar[str]

    def __init__(self, names: Sequence[str], *, explain: bool) -> None:
        self._names = tuple(names)
        self._explain = explain

    def begin(self) -> bytes:
        """Return what precedes the first results."""
        return b""

    @abstractmethod
    def write(self, results: pa.Table) -> bytes:
        """Return encoded results."""

    def end(self) -> bytes:
        """Return what follows the last results."""
        return b""


class JsonLinesWriter(ResultWriter):
    """A line for each row, as the response of `POST /predict`."""

    media_type = JSON_LINES

    def write(self, results: pa.Table) -> bytes:
        """Return the lines of these results."""
        encode = msgspec.json.encode
        return b"".join([encode(self._line(row)) + b"\n" for row in _rows(results)])

    def _line(self, row: Mapping[str, Any]) -> dict[str, Any]:
        scored = row["status"] == Status.SCORED
        line: dict[str, Any] = {}
        for field in _SCORED_FIELDS if scored else _ERROR_FIELDS:
            value = row[field.name]
            if value is None and pa.types.is_list(field.type):
                value = []
            group, *rest = field.path
            if rest:
                line.setdefault(group, {})[rest[0]] = value
            else:
                line[group] = value
        if scored:
            line |= {"contributions": self._contributions(row), "cached": False}
        return line

    def _contributions(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the contributions, strongest first; equal ones in the model's order."""
        log_odds = row["log_odds"] or []
        order = sorted(range(len(log_odds)), key=lambda i: -abs(log_odds[i] or 0.0))
        return [
            {"feature": self._names[i], **{field.path[1]: row[field.name][i] for field in _FEATURE_FIELDS}}
            for i in order
        ]


class CsvWriter(ResultWriter):
    """A line for each row: the result, and two columns for each feature with explanations."""

    media_type = CSV

    def begin(self) -> bytes:
        """Return the header."""
        explained = self._names if self._explain else ()
        more = [f"{field.name}.{name}" for field in _FEATURE_FIELDS for name in explained]
        return _csv_lines([[*_CSV_COLUMNS, *more]])

    def write(self, results: pa.Table) -> bytes:
        """Return the lines of these results."""
        return _csv_lines(self._cells(row) for row in _rows(results))

    def _cells(self, row: Mapping[str, Any]) -> list[Any]:
        cells = [_cell(row[name]) for name in _CSV_COLUMNS]
        if self._explain:
            empty = [None] * len(self._names)
            cells += [value for field in _FEATURE_FIELDS for value in row[field.name] or empty]
        return cells


class ArrowWriter(ResultWriter):
    """The columns unchanged; the schema's metadata names the features of the lists."""

    media_type = ARROW

    def __init__(self, names: Sequence[str], *, explain: bool) -> None:
        super().__init__(names, explain=explain)
        metadata = {"features": msgspec.json.encode(self._names if explain else ()).decode()}
        self._schema = RESULT_SCHEMA.with_metadata(metadata)
        self._sink = io.BytesIO()
        self._writer = pa.ipc.new_stream(self._sink, self._schema)

    def begin(self) -> bytes:
        """Return the schema's message."""
        return self._drain()

    def write(self, results: pa.Table) -> bytes:
        """Return the messages of these results."""
        self._writer.write_table(results.replace_schema_metadata(self._schema.metadata))
        return self._drain()

    def end(self) -> bytes:
        """Return the end-of-stream marker."""
        self._writer.close()
        return self._drain()

    def _drain(self) -> bytes:
        written = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return written


WRITERS: Mapping[str, type[ResultWriter]] = {
    kind.media_type: kind for kind in (JsonLinesWriter, CsvWriter, ArrowWriter)
}


def _rows(results: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Yield results as name → value."""
    for start in range(0, results.num_rows, ROWS_AT_ONCE):
        yield from results.slice(start, ROWS_AT_ONCE).to_pylist()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return escape_formula(value)
    if isinstance(value, list):  # codes, or invalid fields
        return " ".join(escape_formula(v if isinstance(v, str) else f"{v['name']}:{v['code']}") for v in value)
    return value


def _csv_lines(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
