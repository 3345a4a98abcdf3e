"""`neoscore model`: the bundles of this home folder, and which of them serves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stack.commands import model_files

if TYPE_CHECKING:
    from contract.bundle import Bundle

app = typer.Typer(help="List, show, activate, import and export models.", no_args_is_help=True)
app.command("import")(model_files.import_model)
app.command()(model_files.export)


@app.command("list")
def list_models() -> None:
    """List the bundles, newest first; the active one has a star."""
    from rich.console import Console
    from rich.table import Table

    from contract.settings import settings
    from stack.models import list_bundles

    folder = settings().models_folder
    table = Table(box=None, pad_edge=False)
    for heading in ("", "version", "ROC AUC", "threshold", "rows", "state"):
        table.add_column(heading, justify="right" if heading in ("ROC AUC", "threshold", "rows") else "left")
    for entry in (found := list_bundles(folder)):
        if entry.bundle is None:
            table.add_row("", entry.version, "", "", "", entry.error)
            continue
        metrics = entry.bundle.metrics
        measures = (f"{metrics.roc_auc.mean:.4f}", f"{metrics.threshold:.4f}", f"{metrics.rows:,}")
        table.add_row("*" if entry.active else "", entry.version, *measures, "verified")
    if found:
        Console(highlight=False).print(table)
    else:
        typer.echo(f"no models in {folder}; run `neoscore train`", err=True)


@app.command()
def show(version: Annotated[str | None, typer.Argument(help="[default: the active one]")] = None) -> None:
    """Print a model's card."""
    from contract.active_model import active_bundle_path
    from contract.bundle import load_bundle
    from contract.settings import settings

    folder = settings().models_folder
    bundle = load_bundle(folder / version if version else active_bundle_path(folder))
    typer.echo((bundle.path / "card.md").read_text())


@app.command()
def activate(version: Annotated[str, typer.Argument()]) -> None:
    """Make a version the one that is served. Running workers take it over without a pause.

    A version that does not verify, or whose model cannot score, is refused and changes nothing.
    """
    from contract.active_model import POLL_SECONDS, version_folder
    from contract.active_model import activate as make_active
    from contract.bundle import load_bundle
    from contract.settings import settings
    from scorer.engine import Engine

    folder = settings().models_folder
    bundle = load_bundle(version_folder(folder, version))
    Engine(bundle)  # tries the model out
    changes = _changes(folder, bundle)
    make_active(folder, version)
    typer.echo(f"{version} is active; running workers poll every {POLL_SECONDS:g} s and switch once it is compiled")
    typer.echo("workers started with --model or NEOSCORE_MODEL keep theirs; open dashboard pages must be reloaded")
    if changes:
        typer.echo("warning: the input schema changes", err=True)
        for change in changes:
            typer.echo(f"  {change}", err=True)


def _changes(folder: Path, bundle: Bundle) -> list[str]:
    """Return what changes for requests against the active model, nothing when there is none that could be read."""
    from contract.active_model import active_bundle_path
    from contract.bundle import load_bundle
    from contract.errors import BundleError
    from stack.models import schema_changes

    try:
        return schema_changes(load_bundle(active_bundle_path(folder)).schema, bundle.schema)
    except BundleError:
        return []
