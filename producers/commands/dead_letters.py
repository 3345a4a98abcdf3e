"""`neoscore dead-letters`: inspect and redrive records that could not be answered."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract.codes import ErrorCode
    from producers.dead_letters import DeadLetterQueue, StoredDeadLetter

app = typer.Typer(help="Inspect and redrive dead letters.", no_args_is_help=True)

WHY_DEAD_LETTERED = (
    "the record identified neither a request nor a client (no request_id and no client_ref in the value, no ce_id "
    "header, no readable key), so a response could not have been matched"
)

Offsets = Annotated[
    list[int] | None, typer.Argument(metavar="OFFSET...", help="Offsets as `list` shows them.", show_default=False)
]


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False) -> None:
    """List retained dead letters: cause and source offset, never the payload.

    Each refers to a record that identified neither a request nor a client, so there was no response to it.
    """
    import msgspec

    from producers.commands.errors import handle_cli_errors

    with handle_cli_errors(), closing(_open_queue()) as queue:
        letters = _read_all(queue)
        if json:
            rows = [{"dead_letter_offset": item.offset, **msgspec.to_builtins(item.dead_letter)} for item in letters]
            typer.echo(msgspec.json.encode(rows))
        elif letters:
            _print_table(letters)


@app.command()
def explain(
    what: Annotated[str, typer.Argument(metavar="CODE|OFFSET", help="An error code, or the offset of a dead letter.")],
) -> None:
    """Explain an error code and its remedy; for the offset of a dead letter, also whether it can be redriven.

    Exit codes: 0 explained, 1 the dead letter has expired, 2 no such code.
    """
    from contract.codes import ErrorCode
    from producers.commands.errors import handle_cli_errors

    if what.isdecimal():
        with handle_cli_errors(), closing(_open_queue()) as queue:
            _explain_letter(queue, int(what))
    elif what in list(ErrorCode):
        _print_explanation(ErrorCode(what))
    else:
        raise typer.BadParameter(f"{what!r} is neither an offset nor one of: {', '.join(ErrorCode)}")


@app.command()
def redrive(
    offsets: Offsets = None,
    all_: Annotated[bool, typer.Option("--all", help="Redrive every retained dead letter.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be redriven.")] = False,
) -> None:
    """Publish the original records again, unchanged, to their partitions. Workers answer them like any other request.

    Records that no worker could process unchanged, and records that have expired, are not redriven: the upstream system
    must send the request again. Exit codes: 0 all redriven, 1 not all, 2 usage.
    """
    if bool(offsets) == all_:
        raise typer.BadParameter("give either offsets of dead letters or --all")
    from producers.commands.errors import EXIT_FAILURE, handle_cli_errors

    with handle_cli_errors(), closing(_open_queue()) as queue:
        letters = {item.offset: item for item in _read_all(queue)}
        chosen = letters if all_ else dict.fromkeys(offsets or [])
        done = [_redrive_one(queue, offset, letters, dry_run=dry_run) for offset in chosen]
        if not all(done):
            raise typer.Exit(EXIT_FAILURE)


def _open_queue() -> DeadLetterQueue:
    from contract.settings import settings
    from producers.dead_letters import DeadLetterQueue

    return DeadLetterQueue(settings())


def _read_all(queue: DeadLetterQueue) -> Sequence[StoredDeadLetter]:
    letters = queue.read_all()
    if queue.undecodable:
        typer.echo(f"skipped {queue.undecodable} undecodable records", err=True)
    if not letters:
        typer.echo("no retained dead letters", err=True)
    return letters


def _print_table(letters: Sequence[StoredDeadLetter]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("offset", "cause", "topic/partition/offset", "time", "key"):
        position = "/" in heading  # the one that may be long: a prefix begins every topic
        table.add_column(heading, no_wrap=not position, overflow="fold")
    for item in letters:
        letter = item.dead_letter
        place = f"{letter.topic}/{letter.partition}/{letter.offset}"
        # Enough of the hash to see which records have the same key, as long as the worker that hashed them runs.
        table.add_row(str(item.offset), letter.cause, place, f"{letter.occurred_at:%H:%M:%S}", letter.key_hash[:8])
    Console(highlight=False, soft_wrap=True).print(table)


def _explain_letter(queue: DeadLetterQueue, offset: int) -> None:
    from producers.errors import NotRedrivableError

    stored = _get({item.offset: item for item in _read_all(queue)}, offset)
    letter = stored.dead_letter
    typer.echo(
        f"{letter.topic}, partition {letter.partition}, offset {letter.offset}, {letter.occurred_at.isoformat()}"
    )
    _print_explanation(letter.cause)
    typer.echo(f"no response: {WHY_DEAD_LETTERED}")
    try:
        queue.fetch_original(stored)
    except NotRedrivableError as reason:
        typer.echo(f"redrive:     {reason}")
    else:
        typer.echo(f"redrive:     `neoscore dead-letters redrive {offset}`")


def _print_explanation(code: ErrorCode) -> None:
    typer.echo(f"{code}: {code.spec.meaning}\nremedy:      {code.spec.remedy}")


def _redrive_one(
    queue: DeadLetterQueue, offset: int, letters: Mapping[int, StoredDeadLetter], *, dry_run: bool
) -> bool:
    """Redrive one record or print why not; return whether it was, or would be, redriven."""
    from producers.errors import NotRedrivableError

    try:
        original = queue.fetch_original(_get(letters, offset))
    except NotRedrivableError as reason:
        typer.echo(f"neoscore: {reason}", err=True)
        return False
    place = f"{original.topic}, partition {original.partition}"
    if dry_run:
        typer.echo(f"would redrive dead letter {offset} to {place}")
    else:
        typer.echo(f"redrove dead letter {offset} to {place}, offset {queue.redrive(original)}")
    return True


def _get(letters: Mapping[int, StoredDeadLetter], offset: int) -> StoredDeadLetter:
    from producers.dead_letters import RESEND
    from producers.errors import NotRedrivableError

    if offset in letters:
        return letters[offset]
    if letters and offset > max(letters):
        raise NotRedrivableError(f"there is no dead letter {offset}; the newest is {max(letters)}")
    raise NotRedrivableError(f"dead letter {offset} does not exist or has expired; {RESEND}")
