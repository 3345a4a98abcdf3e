"""`neoscore model`: the bundles of this home folder, and which of them serves."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="List, show and activate model bundles.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """List the bundles, newest first; the active one has a star."""
    from rich.console import Console
    from rich.table import Table

    from contract.settings import settings
    from stack.models import bundles

    folder = settings().models_folder
    table = Table(box=None, pad_edge=False)
    for heading in ("", "version", "ROC AUC", "threshold", "rows", "state"):
        table.add_column(heading, justify="right" if heading in ("ROC AUC", "threshold", "rows") else "left")
    for entry in (found := bundles(folder)):
        if entry.bundle is None:
            table.add_row("", entry.version, "", "", "", entry.fault)
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
    from contract.bundle import active_bundle, load_bundle
    from contract.settings import settings

    folder = settings().models_folder
    bundle = load_bundle(folder / version if version else active_bundle(folder))
    typer.echo((bundle.path / "card.md").read_text())


@app.command()
def activate(version: Annotated[str, typer.Argument()]) -> None:
    """Make a version the one that workers serve from their next start."""
    from contract.bundle import activate as make_active
    from contract.settings import settings

    make_active(settings().models_folder, version)
    typer.echo(f"{version} is active; restart the workers and the dashboard to serve it")
