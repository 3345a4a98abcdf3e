"""Errors of the commands as one sentence on standard error, and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from contract.errors import ContractError
from db.errors import DatabaseError
from producers.errors import RequesterError, RequestExpiredError, RequestRejectedError, ResponseTimeoutError, ScoreError

EXIT_FAILURE, EXIT_REJECTED, EXIT_EXPIRED, EXIT_TIMEOUT = 1, 3, 4, 5
"""Exit codes beside 0 and Typer's 2 for usage."""

CANCELLED = 130
"""The shell's code for a program ended by Ctrl-C."""


@contextmanager
def handle_cli_errors() -> Iterator[None]:
    """Turn an error that the user can act on into a sentence and its exit code."""
    try:
        yield
    except (ContractError, DatabaseError, RequesterError) as error:
        typer.echo(f"neoscore: {_message(error)}", err=True)
        raise typer.Exit(exit_code(error)) from None
    except KeyboardInterrupt:
        typer.echo("cancelled", err=True)
        raise typer.Exit(CANCELLED) from None


def fail(sentence: str) -> typer.Exit:
    """Say what is wrong and return the exception that ends the command with exit code 1."""
    typer.echo(f"neoscore: {sentence}", err=True)
    return typer.Exit(EXIT_FAILURE)


def exit_code(error: Exception) -> int:
    """Return the exit code of an error."""
    match error:
        case RequestRejectedError():
            return EXIT_REJECTED
        case RequestExpiredError():
            return EXIT_EXPIRED
        case ResponseTimeoutError():
            return EXIT_TIMEOUT
        case _:
            return EXIT_FAILURE


def _message(error: Exception) -> str:
    """Return an error as text, with each field at fault on a line of its own."""
    if isinstance(error, ScoreError) and error.fields:
        return "\n".join([f"{error.detail}:", *(f"  {field.name}: {field.detail}" for field in error.fields)])
    return str(error)
