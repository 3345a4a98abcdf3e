"""`neoscore dead-letters`: what could not be answered, why, and giving it back while it lives."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from producers.causes import Explanation
    from producers.dead_letters import DeadLetterBox, Letter

app = typer.Typer(help="See what could not be answered and why, and give it back.", no_args_is_help=True)

FAILURE = 1

Numbers = Annotated[
    list[int] | None, typer.Argument(metavar="OFFSET...", help="Offsets as `list` shows them.", show_default=False)
]


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="Print the list in JSON.")] = False) -> None:
    """List the dead letters that can still be read: cause and place, never what a record held.

    Each stands for a record that named neither a request nor a client, so that nobody could be answered.
    """
    import msgspec

    from producers.commands.errors import errors_as_sentences

    with errors_as_sentences(), closing(_open_box()) as box:
        letters = box.letters()
        _say_unreadable(box)
        if json:
            rows = [{"dead_letter": letter.number, **msgspec.to_builtins(letter.content)} for letter in letters]
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
    from producers.commands.errors import errors_as_sentences

    if not what.isdecimal():
        if what not in EXPLANATIONS:
            causes = ", ".join(EXPLANATIONS)
            raise typer.BadParameter(f"{what!r} is neither an offset nor one of: {causes}")
        _print_explanation(what, EXPLANATIONS[ErrorCode(what)])
        return
    with errors_as_sentences(), closing(_open_box()) as box:
        _explain_letter(box, int(what))


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
    from producers.commands.errors import errors_as_sentences

    with errors_as_sentences(), closing(_open_box()) as box:
        letters = {letter.number: letter for letter in box.letters()}
        _say_unreadable(box)
        if all_ and not letters:
            typer.echo("no dead letter can be read", err=True)
        chosen = letters if all_ else dict.fromkeys(numbers or [])
        done = [_redrive(box, number, letters, dry_run=dry_run) for number in chosen]
        if not all(done):
            raise typer.Exit(FAILURE)


def _open_box() -> DeadLetterBox:
    from contract.settings import settings
    from producers.dead_letters import DeadLetterBox

    return DeadLetterBox(settings())


def _say_unreadable(box: DeadLetterBox) -> None:
    if box.unreadable:
        typer.echo(f"note: {box.unreadable} records on the topic are no dead letters", err=True)


def _print_table(letters: Sequence[Letter]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("offset", "cause", "topic/partition/offset", "time", "key"):
        table.add_column(heading, no_wrap=True)
    for letter in letters:
        content = letter.content
        place = f"{content.topic}/{content.partition}/{content.offset}"
        # Enough of the hash to see which records one sender keyed alike, while the worker that hashed them lives.
        table.add_row(str(letter.number), content.cause, place, f"{content.at:%H:%M:%S}", content.key_hash[:8])
    Console(highlight=False, soft_wrap=True).print(table)


def _explain_letter(box: DeadLetterBox, number: int) -> None:
    from producers.causes import EXPLANATIONS, NO_WAY_BACK
    from producers.errors import NotRedrivable

    letter = _pick({letter.number: letter for letter in box.letters()}, number)
    content = letter.content
    typer.echo(f"{content.topic}, partition {content.partition}, offset {content.offset}, {content.at.isoformat()}")
    _print_explanation(content.cause, EXPLANATIONS[content.cause])
    typer.echo(f"no answer: {NO_WAY_BACK}")
    try:
        box.original(letter)
    except NotRedrivable as reason:
        typer.echo(f"redrive:   {reason}")
    else:
        typer.echo(f"redrive:   `neoscore dead-letters redrive {number}`")


def _print_explanation(cause: str, explanation: Explanation) -> None:
    typer.echo(f"{cause}: {explanation.meaning}\nupstream:  {explanation.remedy}")


def _redrive(box: DeadLetterBox, number: int, letters: Mapping[int, Letter], *, dry_run: bool) -> bool:
    """Give one record back, or say why not; return whether it was, or would be, given back."""
    from producers.errors import NotRedrivable

    try:
        original = box.original(_pick(letters, number))
    except NotRedrivable as reason:
        typer.echo(f"neoscore: {reason}", err=True)
        return False
    place = f"{original.topic}, partition {original.partition}"
    if dry_run:
        typer.echo(f"dead letter {number} would go back to {place}")
    else:
        typer.echo(f"dead letter {number} went back to {place}, as offset {box.give_back(original)}")
    return True


def _pick(letters: Mapping[int, Letter], number: int) -> Letter:
    from producers.dead_letters import RESEND
    from producers.errors import NotRedrivable

    if number in letters:
        return letters[number]
    if letters and number > max(letters):
        raise NotRedrivable(f"there is no dead letter {number}; the latest is {max(letters)}")
    raise NotRedrivable(f"dead letter {number} cannot be read (any more); {RESEND}")
