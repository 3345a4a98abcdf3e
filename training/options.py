"""Options that `neoscore init` and `neoscore train` share, and how project.toml stands in for them."""

from collections.abc import Collection
from datetime import date as calendar_date
from pathlib import Path
from typing import Annotated, Any

import typer

from training.given import Given
from training.project import PROJECT_FILE, Project, load_project

SheetOption = Annotated[str | None, typer.Option(metavar="NAME", help="Sheet of a workbook. [default: the first]")]
CustomerNumberOption = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="Column of customer numbers, which is no feature.")
]
MissingOption = Annotated[
    list[str] | None, typer.Option(metavar="WORD", help="Another word that means a missing value. Repeatable.")
]
DateOption = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Column that dates each row: later rows are judged by earlier ones; other dates become ages at that date.",
    ),
]
ReferenceDateOption = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM-DD", help="Dates become ages in days at this date, if no column dates the rows."),
]

CostRatioOption = Annotated[
    float,
    typer.Option(
        min=0.01,
        help="Cost of accepting a client who defaults, as a multiple of the cost of refusing one who would have "
        "repaid.",
    ),
]
GroupsOption = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Rows with the same value here stay in one fold."),
]
WeightOption = Annotated[str | None, typer.Option(metavar="COLUMN", help="Column that says how much each row counts.")]


def given_columns(
    target: str | None,
    positive_label: str | None,
    customer_number: str | None,
    missing: list[str] | None,
    date: str | None,
    reference_date: str | None,
    groups: str | None = None,
    weight: str | None = None,
    sheet: str | None = None,
) -> Given:
    """Return what the options say about a table's columns."""
    return Given(
        target=target,
        positive_label=positive_label,
        customer_number=customer_number,
        missing=tuple(missing or ()),
        date=date,
        reference_date=_calendar_date(reference_date),
        groups=groups,
        weight=weight,
        sheet=sheet,
    )


def _calendar_date(text: str | None) -> calendar_date | None:
    try:
        return calendar_date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("expected a date such as 2024-12-31", param_hint="--reference-date") from None


def take_project_options(context: typer.Context, value: Path | None) -> Path | None:
    """Let a project file say what the command line does not; without --project the current folder's.

    With --data, no project counts. Raises DataError, and BadParameter for an option that the command does not have.
    """
    source = context.get_parameter_source("data")
    data_given = source is not None and source.name == "COMMANDLINE"
    if value and data_given:
        raise typer.BadParameter("a project says which data: it cannot be combined with --data", param_hint="--project")
    path = value or Path(PROJECT_FILE)
    if data_given or not (value or path.exists()):
        return None
    project = load_project(path)
    known = {parameter.name for parameter in context.command.params}
    if unknown := [name for name in project.training if name not in known]:
        raise typer.BadParameter(f"[training] of {path} has {unknown[0]!r}, which is no option", param_hint="--project")
    typer.echo(f"with {path}", err=True)
    context.default_map = _defaults(project, known)
    return path


def _defaults(project: Project, known: Collection[str | None]) -> dict[str, Any]:
    said = {name: getattr(project.data, name) for name in project.data.__struct_fields__ if name in known}
    given = {name: value for name, value in said.items() if value not in (None, [])}
    if project.data.holdout and "holdout" in known:
        given["holdout"] = str(project.folder / project.data.holdout)
    return {**given, "data": project.source, "schema": str(project.schema_path), **project.training}
