"""The command `neoscore train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.settings import settings
from training.errors import TrainingError
from training.sources import BUILT_IN, GERMAN, SYNTHETIC, UCI

if TYPE_CHECKING:
    from contract.bundle import Bundle
    from training.dataset import Dataset
    from training.train import TrainingOptions

_PANEL_HYPERPARAMETERS = "Hyperparameters"


def train(
    data: Annotated[
        str,
        typer.Option(
            help=f"`{UCI}`, `{GERMAN}`, `{SYNTHETIC}`, or a file .csv, .csv.gz or .parquet.", metavar="NAME|FILE"
        ),
    ] = UCI,
    target: Annotated[str | None, typer.Option(help="Column of a file that holds the outcome.")] = None,
    positive_label: Annotated[
        str | None, typer.Option(help="Which of the target's two values is a default. [default: 1, or a word like bad]")
    ] = None,
    schema: Annotated[
        Path | None, typer.Option(help="Schema of a file; without it one is guessed and written beside the data.")
    ] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="Synthetic clients to draw. [default: 30000]")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides every random choice.")] = 42,
    include_sensitive: Annotated[
        bool, typer.Option("--include-sensitive", help="Let the model read features such as sex and age.")
    ] = False,
    cost_ratio: Annotated[
        float, typer.Option(min=0.01, help="Cost of a default accepted, in good clients refused.")
    ] = 5.0,
    output: Annotated[
        Path | None, typer.Option(help="Folder of model bundles. [default: $NEOSCORE_HOME/models]")
    ] = None,
    activate: Annotated[bool, typer.Option(help="Make the new model the active one.")] = True,
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
    if data in BUILT_IN and (target or positive_label or schema):
        raise typer.BadParameter("--target, --positive-label and --schema are for files")
    if data not in BUILT_IN and target is None:
        raise typer.BadParameter("name the column that holds the outcome with --target", param_hint="--target")
    if rows is not None and data != SYNTHETIC:
        raise typer.BadParameter(f"--rows is for --data {SYNTHETIC}", param_hint="--rows")


def _train(dataset: "Dataset", options: "TrainingOptions") -> "Bundle":
    from training.progress import progress_bar
    from training.train import STEPS, train

    with progress_bar(STEPS) as progress:
        for note in dataset.notes:
            progress.note(note)
        return train(dataset, options, progress)


def _write_inferred_schema(dataset: "Dataset", data: Path) -> None:
    """Write the guessed schema beside the data, unless a file, perhaps edited by hand, is there already."""
    if not dataset.schema_inferred:
        return
    from contract.schema import dump_schema

    path = data.with_name(f"{data.name.split('.')[0]}.schema.json")
    if path.exists():
        typer.echo(f"{path} is there already and was left as it is; use it with --schema", err=True)
        return
    path.write_bytes(dump_schema(dataset.schema))
    typer.echo(f"guessed the schema and wrote it to {path}: edit it and train again with --schema {path}", err=True)


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
