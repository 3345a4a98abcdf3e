"""What the commands share: the model that serves, the database, the notice about an unverified broker."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy import Engine

from contract.bundle import Bundle, active_bundle, load_bundle
from contract.settings import Settings
from db.session import open_engine


def serving_bundle(config: Settings) -> Bundle:
    """Return the bundle that workers of these settings serve. Raises BundleError."""
    return load_bundle(config.model or active_bundle(config.models_folder))


@contextmanager
def database(config: Settings) -> Iterator[Engine]:
    """Lend the database's engine."""
    engine = open_engine(config.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def warn_if_unverified(unverified: bool) -> None:
    """Say on standard error that this broker's promise to forget cannot be checked."""
    if unverified:
        typer.echo(
            "note: this broker does not report its topics' settings; that it forgets cannot be verified", err=True
        )
