"""`neoscore db`: migrate, load, seed and check the database. Heavy imports wait until a command runs."""

from __future__ import annotations

from typing import Annotated

import typer

from stack.commands.db_load import load
from training.sources import DATA_SOURCES, DEFAULT_SOURCE, source_names

app = typer.Typer(
    help="Migrate and check the database, load clients.\n\nWithout NEOSCORE_DATABASE_URL and without a running stack, "
    "these commands use the local database of `neoscore up`.",
    no_args_is_help=True,
)

app.command()(load)


@app.command()
def migrate() -> None:
    """Create the tables and roles, or bring them up to date. Running it again changes nothing."""
    from contract.settings import settings
    from db.migrate import migrate as migrate_database
    from stack.database import command_database

    with command_database(settings(), create=True) as engine:
        typer.echo(f"tables at revision {migrate_database(engine)}")


@app.command("migrate-clients")
def migrate_clients(
    drop_unknown: Annotated[
        bool, typer.Option("--drop-unknown", help="Remove fields that are no feature of the model.")
    ] = False,
) -> None:
    """Bring the stored clients to the active model's schema, as far as that needs no new data: all of them, or none.

    Features that may be missing are added as missing. Fields that are no feature are listed, and kept without
    --drop-unknown. A feature that changed its type is refused. What the model needs and clients lack is named: load it.
    """
    from contract.settings import settings
    from db.client_fit import client_fit
    from db.client_migration import migrate_clients as migrate_stored
    from producers.commands.context import serving_bundle
    from stack.database import command_database

    config = settings()
    schema = serving_bundle(config).schema
    with command_database(config) as engine:
        done = migrate_stored(engine, schema, drop_unknown=drop_unknown)
        fit = client_fit(engine, schema)
    typer.echo(f"{done.changed:,} clients changed")
    if done.added:
        typer.echo(f"added as missing: {', '.join(done.added)}")
    if done.unknown:
        what = "removed" if drop_unknown else "kept, --drop-unknown removes them"
        typer.echo(f"no feature of the model, {what}: {', '.join(done.unknown)}")
    for sentence in fit.sentences():
        typer.echo(sentence, err=True)


@app.command()
def seed(
    data: Annotated[str, typer.Option(metavar="NAME", help=f"{source_names()}.")] = DEFAULT_SOURCE,
) -> None:
    """Replace all clients by those of a data set that comes with NeoScore: all of them, or none if anything fails.

    `neoscore db load` loads your own clients.
    """
    from contract.settings import settings
    from stack.clients import load_clients
    from stack.commands.progress import progress_bar
    from stack.database import command_database
    from training.errors import DataError

    if data not in DATA_SOURCES:
        raise DataError(
            f"{data}: not a data set that comes with NeoScore; `neoscore db load` loads clients from a file"
        )
    config = settings()
    with command_database(config, create=True) as engine:
        dataset = DATA_SOURCES[data].load()
        with progress_bar("clients", len(dataset.customer_numbers)) as progress:
            count = load_clients(engine, config, dataset, progress)
        typer.echo(f"{count:,} clients")


@app.command()
def check() -> None:
    """Verify connection, tables, clients, roles and the access log's chain, and that clients fit the active model.

    Exits with 1 if a check fails.
    """
    from rich.console import Console
    from rich.table import Table

    from contract.errors import BundleError
    from contract.settings import settings
    from db.health import check_database
    from producers.commands.context import serving_bundle
    from stack.database import command_database

    config = settings()
    try:
        schema = serving_bundle(config).schema
    except BundleError:
        schema = None  # without a model there is nothing to fit
    with command_database(config) as engine:
        checks = check_database(engine, schema)
    table = Table("", "check", "result")
    for found in checks:
        table.add_row("[green]ok[/]" if found.passed else "[red]failed[/]", found.name, found.detail)
    Console().print(table)
    if not all(found.passed for found in checks):
        raise typer.Exit(1)


@app.command()
def rekey(
    numbers: Annotated[
        typer.FileBinaryRead, typer.Argument(help="Customer numbers, one per line; `-` reads standard input.")
    ],
) -> None:
    """Change every client's reference from the current pseudonym key to NEOSCORE_NEW_PSEUDONYM_KEY: all, or none.

    References cannot be reversed, so supply the customer numbers of all clients. They are read, but neither stored nor
    logged. Then start every service with the new key as NEOSCORE_PSEUDONYM_KEY.
    """
    from contract.settings import settings
    from db.rekey import rekey_clients
    from stack.clients import reference_pairs
    from stack.database import command_database

    config = settings()
    with command_database(config) as engine:
        count = rekey_clients(engine, reference_pairs(config, numbers))
    typer.echo(f"{count:,} clients have references of the new key; set it as NEOSCORE_PSEUDONYM_KEY everywhere")
