"""`neoscore model`: the models of the registry and of this home folder, and which of them serves."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from stack.commands import model_files

if TYPE_CHECKING:
    from contract.bundle import Bundle
    from db.registry import ModelEvent

TABLE_WIDTH = 1_000
"""Columns; more than any table takes: a terminal breaks lines itself, without cutting names."""

app = typer.Typer(help="List, show, activate, import, export and sign models.", no_args_is_help=True)
app.command("import")(model_files.import_model)
app.command()(model_files.export)
app.command()(model_files.sign)


P = ParamSpec("P")


def registering_training(train: Callable[P, Bundle]) -> Callable[P, None]:
    """Return the command of training that also enters the new version in the registry."""

    @functools.wraps(train)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from db.registry import ModelEventKind
        from stack.registry import register_made, registering_refused

        with registering_refused(ModelEventKind.TRAINED):
            bundle = train(*args, **kwargs)
        register_made(bundle, ModelEventKind.TRAINED)

    return run


@app.command("list")
def list_models() -> None:
    """List the models, newest first: what the registry knows of them, and whether their bundles are in this folder.

    The one that is served has a star. `neoscore model history` shows who made and activated which version when.
    """
    from rich.console import Console
    from rich.table import Table

    from contract.settings import settings
    from stack.models import disagreement, list_versions, read_registry

    config = settings()
    folder = config.models_folder
    registered, problem = read_registry(config)
    table = Table(box=None, pad_edge=False)
    for heading in ("", "version", "made", "from", "ROC AUC", "threshold", "rows", "state"):
        table.add_column(heading, justify="right" if heading in ("ROC AUC", "threshold", "rows") else "left")
    for entry in (found := list_versions(folder, registered, config.release_keys)):
        made = entry.made
        origin = (f"{made.kind} {made.at:%Y-%m-%d} by {made.actor}", _data(made)) if made else ("", "")
        measures = ("", "", "")
        if entry.bundle:
            metrics = entry.bundle.metrics
            measures = (f"{metrics.roc_auc.mean:.4f}", f"{metrics.threshold:.4f}", f"{metrics.rows:,}")
        table.add_row("*" if entry.active else "", entry.version, *origin, *measures, entry.state)
    if found:
        Console(highlight=False, width=TABLE_WIDTH).print(table)
    else:
        typer.echo(f"no models in {folder}; run `neoscore train`", err=True)
    if problem:
        typer.echo(f"the registry was not read: {problem}", err=True)
    if sentence := disagreement(found, registered or []):
        typer.echo(sentence, err=True)


@app.command()
def history(version: Annotated[str | None, typer.Argument(help="[default: all]")] = None) -> None:
    """Show every training, import and activation in the registry: when, by whom, from what data, with which result."""
    from rich.console import Console
    from rich.table import Table

    from contract.settings import settings
    from db.registry import model_events
    from stack.database import command_database

    with command_database(settings()) as engine:
        events = model_events(engine, version)
    table = Table(
        "at (UTC)", "what", "version", "by", "data", "SHA-256 of the data", "result", box=None, pad_edge=False
    )
    for event in events:
        at = event.at.astimezone(UTC)
        table.add_row(
            f"{at:%Y-%m-%d %H:%M:%S}",
            event.kind,
            event.version,
            event.actor,
            event.data,
            event.data_digest,
            event.result,
        )
    Console(highlight=False, width=TABLE_WIDTH).print(table)


def _data(made: ModelEvent) -> str:
    digest = f" {made.data_digest[:12]}" if made.data_digest else ""
    return f"{made.data}{digest}"


@app.command()
def show(version: Annotated[str | None, typer.Argument(help="[default: the active one]")] = None) -> None:
    """Print a model's card."""
    from contract.active_model import bundle_path
    from contract.bundle import load_bundle
    from contract.settings import settings

    config = settings()
    bundle = load_bundle(bundle_path(config.models_folder, version), config.release_keys)
    typer.echo(bundle.texts["card.md"].decode(errors="replace"))


@app.command()
def activate(version: Annotated[str, typer.Argument()]) -> None:
    """Make a version the one that is served. Running workers take it over without a pause.

    A version that does not verify, or whose model cannot score, is refused and changes nothing.
    """
    from contract.active_model import POLL_SECONDS, version_folder
    from contract.active_model import activate as make_active
    from contract.bundle import load_bundle
    from contract.settings import settings
    from db.registry import ModelEventKind
    from scorer.trial import try_out
    from stack.registry import register

    config = settings()
    folder, trusted = config.models_folder, config.release_keys
    bundle = load_bundle(version_folder(folder, version), trusted)
    try_out(bundle.path, trusted)
    changes = _changes(folder, bundle, trusted)
    make_active(folder, version, trusted)
    register(bundle, ModelEventKind.ACTIVATED)
    typer.echo(f"{version} is active; running workers poll every {POLL_SECONDS:g} s and switch once it is compiled")
    typer.echo("workers started with --model or NEOSCORE_MODEL keep theirs; open dashboard pages must be reloaded")
    if changes:
        typer.echo("warning: the input schema changes", err=True)
        for change in changes:
            typer.echo(f"  {change}", err=True)


def _changes(folder: Path, bundle: Bundle, trusted: Collection[str]) -> list[str]:
    """Return what changes for requests against the active model, nothing when there is none that could be read."""
    from contract.active_model import active_bundle_path
    from contract.bundle import load_bundle
    from contract.errors import BundleError
    from stack.models import schema_changes

    try:
        return schema_changes(load_bundle(active_bundle_path(folder), trusted).schema, bundle.schema)
    except BundleError:
        return []
