"""The command `neoscore train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.settings import settings
from training.errors import TrainingError
from training.sources import DATA_SOURCES, DEFAULT_SOURCE, source_names

if TYPE_CHECKING:
    from contract.bundle import Bundle
    from training.dataset import Dataset
    from training.train import TrainingOptions

_PANEL_HYPERPARAMETERS = "Hyperparameters"


def train(
    data: Annotated[
        str,
        typer.Option(help=f"{source_names()}, or a file .csv, .csv.gz or .parquet.", metavar="NAME|FILE"),
    ] = DEFAULT_SOURCE,
    target: Annotated[str | None, typer.Option(help="Column of a file that holds the outcome.")] = None,
    positive_label: Annotated[
        str | None, typer.Option(help="The target's value that means default. [default: 1, or a word like bad]")
    ] = None,
    schema: Annotated[
        Path | None,
        typer.Option(help="Feature schema of a file (JSON); inferred and written beside the data if omitted."),
    ] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="Number of synthetic clients. [default: 30000]")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 42,
    include_sensitive: Annotated[
        bool, typer.Option("--include-sensitive", help="Train on sensitive features such as sex and age.")
    ] = False,
    cost_ratio: Annotated[
        float,
        typer.Option(
            min=0.01,
            help="Cost of accepting a client who defaults, as a multiple of the cost of refusing one who would have "
            "repaid.",
        ),
    ] = 5.0,
    output: Annotated[
        Path | None, typer.Option(help="Folder of model bundles. [default: $NEOSCORE_HOME/models]")
    ] = None,
    activate: Annotated[bool, typer.Option(help="Make the new model the active one.")] = True,
    accept_leakage: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Activate the model although this column reveals the outcome almost alone: it is known before it.",
        ),
    ] = None,
    trees: Annotated[int, typer.Option(min=1, max=5_000, rich_help_panel=_PANEL_HYPERPARAMETERS)] = 300,
    depth: Annotated[int, typer.Option(min=1, max=12, rich_help_panel=_PANEL_HYPERPARAMETERS)] = 4,
    learning_rate: Annotated[float, typer.Option(min=0.001, max=1, rich_help_panel=_PANEL_HYPERPARAMETERS)] = 0.05,
) -> None:
    """Train a model bundle: cross-validate, fit, explain, and write model, schema, metrics, baseline, report, card."""
    _check_options(data, target, positive_label, schema, rows)
    from training.booster import Hyperparameters
    from training.sources import load_dataset
    from training.train import TrainingOptions

    options = TrainingOptions(
        models_folder=output or settings().models_folder,
        hyperparameters=Hyperparameters(trees=trees, depth=depth, learning_rate=learning_rate, seed=seed),
        include_sensitive=include_sensitive,
        cost_ratio=cost_ratio,
        activate=activate,
        accept_leakage=tuple(accept_leakage or ()),
    )
    try:
        dataset = load_dataset(data, target, schema, positive_label=positive_label, rows=rows, seed=seed)
        bundle = _train(dataset, options)
        _write_inferred_schema(dataset, Path(data))
    except OSError as error:
        raise TrainingError(f"{error.filename or options.models_folder}: {error.strerror}") from error
    _summarise(bundle, options)


def _check_options(
    data: str, target: str | None, positive_label: str | None, schema: Path | None, rows: int | None
) -> None:
    source = DATA_SOURCES.get(data)
    if source and (target or positive_label or schema):
        raise typer.BadParameter("--target, --positive-label and --schema are for files")
    if source is None and target is None:
        raise typer.BadParameter("name the column that holds the outcome with --target", param_hint="--target")
    if rows is not None and not (source and source.generated):
        generated = ", ".join(name for name, found in DATA_SOURCES.items() if found.generated)
        raise typer.BadParameter(f"--rows is for --data {generated}", param_hint="--rows")


def _train(dataset: "Dataset", options: "TrainingOptions") -> "Bundle":
    from training.progress import progress_bar
    from training.train import STEPS, train

    with progress_bar(STEPS) as progress:
        for note in dataset.notes:
            progress.note(note)
        return train(dataset, options, progress)


def _write_inferred_schema(dataset: "Dataset", data: Path) -> None:
    """Write the inferred schema beside the data, unless a file exists, which may have been edited by hand."""
    if not dataset.schema_inferred:
        return
    from contract.schema import dump_schema

    path = data.with_name(f"{data.name.split('.')[0]}.schema.json")
    if path.exists():
        typer.echo(f"{path} exists and was not overwritten; use it with --schema", err=True)
        return
    path.write_bytes(dump_schema(dataset.schema))
    typer.echo(f"wrote the inferred schema to {path}: edit it and train again with --schema {path}", err=True)


def _summarise(bundle: "Bundle", options: "TrainingOptions") -> None:
    metrics = bundle.metrics
    state = "active" if options.activate else "not activated"
    for label, text in (
        ("model", f"{bundle.ref.version} ({state})"),
        ("folder", str(bundle.path)),
        ("data", f"{metrics.rows:,} rows, {metrics.default_rate:.2%} defaults"),
        ("ROC AUC", f"{metrics.roc_auc.mean:.4f} ± {metrics.roc_auc.std:.4f}"),
        ("KS", f"{metrics.ks.mean:.4f} ± {metrics.ks.std:.4f}"),
        ("Brier", f"{metrics.brier.mean:.4f} ± {metrics.brier.std:.4f}"),
        ("calibration", f"{metrics.calibration_error.mean:.4f} ± {metrics.calibration_error.std:.4f}"),
        ("threshold", f"{metrics.threshold:.4f} (cost ratio {metrics.cost_ratio:g})"),
        ("model card", str(bundle.path / "card.md")),
    ):
        typer.echo(f"{label:<12} {text}")
