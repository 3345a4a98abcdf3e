"""Results of an upload as JSON Lines, CSV or an Arrow IPC stream. No I/O."""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
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
        columns = {name: results.column(name).to_pylist() for name in RESULT_SCHEMA.names}
        rows = zip(*columns.values(), strict=True)
        encode = msgspec.json.encode
        return b"".join([encode(self._line(dict(zip(columns, row, strict=True)))) + b"\n" for row in rows])

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
        columns = [results.column(name).to_pylist() for name in _CSV_COLUMNS]
        for values in columns:
            values[:] = map(_cell, values)
        rows = zip(*columns, strict=True)
        if not self._explain:
            return _csv_lines(rows)
        empty = [None] * len(self._names)
        lists = zip(*(results.column(field.name).to_pylist() for field in _FEATURE_FIELDS), strict=True)
        return _csv_lines(
            [*row, *(value for values in explanation for value in values or empty)]
            for row, explanation in zip(rows, lists, strict=True)
        )


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
