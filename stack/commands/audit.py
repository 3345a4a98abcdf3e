"""`neoscore audit`: verify and export the access log. Heavy imports wait until a command runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Verify and export the access log.", no_args_is_help=True)

EXIT_TAMPERED = 1
"""Exit code of `verify`: the log was altered, or truncated before a known head."""

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]

HASH = r"[0-9a-f]{64}"

Moment = datetime | None


class Format(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSONL = "jsonl"


@app.command()
def verify(
    head: Annotated[
        str,
        typer.Option(
            metavar="HASH", help="Head hash from an earlier run: proves that no entry up to it was removed or changed."
        ),
    ] = "",
) -> None:
    """Recompute every hash of the access log, and print the head hash. Store it outside the database.

    Without a head hash from an earlier run, entries cut from the end go unnoticed.

    Exit codes: 0 intact, 1 altered (with the first invalid entry) or head hash not found, 2 usage.
    """
    from contract.settings import settings
    from db.access_log import verify_chain
    from producers.commands.context import database

    if head and not re.fullmatch(HASH, head):
        raise typer.BadParameter("a head hash is 64 hexadecimal digits, as `verify` prints it", param_hint="--head")
    with database(settings()) as engine:
        found = verify_chain(engine, head)
    if not found.intact:
        _fail(f"hash chain broken at entry {found.first_invalid}: the access log was altered")
    if head and found.known_head_at is None:
        _fail(
            f"none of {found.entries} entries has that head hash: entries were removed, or the whole log was rewritten"
        )
    typer.echo(f"hash chain of {found.entries} entries is intact")
    if head:
        typer.echo(f"head hash matches entry {found.known_head_at}")
    typer.echo(f"head {found.head}")


@app.command()
def export(
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Default: standard output.")] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="csv: safe to open in a spreadsheet; jsonl: exact, to compute hashes.")
    ] = Format.CSV,
    since: Annotated[Moment, typer.Option(formats=MOMENTS, help="Start, UTC, inclusive.")] = None,
    until: Annotated[Moment, typer.Option(formats=MOMENTS, help="End, UTC, exclusive.")] = None,
    actor: Annotated[str, typer.Option(help="Only this actor: a person or a program.")] = "",
    client_ref: Annotated[str, typer.Option(help="Only this client.")] = "",
) -> None:
    """Write the access log, or the part that the options choose, oldest entry first.

    The log holds no score and no value of a client, and neither does the export.
    """
    from contract.settings import settings
    from db.access_log_reader import EntryFilter, csv_lines, json_lines, stream_entries
    from producers.commands.context import database

    query = EntryFilter(who=actor, client_ref=client_ref, since=_utc(since), until=_utc(until))
    with database(settings()) as engine:
        entries = stream_entries(engine, query)
        lines = csv_lines(entries) if format_ is Format.CSV else json_lines(entries)
        if output is None:
            sys.stdout.writelines(lines)
        else:
            _write(output, lines)


def _utc(iso_timestamp: datetime | None) -> datetime | None:
    return iso_timestamp and iso_timestamp.replace(tzinfo=UTC)


def _write(file: Path, lines: Iterable[str]) -> None:
    """Write a file that its owner alone may read; it appears complete or not at all."""
    from producers.commands.errors import fail
    from stack.private_files import private_file

    try:
        with private_file(file) as writing:
            writing.writelines(line.encode() for line in lines)
    except OSError as error:
        raise fail(f"{file} cannot be written ({error.strerror})") from None


def _fail(sentence: str) -> None:
    typer.echo(f"neoscore: {sentence}", err=True)
    raise typer.Exit(EXIT_TAMPERED)
