"""`neoscore db load` and `neoscore pseudonym`. Heavy imports wait until a command runs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from contract.schema import FeatureSchema
    from contract.settings import Settings
    from stack.client_loading import LoadOutcome
    from training.project import Project

STDIN = "-"


def load(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="A table of clients; `-` reads JSON objects from standard input, one client a line."
        ),
    ] = None,
    customer_number: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="The column of customer numbers. [default: that of project.toml, or client_ref]"
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook. [default: the first]")] = None,
    missing: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="A word that means a missing value; repeat it for several.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Remove all clients that are not in the file.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Load nothing if any row is invalid.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where invalid rows are listed. [default: NAME.faults.csv beside FILE]"),
    ] = None,
    delete: Annotated[
        typer.FileBinaryRead | None,
        typer.Option(
            "--delete",
            metavar="FILE",
            help="Instead of loading: delete the clients of these customer numbers, one per line; `-` reads standard "
            "input.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Load clients for the active model: new ones are inserted, known ones get the file's values.

    The file needs a column of customer numbers, from which references are made, or a column client_ref that holds
    references as `neoscore pseudonym` makes them. It needs no outcome, and columns that are no feature are left out.
    Invalid rows are listed with row, column and reason, never with a value, and the rest is loaded.

    Without NEOSCORE_DATABASE_URL and without a running stack, this uses the local database of `neoscore up`.

    Exit codes: 0 every row was loaded, 1 nothing was, 2 usage, 4 some rows were invalid and the rest was loaded.
    """
    from contract.settings import settings
    from producers.commands.context import serving_bundle
    from stack.database import command_database

    if (file is None) == (delete is None):
        raise typer.BadParameter("name a file of clients, or one of customer numbers with --delete", param_hint="FILE")
    config = settings()
    if delete is not None:
        with command_database(config) as engine:
            _delete(engine, config, delete)
        return
    assert file is not None  # noqa: S101 - checked above
    schema = serving_bundle(config).schema
    if file == STDIN:
        with command_database(config, create=True) as engine:
            outcome = _load_lines(engine, config, schema, customer_number)
    else:
        outcome = _load_table(
            file, config, schema, customer_number, sheet, missing or [], replace=replace, strict=strict, show=not json
        )
    _finish(outcome, report or _report_path(file), json=json)


def pseudonym(
    number: Annotated[str, typer.Argument(help="A customer number; `-` reads them from standard input, one per line.")],
) -> None:
    """Print the client reference of a customer number under the current key.

    A number on the command line is visible to the machine's users, and shells remember it: `-` avoids both.
    """
    from contract.settings import settings
    from stack.clients import customer_numbers, pseudonym_maker

    reference = pseudonym_maker(settings())
    for one in customer_numbers(sys.stdin.buffer) if number == STDIN else [number]:
        typer.echo(reference(one))


def _load_table(
    file: str,
    config: Settings,
    schema: FeatureSchema,
    customer_number: str | None,
    sheet: str | None,
    missing: list[str],
    *,
    replace: bool,
    strict: bool,
    show: bool,
) -> LoadOutcome:
    from stack.client_loading import load_table
    from stack.client_table import clients_with_ages, read_clients
    from stack.clients import pseudonym_maker
    from stack.commands.progress import progress_bar
    from stack.database import command_database
    from tabular.read import read_table
    from tabular.report import print_columns
    from training.project import find_project

    table = read_table(file, sheet=sheet)
    for note in table.notes:
        typer.echo(note, err=True)
    project = find_project()
    column = _number_column(table.columns, customer_number, project)
    words = [*missing, *(project.data.missing if project else [])]
    if project and (project.data.date or project.data.reference_date):
        table, said = clients_with_ages(table, project.data.date, words)
        typer.echo(said, err=True)
    clients = read_clients(table, schema, column, pseudonym_maker(config), words)
    if show:
        print_columns(clients.columns, table.rows)
    for note in clients.notes:
        typer.echo(note, err=True)
    if clients.absent:
        typer.echo(f"no column for {', '.join(clients.absent)}: counts as missing", err=True)
    with command_database(config, create=True) as engine, progress_bar("clients", table.rows) as progress:
        return load_table(engine, schema, table, clients, replace=replace, strict=strict, progress=progress)


