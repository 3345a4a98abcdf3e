"""Errors of the commands on standard error, and exit codes."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from contract.errors import ContractError
from db.errors import DatabaseError, FilterError
from producers.errors import RequesterError, RequestExpiredError, RequestRejectedError, ResponseTimeoutError, ScoreError

EXIT_FAILURE, EXIT_USAGE, EXIT_REJECTED, EXIT_EXPIRED, EXIT_TIMEOUT = 1, 2, 3, 4, 5
"""Exit codes beside 0; 2 is also Typer's own for usage."""

CANCELLED = 130
"""The shell's code for a program ended by Ctrl-C."""


@contextmanager
def handle_cli_errors() -> Iterator[None]:
    """Print an error that the user can act on, and exit with its code."""
    try:
        yield
    except (ContractError, DatabaseError, RequesterError) as error:
        typer.echo(f"neoscore: {message(error)}", err=True)
        raise typer.Exit(exit_code(error)) from None
    except KeyboardInterrupt:
        typer.echo("cancelled", err=True)
        raise typer.Exit(CANCELLED) from None


def fail(sentence: str) -> typer.Exit:
    """Print what is wrong and return the exception that ends the command with exit code 1."""
    typer.echo(f"neoscore: {sentence}", err=True)
    return typer.Exit(EXIT_FAILURE)


def exit_code(error: Exception) -> int:
    """Return the exit code of an error."""
    match error:
        case FilterError():
            return EXIT_USAGE
        case RequestRejectedError():
            return EXIT_REJECTED
        case RequestExpiredError():
            return EXIT_EXPIRED
        case ResponseTimeoutError():
            return EXIT_TIMEOUT
        case _:
            return EXIT_FAILURE


def message(error: Exception) -> str:
    """Return an error as text: each invalid field on a line of its own, and what to do about the code."""
    if not isinstance(error, ScoreError):
        return str(error)
    fields = [f"  {field.name}: {field.detail}" for field in error.fields]
    return "\n".join([f"{error.detail}:" if fields else error.detail, *fields, error.code.spec.remedy])
