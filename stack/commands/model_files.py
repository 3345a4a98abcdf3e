"""`neoscore model import`, `export` and `sign`: models that come from elsewhere, and models that go there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from training.options import CostRatioOption

if TYPE_CHECKING:
    from model_import.import_model import ImportedModel


def import_model(
    file: Annotated[
        Path,
        typer.Argument(
            help="XGBoost (.ubj, .json), LightGBM (text), CatBoost (.json), ONNX of scikit-learn's trees, or a folder "
            "of MLflow with one of these."
        ),
    ],
    data: Annotated[
        Path | None,
        typer.Option(help="Clients with their outcomes, to check and judge the model on. [default: project.toml's]"),
    ] = None,
    target: Annotated[str | None, typer.Option(help="Column of --data that holds the outcome.")] = None,
    schema: Annotated[
        Path | None, typer.Option(help="Feature schema (JSON). [default: inferred from the data and the model]")
    ] = None,
    positive_label: Annotated[
        str | None, typer.Option(help="The target's value that means default. [default: 1, or a word like bad]")
    ] = None,
    cost_ratio: CostRatioOption = 5.0,
    best_iteration: Annotated[
        bool,
        typer.Option("--best-iteration", help="Of XGBoost, take the rounds that early stopping found best."),
    ] = False,
    accept_leakage: Annotated[
        list[str] | None,
        typer.Option(help="Activate although this column reveals the outcome: it is known before it. Repeat for more."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder of model bundles. [default: $NEOSCORE_HOME/models]")
    ] = None,
    activate: Annotated[bool, typer.Option(help="Make the model the active one.")] = True,
) -> None:
    """Import a model that another library trained: read, compare with that library, judge, explain, and write a bundle.

    Pickles are never opened. Where the library is installed, the PDs are compared with its own.
    """
    from contract.settings import settings
    from db.registry import ModelEventKind
    from model_import.errors import ModelImportError
    from model_import.import_model import ImportOptions
    from model_import.import_model import import_model as run
    from stack.registry import register_made, registering_refused

    sample = _sample(data, target, schema, positive_label)
    options = ImportOptions(
        sample=sample.data,
        target=sample.target,
        models_folder=output or settings().models_folder,
        schema=sample.schema,
        positive_label=sample.positive_label,
        cost_ratio=cost_ratio,
        best_iteration=best_iteration,
        activate=activate,
        accept_leakage=accept_leakage or (),
        release_keys=settings().release_keys,
    )
    try:
        with registering_refused(ModelEventKind.IMPORTED):
            imported = run(file, options)
    except OSError as error:
        raise ModelImportError(f"{error.filename or options.models_folder}: {error.strerror}") from error
    _summarise(imported, activate)
    register_made(imported.bundle, ModelEventKind.IMPORTED)


class _Sample(NamedTuple):
    data: Path
    target: str
    schema: Path | None
    positive_label: str | None


def _sample(data: Path | None, target: str | None, schema: Path | None, positive_label: str | None) -> _Sample:
    """Return what the options or, without --data, project.toml say of the sample."""
    from training.project import find_project

    if data is not None:
        if target is None:
            raise typer.BadParameter(
                "name the column that holds the outcome: without outcomes nothing says how good the model is",
                param_hint="--target",
            )
        return _Sample(data, target, schema, positive_label)
    project = find_project()
    if project is None or "://" in project.source:
        raise typer.BadParameter(
            "name a file of clients with their outcomes, or go to the folder of a project.toml that names one",
            param_hint="--data",
        )
    return _Sample(
        Path(project.source),
        target or project.data.target,
        schema or project.schema_path,
        positive_label or project.data.positive_label,
    )


def _summarise(imported: ImportedModel, active: bool) -> None:
    from training.threshold import one_sided_note

    for note in imported.notes:
        typer.echo(note, err=True)
    bundle, metrics, source = imported.bundle, imported.bundle.metrics, imported.source
    difference = imported.largest_difference
    equal = (
        f"not checked, {source.library} is not installed"
        if difference is None
        else f"largest difference of PD {difference:.0e} over {imported.rows_compared:,} rows"
    )
    for label, text in (
        ("model", f"{bundle.ref.version} ({'active' if active else 'not activated'})"),
        ("folder", str(bundle.path)),
        ("read", f"{source.library}: {source.description}"),
        ("equality", equal),
        ("data", f"{metrics.rows:,} rows, {metrics.default_rate:.2%} defaults"),
        ("ROC AUC", f"{metrics.roc_auc.mean:.4f} ± {metrics.roc_auc.std:.4f} on this data, perhaps trained on it"),
        ("threshold", f"{metrics.threshold:.4f} (cost ratio {metrics.cost_ratio:g})"),
        ("model card", str(bundle.path / "card.md")),
        ("schema", f"{bundle.path / 'schema.json'}: to change words or bounds, edit a copy and import with --schema"),
    ):
        typer.echo(f"{label:<12} {text}")
    if warning := one_sided_note(metrics):
        typer.echo(f"warning: {warning}", err=True)


def export(
    version: Annotated[str | None, typer.Argument(help="[default: the active one]")] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="File to write; of a model trained here, .json is XGBoost's JSON. [default: VERSION.FORMAT]"),
    ] = None,
) -> None:
    """Write a model in an open format: XGBoost's own, or the file that an imported model was read from."""
    from contract.active_model import bundle_path
    from contract.bundle import load_bundle
    from contract.settings import settings
    from stack.errors import ModelExportError
    from stack.models import exported_model

    config = settings()
    bundle = load_bundle(bundle_path(config.models_folder, version), config.release_keys)
    name, content = exported_model(bundle, as_json=output is not None and output.suffix.lower() == ".json")
    target = output or Path(name)
    try:
        target.write_bytes(content)
    except OSError as error:
        raise ModelExportError(f"{target}: {error.strerror}") from None
    typer.echo(f"wrote {target} ({len(content):,} bytes)")


def sign(
    version: Annotated[str | None, typer.Argument(help="[default: the active one]")] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            help="File of the private release key (Ed25519, PEM). [default, in development: "
            "$NEOSCORE_HOME/release-key.pem, made if it is not there]"
        ),
    ] = None,
) -> None:
    """Sign a model, so that services with the public key in NEOSCORE_RELEASE_KEY serve it. Prints that key.

    A signature of before is replaced. To make a key: `openssl genpkey -algorithm ed25519 -out release-key.pem`.
    """
    from contract.active_model import bundle_path
    from contract.release import public_key_text, read_private_key, write_private_key
    from contract.settings import settings
    from stack.models import sign_bundle

    config = settings()
    own = config.home / "release-key.pem"
    if key is None and config.environment == "production":
        raise typer.BadParameter("name the file of the private release key", param_hint="--key")
    private = read_private_key(key or own) if key or own.exists() else write_private_key(own)
    bundle = sign_bundle(bundle_path(config.models_folder, version), private)
    typer.echo(f"signed {bundle.ref.version}; services serve it with", err=True)
    typer.echo(f"NEOSCORE_RELEASE_KEY={public_key_text(private)}")
