"""`neoscore db`: make the tables, load the clients, check that all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from training.sources import DEFAULT_SOURCE, source_names

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from contract.settings import Settings
    from training.dataset import Dataset

app = typer.Typer(help="Make the database's tables, load clients, check the database.", no_args_is_help=True)

FRAME_CHUNK_ROWS = 1_000
"""Rows turned into Python values at a time: keeps memory flat, and costs nothing per row."""


@app.command()
def migrate() -> None:
    """Create the tables and roles, or bring them up to date. Running it again changes nothing."""
    from db.migrate import migrate as migrate_database

    with _engine() as engine:
        typer.echo(f"tables at revision {migrate_database(engine)}")


@app.command()
def seed(
    data: Annotated[str, typer.Option(help=f"{source_names()}, or a CSV or Parquet file")] = DEFAULT_SOURCE,
    schema: Annotated[Path | None, typer.Option(help="feature schema of a file (JSON)")] = None,
    target: Annotated[str | None, typer.Option(help="the file's target column; clients do not have it")] = None,
) -> None:
    """Replace all clients by those of a data set: all of them, or none when anything is wrong."""
    with _engine() as engine:
        from training.sources import load_dataset

        dataset = load_dataset(data, target=target, schema_path=schema)
        with _progress(len(dataset.customer_numbers)) as progress:
            count = load_clients(engine, dataset, progress)
        typer.echo(f"{count:,} clients")


@app.command()
def check() -> None:
    """Verify connection, tables, clients, roles and the access log's chain. Exits with 1 when anything is wrong."""
    from rich.console import Console
    from rich.table import Table

    from db.health import check_database

    with _engine() as engine:
        checks = check_database(engine)
    table = Table("", "what", "finding")
    for found in checks:
        table.add_row("[green]ok[/]" if found.passed else "[red]wrong[/]", found.name, found.detail)
    Console().print(table)
    if not all(found.passed for found in checks):
        raise typer.Exit(1)


@app.command()
def rekey(
    numbers: Annotated[typer.FileText, typer.Argument(help="customer numbers, one a line; `-` reads standard input")],
) -> None:
    """Change every client's reference from the present pseudonym key to NEOSCORE_NEW_PSEUDONYM_KEY: all, or none.

    References cannot be turned back into customer numbers, so the bank gives those of all its clients. They are read,
    and neither kept nor logged. Afterwards start every service with the new key as NEOSCORE_PSEUDONYM_KEY.
    """
    from contract.settings import settings
    from db.rekey import rekey_clients

    config = settings()
    with _engine() as engine:
        count = rekey_clients(engine, _reference_pairs(config, numbers))
    typer.echo(f"{count:,} clients have references of the new key; set it as NEOSCORE_PSEUDONYM_KEY everywhere")


def _reference_pairs(config: Settings, numbers: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each customer's reference under the present key and under the new one. Raises SeedError."""
    from contract.pseudonyms import pseudonymize
    from db.errors import SeedError

    if config.new_pseudonym_key is None:
        raise SeedError("NEOSCORE_NEW_PSEUDONYM_KEY is not set: there is no key to change to")
    old, new = (key.get_secret_value().encode() for key in (config.pseudonym_key, config.new_pseudonym_key))
    for line in numbers:
        if number := line.strip():
            yield (
                pseudonymize(number, old, config.pseudonym_key_id),
                pseudonymize(number, new, config.new_pseudonym_key_id),
            )


def load_clients(engine: Engine, dataset: Dataset, progress: Callable[[int], None] | None = None) -> int:
    """Replace all clients by those of a data set, under pseudonyms, and return how many. Raises DatabaseError."""
    from contract.pseudonyms import pseudonymize
    from contract.settings import settings
    from db.errors import SeedError
    from db.seed import seed_clients

    config = settings()
    key = config.pseudonym_key.get_secret_value().encode()
    try:
        refs = [pseudonymize(number, key, config.pseudonym_key_id) for number in dataset.customer_numbers]
    except ValueError as error:
        raise SeedError(f"{error}; set NEOSCORE_PSEUDONYM_KEY") from None
    return seed_clients(engine, dataset.schema, zip(refs, _rows(dataset), strict=True), progress)


def _rows(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for start in range(0, len(dataset.frame), FRAME_CHUNK_ROWS):
        yield from dataset.frame.iloc[start : start + FRAME_CHUNK_ROWS].to_dict("records")


@contextmanager
def _engine() -> Iterator[Engine]:
    """Lend the engine of the settings."""
    from contract.settings import settings
    from db.engine import open_engine

    engine = open_engine(settings().database_url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr; none where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("loading clients", total=total)
        yield lambda done: bar.update(task, completed=done)