def _load_lines(engine: Engine, config: Settings, schema: FeatureSchema, customer_number: str | None) -> LoadOutcome:
    import getpass

    from contract.access import COMMAND_LINE_ROLE
    from db.access_log import Actor
    from stack.client_loading import load_lines
    from stack.client_table import REFERENCE_COLUMN
    from stack.clients import pseudonym_maker
    from training.project import find_project

    actor = Actor(getpass.getuser(), COMMAND_LINE_ROLE)
    project = find_project()
    column = customer_number or (project and project.data.customer_number) or REFERENCE_COLUMN
    return load_lines(engine, schema, sys.stdin.buffer, column, pseudonym_maker(config), actor)


def _number_column(columns: Mapping[str, object], named: str | None, project: Project | None) -> str:
    """Return the column of customer numbers: the one named, the project's, that of references, or the answer."""
    from stack.client_table import REFERENCE_COLUMN

    listed = ", ".join(columns)
    of_project = project.data.customer_number if project else None
    if named is None and of_project in columns:
        named = of_project
    if named is None and REFERENCE_COLUMN in columns:
        return REFERENCE_COLUMN
    if named is None and sys.stdin.isatty():
        typer.echo(f"columns: {listed}", err=True)
        named = typer.prompt("Which column holds the customer number?", err=True)
    if named is None:
        raise typer.BadParameter(
            f"name the column that holds the customer number; the columns are {listed}", param_hint="--customer-number"
        )
    if named not in columns:
        raise typer.BadParameter(
            f"there is no column {named!r}; the columns are {listed}", param_hint="--customer-number"
        )
    return named


def _delete(engine: Engine, config: Settings, numbers: Iterable[bytes]) -> None:
    from db.client_writes import delete_clients
    from stack.clients import customer_numbers, pseudonym_maker

    given = list(customer_numbers(numbers))
    deleted = delete_clients(engine, map(pseudonym_maker(config), given))
    unknown = len(set(given)) - deleted
    typer.echo(f"{deleted:,} clients deleted" + (f"; {unknown:,} numbers belong to no client" if unknown else ""))


def _report_path(file: str) -> Path:
    if file == STDIN or "://" in file:
        return Path("clients.faults.csv")
    path = Path(file)
    return path.with_name(f"{path.name.split('.')[0]}.faults.csv")


def _finish(outcome: LoadOutcome, report: Path, *, json: bool) -> None:
    """Say what was loaded and what was not, and end with the exit code that fits."""
    from producers.commands.errors import fail
    from stack.client_loading import EXIT_PARTIAL, write_faults

    if outcome.faults:
        try:
            write_faults(report, outcome)
        except OSError as error:
            raise fail(f"{report} cannot be written ({error.strerror}); --report names another file") from None
    if json:
        _print_json(outcome, report)
    elif outcome.loaded or not outcome.faults:
        typer.echo(f"{outcome.inserted:,} clients inserted, {outcome.updated:,} updated")
    if outcome.left_out and not outcome.columns:
        typer.echo(f"left out, no feature of the model: {', '.join(sorted(outcome.left_out))}", err=True)
    if not outcome.faults:
        return
    place, fault = outcome.faults[0]
    column = f", column {fault.column}" if fault.column else ""
    typer.echo(f"neoscore: {outcome.rejected:,} invalid rows were not loaded; {report} lists them", err=True)
    typer.echo(f"  the first: {place}{column}: {fault.reason}", err=True)
    if not outcome.loaded:
        raise fail("nothing was loaded")
    raise typer.Exit(EXIT_PARTIAL)


def _print_json(outcome: LoadOutcome, report: Path) -> None:
    import msgspec

    from tabular.report import columns_json

    found = {
        "columns": columns_json(outcome.columns),
        "inserted": outcome.inserted,
        "updated": outcome.updated,
        "rejected": outcome.rejected,
        "report": str(report) if outcome.faults else None,
    }
    typer.echo(msgspec.json.encode(found).decode())
