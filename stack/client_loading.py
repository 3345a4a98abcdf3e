"""Loading clients from a table or from lines into the database, with a report of the rows at fault."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from sqlalchemy import Engine

from contract.access import Purpose
from contract.csv_escape import escape_formula
from contract.errors import JSON_DECODE_ERRORS
from contract.schema import FeatureSchema
from db.access_log import Actor
from db.client_writes import put_client
from db.seed import LoadCounts, seed_clients, upsert_clients
from stack.client_table import LEFT_OUT, ClientTable, RowFault, read_clients
from stack.errors import ClientTableError
from stack.private_files import private_file
from tabular.report import ColumnReport
from tabular.table import Table

EXIT_PARTIAL = 4
"""Exit code of `neoscore db load`: some rows were at fault, the rest was loaded."""


@dataclass
class LoadOutcome:
    """What loading did, and what it left."""

    inserted: int = 0
    updated: int = 0
    faults: list[tuple[str, RowFault]] = field(default_factory=list)
    """Place of the row in its source, and the fault."""
    left_out: set[str] = field(default_factory=set)
    """Columns that are no feature of the model."""
    columns: Sequence[ColumnReport] = ()
    """What each column of a table is; a line of JSON has none."""
    rejected: int = 0

    @property
    def loaded(self) -> int:
        """How many clients were stored."""
        return self.inserted + self.updated


def load_table(
    engine: Engine,
    schema: FeatureSchema,
    table: Table,
    clients: ClientTable,
    *,
    replace: bool,
    strict: bool,
    progress: Callable[[int], None] | None = None,
) -> LoadOutcome:
    """Store the clients of a table that are not at fault: with `replace` as the only ones.

    Stores nothing if `strict` and a row is at fault, or if all are. Raises DatabaseError.
    """
    places: dict[int, str] = {}
    for fault in clients.faults:
        places.setdefault(fault.row, "")
    places = {row: table.locate_row(row) for row in places}
    outcome = LoadOutcome(
        faults=[(places[fault.row], fault) for fault in clients.faults],
        left_out=_left_out(clients),
        columns=clients.columns,
        rejected=clients.rejected,
    )
    if (strict and outcome.rejected) or outcome.rejected == table.rows:
        return outcome
    if replace:
        counts = LoadCounts(seed_clients(engine, schema, clients.clients(), progress), 0)
    else:
        counts = upsert_clients(engine, schema, clients.clients(), progress)
    outcome.inserted, outcome.updated = counts
    return outcome


def load_lines(
    engine: Engine,
    schema: FeatureSchema,
    lines: Iterable[bytes],
    number_column: str,
    pseudonym: Callable[[str], str],
    actor: Actor,
) -> LoadOutcome:
    """Store one client after another, each a line with a JSON object, as the lines arrive.

    Each has an entry in the access log. Raises DatabaseError.
    """
    outcome = LoadOutcome()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            clients = read_clients(_one_row(line, number, number_column), schema, number_column, pseudonym)
        except ClientTableError as error:
            outcome.faults.append((f"line {number}", RowFault(0, "", str(error))))
            outcome.rejected += 1
            continue
        outcome.left_out |= _left_out(clients)
        outcome.faults += [(f"line {number}", fault) for fault in clients.faults]
        outcome.rejected += clients.rejected
        for ref, values in clients.clients():
            if put_client(engine, schema, ref, values, actor, Purpose.COMMAND_LINE_CLIENT):
                outcome.inserted += 1
            else:
                outcome.updated += 1
    return outcome


def write_faults(path: Path, outcome: LoadOutcome) -> None:
    """Write the rows at fault as CSV: row, column, reason. Raises OSError."""
    with private_file(path) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["row", "column", "reason"])
        for place, fault in outcome.faults:
            writer.writerow(map(escape_formula, (place, fault.column, fault.reason)))


def _left_out(clients: ClientTable) -> set[str]:
    return {report.column for report in clients.columns if report.understood_as == LEFT_OUT}


def _one_row(line: bytes, number: int, number_column: str) -> Table:
    try:
        found: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
    except JSON_DECODE_ERRORS:
        raise ClientTableError("expected one JSON object, column to value") from None
    if number_column not in found:
        raise ClientTableError(f"the object has no {number_column!r}, which is the customer number")
    try:
        columns = {name: pa.array([value]) for name, value in found.items()}
    except (pa.ArrowException, OverflowError):
        raise ClientTableError("a value is too large or of mixed types") from None
    return Table(columns, 1, lambda _: f"line {number}")
