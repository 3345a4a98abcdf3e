"""`neoscore privacy`: verify on a running stack that no score is retained. Heavy imports wait until a command runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from stack.privacy.check import PrivacyCheck
    from stack.privacy.report import CheckStep

app = typer.Typer(help="Verify that no score is retained.", no_args_is_help=True)

EXIT_FAILED, EXIT_NOT_POSSIBLE = 1, 2
"""Exit codes of `check`: a trace was found; there is no running stack to check."""


@app.callback()
def privacy() -> None:
    """Verify that no score is retained."""


@app.command()
def check(
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write a Markdown report.")] = None,
) -> None:
    """Score fictitious clients on every lane, then search everywhere for traces of them.

    Takes three to four minutes, most of it waiting for the topics to expire. The fictitious clients are deleted.

    Exit codes: 0 passed, 1 failed (with what was found and where), 2 usage, or no running stack to check.
    """
    from stack.privacy.report import failed_steps

    if report is not None and not report.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {report.absolute().parent}", param_hint="--report")
    began = datetime.now(UTC)
    steps = _run()
    if report is not None:
        _write(report, steps, began)
    found = failed_steps(steps)
    if found:
        names = ", ".join(step.name for step in found)
        typer.echo(f"neoscore: privacy check failed: {names}", err=True)
        raise typer.Exit(EXIT_FAILED)
    typer.echo('privacy check passed; steps marked "skipped" prove nothing')


def _run() -> list[CheckStep]:
    """Run the check and show its steps; end the command when there is nothing to check."""
    from contract.errors import BrokerUnavailableError, BundleError
    from db.errors import DatabaseUnavailableError
    from stack.errors import CheckNotPossibleError

    try:
        return _check()
    except (BrokerUnavailableError, BundleError, DatabaseUnavailableError, CheckNotPossibleError) as error:
        typer.echo(f"neoscore: there is no running stack to check: {error}", err=True)
        raise typer.Exit(EXIT_NOT_POSSIBLE) from None


def _check() -> list[CheckStep]:
    from rich.console import Console

    from contract.bundle import load_bundle
    from contract.settings import settings
    from producers.commands.context import database, serving_bundle
    from stack.models import served_bundle_path
    from stack.privacy.check import CheckTarget, PrivacyCheck
    from stack.privacy.search import default_search_folders
    from stack.state import is_running, read_state

    config = settings()
    state = read_state(config.run_folder) if is_running(config.run_folder) else None
    if state and state.model:
        bundle = load_bundle(served_bundle_path(state.model, config.models_folder), config.release_keys)
    else:
        bundle = serving_bundle(config)
    with database(config) as engine:
        target = CheckTarget(config, bundle.schema, engine, default_search_folders(config), state)
        return _run_with_output(PrivacyCheck(target), Console(highlight=False, soft_wrap=True))


def _run_with_output(privacy_check: PrivacyCheck, console: Console) -> list[CheckStep]:
    """Run the check; each step appears as it ends, and on a terminal also what is being waited for."""
    colours = {"passed": "green", "failed": "bold red", "skipped": "yellow"}

    def show(step: CheckStep) -> None:
        console.print(f"[{colours[step.outcome]}]{step.outcome:<12}[/]{step.name:<32}{step.seconds:5.0f} s", end="  ")
        console.print(step.detail, markup=False)

    privacy_check.on_step = show
    if not console.is_terminal:
        return privacy_check.run()
    with console.status("privacy check") as status:
        privacy_check.on_status = status.update
        return privacy_check.run()


def _write(file: Path, steps: list[CheckStep], began: datetime) -> None:
    from importlib.metadata import version

    from contract.settings import settings
    from stack.privacy.report import render_report

    text = render_report(steps, began, datetime.now(UTC), settings().kafka_bootstrap_servers, version("neoscore"))
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)
