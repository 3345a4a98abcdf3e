"""Errors of the commands as one sentence on standard error, and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from contract.errors import ContractError
from db.errors import DatabaseError
from producers.errors import NoAnswer, ProducerError, RequestExpired, RequestRejected, ScoreError

FAILURE, REJECTED, EXPIRED, NO_ANSWER = 1, 3, 4, 5
"""Exit codes beside 0 and Typer's 2 for usage."""

CANCELLED = 130
"""The shell's code for a program ended by Ctrl-C."""


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Turn an error that the user can act on into a sentence and its exit code."""
    try:
        yield
    except (ContractError, DatabaseError, ProducerError) as error:
        typer.echo(f"neoscore: {_sentence(error)}", err=True)
        raise typer.Exit(exit_code(error)) from None
    except KeyboardInterrupt:
        typer.echo("cancelled", err=True)
        raise typer.Exit(CANCELLED) from None


def fail(sentence: str) -> typer.Exit:
    """Say what is wrong and return the exception that ends the command with exit code 1."""
    typer.echo(f"neoscore: {sentence}", err=True)
    return typer.Exit(FAILURE)


def exit_code(error: Exception) -> int:
    """Return the exit code of an error."""
    match error:
        case RequestRejected():
            return REJECTED
        case RequestExpired():
            return EXPIRED
        case NoAnswer():
            return NO_ANSWER
        case _:
            return FAILURE


def _sentence(error: Exception) -> str:
    """Return an error as text, with each field at fault on a line of its own."""
    if isinstance(error, ScoreError) and error.fields:
        return "\n".join([f"{error.detail}:", *(f"  {field.name}: {field.detail}" for field in error.fields)])
    return str(error)
