"""One client scored, for a first look."""

import os
import subprocess
import sys

import typer

from db.clients import sample_clients
from db.engine import open_engine
from stack.errors import ServiceFailedError
from stack.state import StackState


def score_sample_client(state: StackState) -> None:
    """Score a client of the running stack and print the readable answer. Raises ServiceFailedError."""
    assert state.kafka is not None  # noqa: S101 - a stack that is ready has both
    assert state.database is not None  # noqa: S101
    engine = open_engine(state.database.url)
    try:
        clients = sample_clients(engine, 1)
    finally:
        engine.dispose()
    if not clients:
        raise ServiceFailedError("the database has no client to score; `neoscore db seed` loads some")
    typer.echo("")
    addresses = {
        "NEOSCORE_KAFKA_BOOTSTRAP_SERVERS": state.kafka.bootstrap,
        "NEOSCORE_DATABASE_URL": state.database.url,
    }
    command = [sys.executable, "-m", "stack.cli", "score", clients[0].client_ref]
    done = subprocess.run(command, env={**os.environ, **addresses}, check=False)
    if done.returncode != 0:
        raise ServiceFailedError(f"the first client could not be scored (exit code {done.returncode}, see above)")
    typer.echo("")
