"""The command `neoscore init`."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from training.errors import TrainingError, UnclearError
from training.given import Given
from training.options import (
    CustomerNumberOption,
    DateOption,
    MissingOption,
    ReferenceDateOption,
    SheetOption,
    given_columns,
)
from training.project import PROJECT_FILE, Project, ProjectData, dump_project, relative_to_project

if TYPE_CHECKING:
    from tabular.table import Table
    from training.first_look import FirstLook
    from training.understanding import Understanding


def init(
    data: Annotated[
        str, typer.Option(metavar="FILE|ADDRESS", help="CSV, Parquet or .xlsx file, or postgresql://…?table=NAME.")
    ],
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column that holds the outcome.")] = None,
    positive_label: Annotated[
        str | None, typer.Option(metavar="VALUE", help="The outcome's value that means default.")
    ] = None,
    sheet: SheetOption = None,
    customer_number: CustomerNumberOption = None,
    missing: MissingOption = None,
    date: DateOption = None,
    reference_date: ReferenceDateOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print what was understood as JSON, and ask nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite project.toml and the schema.")] = False,
) -> None:
    """Look at your data, say what each column is understood as, and write project.toml and a feature schema here.

    Nothing else is changed. What only you can decide is asked on a terminal; elsewhere the command says which option to
    give. Edit the schema if you like, then run `neoscore train`.
    """
    given = given_columns(target, positive_label, customer_number, missing, date, reference_date, sheet=sheet)
    from training.files import read_data, table_name
    from training.first_look import look_at

    schema_path = Path(f"{table_name(data)}.schema.json")
    _check_free(schema_path, force)
    may_ask = not json_ and sys.stdin.isatty() and sys.stderr.isatty()
    table = read_data(data, sheet)
    found, given = _understand(table, table_name(data), given, may_ask)
    look = look_at(found, given)
    project = _project(data, schema_path, found, given)
    if json_:
        typer.echo(
            json.dumps(look.as_json() | {"project": PROJECT_FILE, "schema": str(schema_path)}, ensure_ascii=False)
        )
    else:
        _print(look)
    _write(project, look, schema_path)


def _check_free(schema_path: Path, force: bool) -> None:
    taken = [str(path) for path in (Path(PROJECT_FILE), schema_path) if path.exists()]
    if taken and not force:
        raise TrainingError(
            f"{' and '.join(taken)} would be overwritten: add --force, or run this in another folder; nothing was "
            "written"
        )


def _understand(table: "Table", name: str, given: Given, may_ask: bool) -> tuple["Understanding", Given]:
    """Return what the table is understood to be, and all that was said about it, asked questions included."""
    from training.understanding import check_customer_number, understand

    while True:
        try:
            found = understand(table, name, given)
            check_customer_number(found)
        except UnclearError as error:
            if not may_ask:
                raise typer.BadParameter(error.question, param_hint=error.option) from None
            given = _answered(given, error)
        else:
            return found, given


def _answered(given: Given, question: UnclearError) -> Given:
    """Return what was said with the answer of the person at the terminal."""
    typer.echo(question.question, err=True)
    for number, choice in enumerate(question.choices, 1):
        typer.echo(f"  {number}  {choice}", err=True)
    answer = 0
    while not 1 <= answer <= len(question.choices):
        answer = typer.prompt("number", type=int, err=True)
    said: dict[str, Any] = {question.option.removeprefix("--").replace("-", "_"): question.choices[answer - 1]}
    return replace(given, **said)


def _project(data: str, schema_path: Path, found: "Understanding", given: Given) -> Project:
    from tabular.postgres import without_password
    from tabular.read import is_address

    if is_address(data) and without_password(data) != data:
        typer.echo(f"the password is not written to {PROJECT_FILE}; set PGPASSWORD for `neoscore train`", err=True)
    return Project(
        schema=str(schema_path),
        data=ProjectData(
            file=without_password(data) if is_address(data) else relative_to_project(Path(data), Path()),
            sheet=given.sheet,
            target=found.target,
            positive_label=found.outcomes.positive_label,
            missing=list(given.missing),
            customer_number=found.customer_number,
            date=given.date,
            reference_date=given.reference_date.isoformat() if given.reference_date else None,
        ),
    )


def _print(look: "FirstLook") -> None:
    from tabular.report import print_columns

    print_columns(look.columns, look.rows)
    typer.echo()
    for sentence in look.sentences:
        typer.echo(sentence)


def _write(project: Project, look: "FirstLook", schema_path: Path) -> None:
    from contract.schema import dump_schema

    try:
        schema_path.write_bytes(dump_schema(look.schema))
        Path(PROJECT_FILE).write_text(dump_project(project), encoding="utf-8", newline="")
    except OSError as error:
        raise TrainingError(f"{error.filename}: {error.strerror}") from None
    typer.echo(f"wrote {PROJECT_FILE} and {schema_path}; review the schema, then run `neoscore train`", err=True)
