"""What the commands share: the model that serves, the database, who runs them, a warning about the broker."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy import Engine

from contract.access import COMMAND_LINE_ROLE
from contract.active_model import active_bundle_path
from contract.bundle import Bundle, load_bundle
from contract.settings import Settings
from db.access_log import Actor
from db.engine import open_engine


def serving_bundle(config: Settings) -> Bundle:
    """Return the bundle that workers of these settings serve. Raises BundleError."""
    return load_bundle(config.model or active_bundle_path(config.models_folder), config.release_keys)


def command_line_actor() -> Actor:
    """Return who runs the command, for the access log: the user of the operating system."""
    return Actor(getpass.getuser(), COMMAND_LINE_ROLE)


@contextmanager
def database(config: Settings) -> Iterator[Engine]:
    """Yield an engine for the database."""
    engine = open_engine(config.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def warn_if_unverified(retention_unverified: bool) -> None:
    """Warn on standard error that the retention of this broker's topics cannot be checked."""
    if retention_unverified:
        typer.echo("warning: the broker does not report topic configuration; retention cannot be verified", err=True)
