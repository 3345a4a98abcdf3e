"""`neoscore dead-letters`: what could not be answered, why, and giving it back while it lives."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from producers.causes import Explanation
    from producers.dead_letters import DeadLetterQueue, StoredDeadLetter

app = typer.Typer(help="See what could not be answered and why, and give it back.", no_args_is_help=True)

EXIT_FAILURE = 1

Numbers = Annotated[
    list[int] | None, typer.Argument(metavar="OFFSET...", help="Offsets as `list` shows them.", show_default=False)
]


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="Print the list in JSON.")] = False) -> None:
    """List the dead letters that can still be read: cause and place, never what a record held.

    Each stands for a record that named neither a request nor a client, so that nobody could be answered.
    """
    import msgspec

    from producers.commands.errors import handle_cli_errors

    with handle_cli_errors(), closing(_open_queue()) as queue:
        letters = queue.letters()
        _warn_undecodable(queue)
        if json:
            rows = [
                {"dead_letter_offset": letter.number, **msgspec.to_builtins(letter.dead_letter)} for letter in letters
            ]
            typer.echo(msgspec.json.encode(rows))
        elif letters:
            _print_table(letters)
        else:
            typer.echo("no dead letter can be read", err=True)


@app.command()
def explain(
    what: Annotated[str, typer.Argument(metavar="CAUSE|OFFSET", help="A cause, or the offset of a dead letter.")],
) -> None:
    """Say what a cause means and what upstream must do; for a dead letter, also whether it can be given back.

    Exit codes: 0 explained, 1 the dead letter is gone, 2 no such cause.
    """
    from contract.codes import ErrorCode
    from producers.causes import EXPLANATIONS
    from producers.commands.errors import handle_cli_errors

    if not what.isdecimal():
        if what not in EXPLANATIONS:
            causes = ", ".join(EXPLANATIONS)
            raise typer.BadParameter(f"{what!r} is neither an offset nor one of: {causes}")
        _print_explanation(what, EXPLANATIONS[ErrorCode(what)])
        return
    with handle_cli_errors(), closing(_open_queue()) as queue:
        _explain_letter(queue, int(what))


@app.command()
def redrive(
    numbers: Numbers = None,
    all_: Annotated[bool, typer.Option("--all", help="Every dead letter that can still be read.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Publish the original records again, unchanged, where they were. Workers answer them as any other.

    A record that no worker could answer as it is stays where it is, and so does one that is gone: upstream must then
    send the request again. Exit codes: 0 all redriven, 1 not all, 2 usage.
    """
    if bool(numbers) == all_:
        raise typer.BadParameter("give either offsets of dead letters or --all")
    from producers.commands.errors import handle_cli_errors

    with handle_cli_errors(), closing(_open_queue()) as queue:
        letters = {letter.number: letter for letter in queue.letters()}
        _warn_undecodable(queue)
        if all_ and not letters:
            typer.echo("no dead letter can be read", err=True)
        chosen = letters if all_ else dict.fromkeys(numbers or [])
        done = [_redrive_one(queue, number, letters, dry_run=dry_run) for number in chosen]
        if not all(done):
            raise typer.Exit(EXIT_FAILURE)


def _open_queue() -> DeadLetterQueue:
    from contract.settings import settings
    from producers.dead_letters import DeadLetterQueue

    return DeadLetterQueue(settings())


def _warn_undecodable(queue: DeadLetterQueue) -> None:
    if queue.undecodable:
        typer.echo(f"skipped {queue.undecodable} undecodable records", err=True)


def _print_table(letters: Sequence[StoredDeadLetter]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("offset", "cause", "topic/partition/offset", "time", "key"):
        table.add_column(heading, no_wrap=True)
    for letter in letters:
        dead_letter = letter.dead_letter
        place = f"{dead_letter.topic}/{dead_letter.partition}/{dead_letter.offset}"
        # Enough of the hash to see which records one sender keyed alike, while the worker that hashed them lives.
        table.add_row(
            str(letter.number), dead_letter.cause, place, f"{dead_letter.at:%H:%M:%S}", dead_letter.key_hash[:8]
        )
    Console(highlight=False, soft_wrap=True).print(table)


def _explain_letter(queue: DeadLetterQueue, number: int) -> None:
    from producers.causes import EXPLANATIONS, NO_WAY_BACK
    from producers.errors import NotRedrivableError

    letter = _get({letter.number: letter for letter in queue.letters()}, number)
    dead_letter = letter.dead_letter
    place = f"{dead_letter.topic}, partition {dead_letter.partition}, offset {dead_letter.offset}"
    typer.echo(f"{place}, {dead_letter.at.isoformat()}")
    _print_explanation(dead_letter.cause, EXPLANATIONS[dead_letter.cause])
    typer.echo(f"no answer: {NO_WAY_BACK}")
    try:
        queue.original(letter)
    except NotRedrivableError as reason:
        typer.echo(f"redrive:   {reason}")
    else:
        typer.echo(f"redrive:   `neoscore dead-letters redrive {number}`")


def _print_explanation(cause: str, explanation: Explanation) -> None:
    typer.echo(f"{cause}: {explanation.meaning}\nupstream:  {explanation.remedy}")


def _redrive_one(
    queue: DeadLetterQueue, number: int, letters: Mapping[int, StoredDeadLetter], *, dry_run: bool
) -> bool:
    """Give one record back, or say why not; return whether it was, or would be, given back."""
    from producers.errors import NotRedrivableError

    try:
        original = queue.original(_get(letters, number))
    except NotRedrivableError as reason:
        typer.echo(f"neoscore: {reason}", err=True)
        return False
    place = f"{original.topic}, partition {original.partition}"
    if dry_run:
        typer.echo(f"would redrive dead letter {number} to {place}")
    else:
        typer.echo(f"redrove dead letter {number} to {place}, offset {queue.redrive(original)}")
    return True


def _get(letters: Mapping[int, StoredDeadLetter], number: int) -> StoredDeadLetter:
    from producers.dead_letters import RESEND
    from producers.errors import NotRedrivableError

    if number in letters:
        return letters[number]
    if letters and number > max(letters):
        raise NotRedrivableError(f"there is no dead letter {number}; the latest is {max(letters)}")
    raise NotRedrivableError(f"dead letter {number} cannot be read (any more); {RESEND}")
