"""`neoscore schema`: reviewing the words of a feature schema, and putting them into a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from contract.schema import Feature

app = typer.Typer(help="Review a feature schema, and put its words into a model.", no_args_is_help=True)

SchemaFile = Annotated[Path, typer.Argument(help="Feature schema (JSON).", metavar="FILE")]


@app.command()
def check(
    file: SchemaFile,
    reviewed: Annotated[
        bool, typer.Option("--reviewed", help="Record in the file that its words were reviewed: letters are no drafts.")
    ] = False,
) -> None:
    """Check a schema, and list for each feature what it means and what its words still lack.

    Exit codes: 0 valid, 1 invalid.
    """
    from msgspec.structs import replace
    from rich.console import Console
    from rich.table import Table

    from contract.schema import dump_schema
    from stack.rewording import missing_words, read_schema, values_text, write_schema
    from tabular.report import WIDTH_WITHOUT_TERMINAL

    schema = read_schema(file)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("feature", "label", "values", "advice", "to review"):
        table.add_column(heading, overflow="fold")
    for feature in schema:
        gaps = "; ".join(missing_words(feature))
        table.add_row(feature.name, feature.label["en"], values_text(feature), _advice(feature), gaps)
    width = None if Console().is_terminal else WIDTH_WITHOUT_TERMINAL
    Console(highlight=False, markup=False, width=width).print(table)
    if reviewed and schema.draft:
        write_schema(file, dump_schema(replace(schema, draft=False)))
        typer.echo(f"{file}: recorded as reviewed; train with it, or run `neoscore schema apply {file}`", err=True)
    elif schema.draft:
        typer.echo(f"{file}: a draft; once you have reviewed its words, run this again with --reviewed", err=True)


@app.command()
def edit(
    file: SchemaFile,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 0,
) -> None:
    """Review a schema on a page in the browser, until Ctrl-C.

    Labels, sentences, units, bounds, special values, the order of levels, directions and roles, with what is wrong
    beside each field. Saving replaces the file. Only this machine reaches the page; the printed address works once.
    """
    from contract.schema import FeatureSchema, dump_schema
    from reporting.cli import free_port
    from reporting.schema_editor.edits import SaveOutcome
    from reporting.schema_editor.page import serve_editor
    from stack.errors import SchemaChangeError
    from stack.rewording import read_schema, write_schema

    schema, known = read_schema(file), file.read_bytes()

    def save(changed: FeatureSchema) -> SaveOutcome:
        nonlocal known
        try:
            if file.read_bytes() != known:
                return SaveOutcome.CHANGED_ELSEWHERE
            write_schema(file, content := dump_schema(changed))
        except (OSError, SchemaChangeError):
            return SaveOutcome.NOT_WRITABLE
        known = content
        return SaveOutcome.SAVED

    serve_editor(schema, str(file), save, free_port("127.0.0.1", port), typer.echo)


@app.command("apply")
def put_into_model(
    file: SchemaFile,
    model: Annotated[str | None, typer.Option(help="Version of the model. [default: the active one]")] = None,
) -> None:
    """Write a new version of a model that has the words of this schema, and the same trees.

    Labels, sentences, units, groups, bounds and advice can change so. What the model was trained on cannot: features,
    their types, levels, codes and monotone directions.
    """
    from contract.active_model import bundle_path
    from contract.bundle import load_bundle
    from contract.settings import settings
    from stack.rewording import read_schema, reword

    config = settings()
    old = load_bundle(bundle_path(config.models_folder, model), config.release_keys)
    new = reword(old, read_schema(file), config.models_folder)
    if new.ref == old.ref:
        typer.echo(f"{old.ref.version} has these words already")
        return
    typer.echo(f"wrote {new.ref.version}; serve it with `neoscore model activate {new.ref.version}`")


def _advice(feature: Feature) -> str:
    if not feature.actionable:
        return ""
    direction = feature.recourse.direction if feature.recourse else 0
    return {1: "only up", -1: "only down", 0: "either way"}[direction]
