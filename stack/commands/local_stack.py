"""`neoscore up`, `down`, `status` and `demo`: the local stack. Heavy imports wait until a command runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stack.errors import StackNotRunningError

if TYPE_CHECKING:
    from stack.state import StackState

TABLE_WIDTH = 1_000
"""Columns; more than any table takes."""

Workers = Annotated[int, typer.Option(min=1, max=64, help="Number of workers; only 6 get a partition.")]
Broker = Annotated[
    str,
    typer.Option(
        metavar="auto|apache|tansu|HOST:PORT",
        help="auto: Apache Kafka if Java 17 and KAFKA_HOME or Maven are present, else Tansu.",
    ),
]
Database = Annotated[
    str,
    typer.Option(
        metavar="auto|URL",
        help="auto: NEOSCORE_DATABASE_URL if set, else a local PostgreSQL whose data is kept under NEOSCORE_HOME.",
    ),
]
Clients = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Clients to load first, as `neoscore db load` does."),
]
CustomerNumber = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="The file's column of customer numbers. [default: that of project.toml]"),
]


def up(
    workers: Workers = 2,
    broker: Broker = "auto",
    database: Database = "auto",
    clients: Clients = None,
    customer_number: CustomerNumber = None,
    browser: Annotated[bool, typer.Option(help="Open the dashboard.")] = True,
    detach: Annotated[bool, typer.Option("--detach", help="Run in the background; `neoscore down` stops it.")] = False,
) -> None:
    """Start broker, database, model, workers, dashboard and gateway, and run until Ctrl-C.

    Everything listens on 127.0.0.1 and is removed when the stack stops, except models and the local database: clients
    and access log are there again at the next start. `neoscore down --forget` removes the database.

    Without --clients, the database has the clients that were loaded before. If there are none and the model is one of
    a data set that comes with NeoScore, that data set's clients are loaded.
    """
    from stack.launch import StackOptions, resolve_broker

    try:
        resolve_broker(broker)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--broker") from None
    if clients and not clients.is_file():
        raise typer.BadParameter(f"there is no file {clients}", param_hint="--clients")
    options = StackOptions(workers, broker, database, clients, customer_number)
    if detach:
        from stack.background import start_detached

        _print_addresses(start_detached(options))
        _print_stop_hint()
        return
    from stack.foreground import run_attached

    run_attached(options, _print_addresses, browser=browser)


def demo(workers: Workers = 2, broker: Broker = "auto") -> None:
    """Start the stack in the background, score one client and explain it, and leave it running.

    Reuses a running stack.
    """
    from stack.background import start_detached
    from stack.launch import StackOptions

    state = start_detached(StackOptions(workers, broker, "auto"), reuse_running=True)
    _score_sample_client(state)
    _print_addresses(state)
    _print_stop_hint()


def status() -> None:
    """Show processes and addresses. Exit code 3 if no stack runs."""
    from rich.console import Console
    from rich.table import Table

    from contract.settings import settings
    from stack.state import is_running, read_state

    folder = settings().run_folder
    state = read_state(folder)
    if state is None or not is_running(folder):
        raise StackNotRunningError("no stack is running here; start one with `neoscore up`")
    _print_addresses(state)
    table = Table(box=None, pad_edge=False)
    for heading in ("process", "pid", "probes and metrics", "log"):
        table.add_column(heading)
    table.add_row("supervisor", str(state.pid), "", "")
    for part in state.processes:
        table.add_row(part.name, str(part.pid), part.metrics or "", part.log)
    Console(highlight=False, width=TABLE_WIDTH).print(
        "", table
    )  # a terminal breaks lines itself, without cutting paths


def down(
    forget: Annotated[
        bool, typer.Option("--forget", help="Also remove the local database: clients, access log, registry of models.")
    ] = False,
) -> None:
    """Stop the stack that runs here, and wait for it. Also cleans up after a killed one.

    The local database stays, and is there again after `neoscore up`, unless --forget is given.
    """
    from contract.settings import settings
    from stack.background import stop_stack
    from stack.cleanup import clean_up

    folder = settings().run_folder
    stopped = stop_stack(folder)
    ended = clean_up(folder)
    if ended:
        typer.echo(f"cleaned up processes of a killed stack: {', '.join(ended)}", err=True)
    typer.echo("stopped" if stopped or ended else "no stack is running here", err=True)
    if forget:
        from stack.local.kept_folder import forget as forget_database

        removed = forget_database(settings().home)
        typer.echo("removed the local database" if removed else "there is no local database here", err=True)


def _print_addresses(state: StackState) -> None:
    """Print the addresses of what is up; while the stack starts, that is not everything yet."""
    if state.dashboard:
        typer.echo(f"dashboard  {state.dashboard.url}")
        if state.demo_users:
            typer.echo(f"sign in as {', '.join(state.demo_users)} (demo users, no password)")
    if state.gateway:
        typer.echo(f"gateway    {state.gateway.url}  (try it at {state.gateway.url}/docs)")
    if state.kafka:
        typer.echo(f"broker     {state.kafka.bootstrap} ({state.kafka.kind})")
    if state.database:
        typer.echo(f"database   {state.database.url.rpartition('@')[2]}")
    if state.model:
        from contract.settings import settings
        from stack.models import served_bundle_path

        served = served_bundle_path(state.model, settings().models_folder)
        typer.echo(f"model      {state.model.version if state.model.pinned else served.name}")
    typer.echo(f"workers    {len(state.workers)}")
    if not state.ready:
        typer.echo("still starting", err=True)


def _print_stop_hint() -> None:
    """Name this program as it was called, so that the line can be copied."""
    program = sys.argv[0] if sys.argv[0].endswith("neoscore") else "neoscore"
    typer.echo(f"\nIt runs in the background; `{program} down` stops it.")


def _score_sample_client(state: StackState) -> None:
    """Score a client of the running stack and print the explanation. Raises ServiceFailedError."""
    import os
    import subprocess

    from db.clients import sample_clients
    from db.engine import open_engine
    from stack.errors import ServiceFailedError

    assert state.kafka is not None  # noqa: S101 - a stack that is ready has both
    assert state.database is not None  # noqa: S101
    engine = open_engine(state.database.url)
    try:
        clients = sample_clients(engine, 1)
    finally:
        engine.dispose()
    if not clients:
        typer.echo("the database has no client to score; `neoscore db load FILE` loads yours", err=True)
        return
    addresses = {
        "NEOSCORE_KAFKA_BOOTSTRAP_SERVERS": state.kafka.bootstrap,
        "NEOSCORE_DATABASE_URL": state.database.url,
    }
    command = [sys.executable, "-m", "stack.cli", "score", clients[0].client_ref]
    typer.echo("")
    done = subprocess.run(command, env={**os.environ, **addresses}, check=False)
    if done.returncode != 0:
        raise ServiceFailedError(f"the first client could not be scored (exit code {done.returncode}, see above)")
    typer.echo("")
