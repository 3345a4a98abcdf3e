"""`neoscore audit`: verify, export and search the access log. Heavy imports wait until a command runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Verify, export and search the access log.", no_args_is_help=True)

EXIT_FAILED = 1
"""The log was altered, the entry of a stored head is missing, or lists cannot be searched."""

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]

HASH = r"[0-9a-f]{64}"

Moment = datetime | None


class Format(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSONL = "jsonl"


@app.command()
def verify(
    heads: Annotated[
        list[str] | None,
        typer.Option(
            "--head",
            metavar="HASH",
            help="Head hash stored after an earlier run; repeat it for several. Proves that no entry up to the newest "
            "of them was removed or changed.",
        ),
    ] = None,
) -> None:
    """Compute every hash of the access log again, and print the head hash, to be stored outside the database.

    The chain alone cannot show that its newest entries were removed: entries written after the newest stored head can
    be removed unnoticed. So store a head at regular intervals, and pass every stored one. Exit codes: 0 intact, 1
    altered, with the number of the first invalid entry, or without the entry of a stored head; 2 usage.
    """
    from contract.settings import settings
    from db.access_log_chain import iso_timestamp, verify_chain
    from stack.database import command_database

    heads = heads or []
    if not all(re.fullmatch(HASH, head) for head in heads):
        raise typer.BadParameter("a head hash is 64 hexadecimal digits, as `verify` prints it", param_hint="--head")
    with command_database(settings()) as engine:
        found = verify_chain(engine, heads)
    if not found.intact:
        _fail(f"hash chain broken at entry {found.first_invalid}: the access log was altered")
    for head in heads:
        if head not in found.known_heads:
            _fail(
                f"none of {found.entries} entries has the head hash {head[:16]}…: entries were removed, or the whole "
                "log was rewritten"
            )
    newest = f"; newest at {iso_timestamp(found.newest_at)}" if found.newest_at else ""
    typer.echo(f"hash chain of {found.entries} entries is intact{newest}")
    if heads:
        last = max(found.known_heads.values())
        typer.echo(f"no entry up to {last} was removed or changed; {found.entries - last} entries follow it")
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
    from db.access_log_export import csv_lines, json_lines
    from db.access_log_reader import EntryFilter, stream_entries
    from stack.database import command_database

    query = EntryFilter(actor=actor, client_ref=client_ref, since=_utc(since), until=_utc(until))
    with command_database(settings()) as engine:
        entries = stream_entries(engine, query)
        lines = csv_lines(entries) if format_ is Format.CSV else json_lines(entries)
        if output is None:
            sys.stdout.writelines(lines)
        else:
            _write(output, lines)


@app.command(name="was-shown")
def was_shown(
    client_ref: Annotated[str, typer.Argument(help="Reference of the client, see `neoscore pseudonym`.")],
    since: Annotated[Moment, typer.Option(formats=MOMENTS, help="Start, UTC, inclusive.")] = None,
    until: Annotated[Moment, typer.Option(formats=MOMENTS, help="End, UTC, exclusive.")] = None,
) -> None:
    """List the entries about lists of clients on which a client was.

    The log has only keyed hashes of who was on a list: NEOSCORE_PSEUDONYM_KEY must be the key that the dashboard had
    then. `neoscore audit export --client-ref` has the entries about this client alone.
    """
    from contract.settings import settings
    from db.access_log_chain import iso_timestamp
    from db.access_log_hashes import AccessLogHasher, OtherKeyError
    from db.access_log_reader import EntryFilter, stream_entries
    from stack.database import command_database

    config = settings()
    hasher, lists, shown, other_key = AccessLogHasher(config), 0, 0, 0
    with command_database(config) as engine:
        for entry in stream_entries(engine, EntryFilter(since=_utc(since), until=_utc(until), lists=True)):
            lists += 1
            try:
                if not hasher.was_shown(entry.shown, client_ref):
                    continue
            except OtherKeyError:
                other_key += 1
                continue
            shown += 1
            by = f", by {', '.join(entry.features)}" if entry.features else ""
            at = iso_timestamp(entry.at)
            typer.echo(f"entry {entry.id}  {at}  {entry.actor} ({entry.role}): {entry.row_count} clients{by}")
    typer.echo(f"the client was on {shown:,} of {lists:,} lists", err=True)
    if other_key:
        _fail(
            f"{other_key:,} lists were hashed under another key, so the client may have been on them; set "
            "NEOSCORE_PSEUDONYM_KEY to the key that the dashboard had then"
        )


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
    raise typer.Exit(EXIT_FAILED)
