"""The command line `neoscore`: what it mounts, and the one place where errors become sentences and exit codes."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from contract.errors import ContractError
from db.errors import DatabaseError, FilterError
from model_import.errors import ModelImportError
from producers.cli import publish, score, score_portfolio
from producers.commands import dead_letters
from producers.errors import RequesterError
from producers.gateway.cli import gateway
from reporting.cli import dashboard
from scorer.cli import worker
from scorer.errors import ScorerError
from stack import state
from stack.commands import audit, db, local_stack, model, privacy, schema, topics
from stack.commands.db_load import pseudonym
from stack.errors import StackError, StackNotRunningError
from tabular.errors import TableError
from training.cli import train
from training.errors import TrainingError
from training.init_cli import init

FAILURE, USAGE, NOT_RUNNING = 1, 2, 3
"""Exit codes beside 0 and 130 for Ctrl-C; Typer has 2 for usage, too."""

PACKAGE_ERRORS = (
    ContractError,
    DatabaseError,
    ModelImportError,
    RequesterError,
    ScorerError,
    StackError,
    TableError,
    TrainingError,
)
"""What a user or a machine did: one sentence each."""

PANEL_STACK, PANEL_SCORING, PANEL_SERVICES, PANEL_DATA = "Local stack", "Scoring", "Services", "Data and models"

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"neoscore {version('neoscore')}")
        raise typer.Exit


@app.callback(
    epilog=(
        "Examples: `neoscore up`, `neoscore score CLIENT_REF`, `neoscore score-portfolio --where 'LIMIT_BAL > 50000'`"
    )
)
def neoscore(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Event-driven credit scoring that explains every score and keeps none.

    Settings come from the environment (NEOSCORE_*). While a local stack runs, commands use it automatically.

    Exit codes: 0 done, 1 failure, 2 usage, 130 Ctrl-C; others stand in the command's help.
    """


app.command(rich_help_panel=PANEL_STACK)(local_stack.demo)
app.command(rich_help_panel=PANEL_STACK)(local_stack.up)
app.command(rich_help_panel=PANEL_STACK)(local_stack.status)
app.command(rich_help_panel=PANEL_STACK)(local_stack.down)
app.command(rich_help_panel=PANEL_SCORING)(score)
app.command("score-portfolio", rich_help_panel=PANEL_SCORING)(score_portfolio)
app.add_typer(publish, name="publish", rich_help_panel=PANEL_SCORING)
app.add_typer(dead_letters.app, name="dead-letters", rich_help_panel=PANEL_SCORING)
app.command(rich_help_panel=PANEL_SERVICES)(worker)
app.command(rich_help_panel=PANEL_SERVICES)(dashboard)
app.command(rich_help_panel=PANEL_SERVICES)(gateway)
app.add_typer(topics.app, name="topics", rich_help_panel=PANEL_DATA)
app.add_typer(privacy.app, name="privacy", rich_help_panel=PANEL_DATA)
app.add_typer(audit.app, name="audit", rich_help_panel=PANEL_DATA)
app.add_typer(db.app, name="db", rich_help_panel=PANEL_DATA)
app.command(rich_help_panel=PANEL_DATA)(pseudonym)
app.command(rich_help_panel=PANEL_DATA)(init)
app.command(rich_help_panel=PANEL_DATA)(model.registering_training(train))
app.add_typer(schema.app, name="schema", rich_help_panel=PANEL_DATA)
app.add_typer(model.app, name="model", rich_help_panel=PANEL_DATA)


def main() -> None:
    """Run the command line and exit."""
    state.export_addresses(Path(os.environ.get("NEOSCORE_HOME", ".neoscore")) / "run", os.environ)
    try:
        app(prog_name="neoscore")
    except StackNotRunningError as error:
        _fail(str(error), NOT_RUNNING)
    except FilterError as error:
        _fail(str(error), USAGE)
    except PACKAGE_ERRORS as error:
        _fail(str(error), FAILURE)
    except ValidationError as error:
        _fail(_settings_error(error), FAILURE)


def _fail(sentence: str, code: int) -> None:
    typer.echo(f"neoscore: {sentence}", err=True)
    sys.exit(code)


def _settings_error(error: ValidationError) -> str:
    """Say which variables are wrong and why, without repeating a value, which may be a secret."""
    faults = []
    for fault in error.errors(include_input=False, include_url=False):
        if fault["type"] == "default_factory_not_called":  # follows from another fault
            continue
        name = "_".join(str(part) for part in fault["loc"]).upper()
        reason = fault["msg"].removeprefix("Value error, ")
        faults.append(f"NEOSCORE_{name}: {reason}" if name else reason)
    return "invalid settings: " + "; ".join(faults)


if __name__ == "__main__":
    main()
