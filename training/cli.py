"""The command `neoscore train`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contract.bundle import Bundle
from contract.settings import settings
from training.errors import LeakageError, TrainingError
from training.given import Given
from training.options import (
    CostRatioOption,
    CustomerNumberOption,
    DateOption,
    GroupsOption,
    MissingOption,
    ReferenceDateOption,
    SheetOption,
    WeightOption,
    given_columns,
    take_project_options,
)
from training.sources import DATA_SOURCES, DEFAULT_SOURCE, source_names

if TYPE_CHECKING:
    from training.dataset import Dataset
    from training.hyperparameters import Hyperparameters
    from training.train import TrainingOptions
    from training.tuning import Search

_PANEL_SHAPE = "Shape of the trees (by default a short search finds it)"

_FIXES = "No search; of trees, depth and rate, what is not given is"


def train(
    project: Annotated[
        Path | None,
        typer.Option(
            is_eager=True,
            callback=take_project_options,
            metavar="FILE",
            help="project.toml as `neoscore init` writes it. [default: that of the current folder, without --data]",
        ),
    ] = None,
    data: Annotated[
        str,
        typer.Option(is_eager=True, help=f"{source_names()}, or a file or table.", metavar="NAME|FILE"),
    ] = DEFAULT_SOURCE,
    target: Annotated[str | None, typer.Option(help="Column of a file that holds the outcome.")] = None,
    positive_label: Annotated[
        str | None, typer.Option(help="The target's value that means default. [default: 1, or a word like bad]")
    ] = None,
    schema: Annotated[
        Path | None,
        typer.Option(help="Feature schema of a file (JSON); inferred and written beside the data if omitted."),
    ] = None,
    sheet: SheetOption = None,
    customer_number: CustomerNumberOption = None,
    missing: MissingOption = None,
    date: DateOption = None,
    reference_date: ReferenceDateOption = None,
    groups: GroupsOption = None,
    weight: WeightOption = None,
    holdout: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Another file of such rows, which only judges the model."),
    ] = None,
    holdout_sheet: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its sheet, if it is a workbook. [default: that of --sheet]")
    ] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="Number of synthetic clients. [default: 30000]")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 42,
    include_sensitive: Annotated[
        bool, typer.Option("--include-sensitive", help="Train on sensitive features such as sex and age.")
    ] = False,
    cost_ratio: CostRatioOption = 5.0,
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
    tune: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            metavar="MINUTES",
            help="Search longer; Ctrl-C keeps the best so far.",
            rich_help_panel=_PANEL_SHAPE,
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            min=1, help="Search longer, this many trials: the result is always the same.", rich_help_panel=_PANEL_SHAPE
        ),
    ] = None,
    trees: Annotated[
        int | None, typer.Option(min=1, max=5_000, help=f"{_FIXES} [300]", rich_help_panel=_PANEL_SHAPE)
    ] = None,
    depth: Annotated[
        int | None, typer.Option(min=1, max=12, help=f"{_FIXES} [4]", rich_help_panel=_PANEL_SHAPE)
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(min=0.001, max=1, help=f"{_FIXES} [0.05]", rich_help_panel=_PANEL_SHAPE)
    ] = None,
) -> Bundle:
    """Train a model bundle: cross-validate, fit, explain, and write model, schema, metrics, baseline, report, card."""
    given = given_columns(target, positive_label, customer_number, missing, date, reference_date, groups, weight, sheet)
    _check_options(data, given, schema, rows)
    if holdout and data in DATA_SOURCES:
        raise typer.BadParameter("a hold-out file is for files", param_hint="--holdout")
    fixed = {"trees": trees, "depth": depth, "learning_rate": learning_rate}
    fixed = {name: value for name, value in fixed.items() if value is not None}
    if fixed and (tune or trials):
        raise typer.BadParameter("--tune and --trials search for what --trees, --depth and --learning-rate fix")
    from training.files import load_holdout
    from training.sources import load_dataset
    from training.train import TrainingOptions

    models_folder = output or settings().models_folder
    try:
        dataset = load_dataset(data, schema_path=schema, given=given, rows=rows, seed=seed)
        options = TrainingOptions(
            models_folder=models_folder,
            hyperparameters=_shape(dataset, fixed, trials, tune, seed),
            include_sensitive=include_sensitive,
            cost_ratio=cost_ratio,
            activate=activate,
            accept_leakage=tuple(accept_leakage or ()),
            release_keys=settings().release_keys,
            holdout=None if holdout is None else load_holdout(holdout, given, dataset.schema, holdout_sheet),
        )
        try:
            bundle = _train(dataset, options)
        except LeakageError as error:
            if error.bundle is not None:
                _write_inferred_schema(dataset, Path(data))
            raise
        _write_inferred_schema(dataset, Path(data))
    except OSError as error:
        raise TrainingError(f"{error.filename or models_folder}: {error.strerror}") from error
    _summarise(bundle, options)
    return bundle


def _check_options(data: str, given: Given, schema: Path | None, rows: int | None) -> None:
    source = DATA_SOURCES.get(data)
    if source and (schema or given != Given()):
        raise typer.BadParameter("--target, --schema and what describes columns are for files")
    if source is None and given.target is None:
        raise typer.BadParameter("name the column that holds the outcome with --target", param_hint="--target")
    if rows is not None and not (source and source.generated):
        generated = ", ".join(name for name, found in DATA_SOURCES.items() if found.generated)
        raise typer.BadParameter(f"--rows is for --data {generated}", param_hint="--rows")


def _shape(
    dataset: "Dataset", fixed: dict[str, Any], trials: int | None, minutes: float | None, seed: int
) -> "Hyperparameters | Search":
    from training.hyperparameters import Hyperparameters
    from training.tuning import Search

    if fixed:
        return Hyperparameters(**fixed, seed=seed)
    if dataset.info.hyperparameters and not (trials or minutes):
        return replace(dataset.info.hyperparameters, seed=seed)
    return Search(trials=trials, minutes=minutes, seed=seed)


def _train(dataset: "Dataset", options: "TrainingOptions") -> Bundle:
    from training.progress import progress_bar
    from training.train import STEPS, train

    with progress_bar(STEPS) as progress:
        for note in dataset.notes:
            progress.note(note)
        if options.holdout is not None:
            for note in options.holdout.notes:
                progress.note(f"{options.holdout.info.title}: {note}")
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


def _summarise(bundle: Bundle, options: "TrainingOptions") -> None:
    from training.threshold import one_sided_note

    metrics = bundle.metrics
    state = "active" if options.activate else "not activated"
    for label, text in (
        ("model", f"{bundle.ref.version} ({state})"),
        ("folder", str(bundle.path)),
        ("data", f"{metrics.rows:,} rows, {metrics.default_rate:.2%} defaults"),
        ("ROC AUC", f"{metrics.roc_auc.mean:.4f} ± {metrics.roc_auc.std:.4f}"),
        *([("hold-out AUC", f"{metrics.holdout['roc_auc']:.4f}")] if metrics.holdout else []),
        ("KS", f"{metrics.ks.mean:.4f} ± {metrics.ks.std:.4f}"),
        ("Brier", f"{metrics.brier.mean:.4f} ± {metrics.brier.std:.4f}"),
        ("calibration", f"{metrics.calibration_error.mean:.4f} ± {metrics.calibration_error.std:.4f}"),
        ("threshold", f"{metrics.threshold:.4f} (cost ratio {metrics.cost_ratio:g})"),
        ("model card", str(bundle.path / "card.md")),
    ):
        typer.echo(f"{label:<12} {text}")
    if warning := one_sided_note(metrics):
        typer.echo(f"warning: {warning}", err=True)
