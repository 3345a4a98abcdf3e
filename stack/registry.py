"""Entering in the registry what commands do with models."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy import Engine

from contract.active_model import active_bundle_path
from contract.bundle import Bundle
from contract.errors import BundleError
from contract.settings import settings
from db.errors import DatabaseError
from db.registry import ModelEventKind, record_model_event, registered_models
from stack.database import command_database
from stack.errors import NoDatabaseError, StackError
from training.errors import LeakageError


def register(bundle: Bundle, *kinds: ModelEventKind) -> None:
    """Enter what was done with a bundle; without a database that responds, say so on standard error.

    The registry is of the models folder: a bundle that was written elsewhere is not entered.
    """
    config = settings()
    if bundle.path.parent.resolve() != config.models_folder.resolve():
        typer.echo(f"not registered: {bundle.path.parent} is not the models folder of NEOSCORE_HOME", err=True)
        return
    try:
        with command_database(config) as engine:
            for kind in kinds:
                enter(engine, bundle, kind)
    except NoDatabaseError:
        typer.echo("not registered: there is no database", err=True)
    except (DatabaseError, StackError) as error:
        typer.echo(f"not registered: {error}", err=True)


@contextmanager
def registering_refused(kind: ModelEventKind) -> Iterator[None]:
    """Enter also a bundle that was written and then refused to be activated, since a feature reveals the outcome."""
    try:
        yield
    except LeakageError as error:
        if error.bundle is not None:
            register_made(error.bundle, kind)
        raise


def register_made(bundle: Bundle, kind: ModelEventKind) -> None:
    """Enter that a bundle was made, and its activation if it is the active one."""
    try:
        active = active_bundle_path(bundle.path.parent) == bundle.path
    except BundleError:
        active = False
    register(bundle, kind, *([ModelEventKind.ACTIVATED] if active else []))


def enter_served(engine: Engine, bundle: Bundle) -> None:
    """Enter the activation of the bundle that is served, unless it is the last one already. Raises DatabaseError."""
    active = next((model.version for model in registered_models(engine) if model.active), None)
    if active != bundle.ref.version:
        enter(engine, bundle, ModelEventKind.ACTIVATED)


def enter(engine: Engine, bundle: Bundle, kind: ModelEventKind) -> None:
    """Enter one event; before the activation of a version that the registry does not know, that it was found.

    Raises DatabaseError.
    """
    actor = getpass.getuser()
    if kind is ModelEventKind.ACTIVATED:
        if bundle.ref.version not in {model.version for model in registered_models(engine)}:
            enter(engine, bundle, ModelEventKind.FOUND)
        record_model_event(engine, bundle.ref, kind, actor)
        return
    metrics = bundle.metrics
    result = f"ROC AUC {metrics.roc_auc.mean:.4f}, Brier {metrics.brier.mean:.4f}, {metrics.rows:,} rows"
    if bundle.report.leaks:
        result += f", may reveal the outcome: {', '.join(leak.feature for leak in bundle.report.leaks)}"
    record_model_event(
        engine, bundle.ref, kind, actor, data=metrics.data, data_digest=metrics.data_sha256, result=result
    )
