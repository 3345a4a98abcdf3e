"""`neoscore score-portfolio`: a whole portfolio, summarised."""

import json as jsonlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table

from contract.settings import settings
from producers.commands.context import database, serving_bundle
from producers.commands.errors import EXIT_FAILURE
from producers.portfolio_run import PortfolioProgress, score_portfolio
from producers.portfolio_summary import PortfolioSummary


def score_portfolio_command(where: str | None, limit: int | None, *, explain: bool, json: bool) -> None:
    """Score the portfolio and print the summary."""
    config = settings()
    schema = serving_bundle(config).schema
    with database(config) as engine, _progress_bar() as show:
        summary = score_portfolio(config, engine, schema, where, limit, show, explain=explain)
    if json:
        typer.echo(jsonlib.dumps(_as_json(summary)))
    else:
        _print(summary)
    if not summary.complete:
        typer.echo(f"neoscore: {_incomplete_message(summary)}", err=True)
        raise typer.Exit(EXIT_FAILURE)


@contextmanager
def _progress_bar() -> Iterator[Callable[[PortfolioProgress], None]]:
    """Yield a function that shows progress, rate and time left on standard error."""
    columns = (
        TextColumn("clients"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with ProgressBar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("clients", total=None, rate="")

        def show(progress: PortfolioProgress) -> None:
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            rate = f"{speed:,.0f}/s" if speed else ""
            bar.update(task, completed=progress.done, total=progress.total, rate=rate)

        yield show


def _print(summary: PortfolioSummary) -> None:
    bands = Table("band", box=None, pad_edge=False)
    for heading in ("clients", "share", "mean PD"):
        bands.add_column(heading, justify="right")
    for band, total in summary.bands.items():
        mean = total.mean_probability
        share = f"{total.count / summary.scored:.1%}" if summary.scored else "-"
        bands.add_row(str(band), f"{total.count:,}", share, "-" if mean is None else f"{mean:.1%}")
    console = Console(highlight=False)
    console.print(bands)
    console.print()
    statuses = ", ".join(f"{count:,} {status}" for status, count in sorted(summary.statuses.items()))
    rate = summary.answered / summary.seconds if summary.seconds else 0
    console.print(f"{summary.requested:,} clients: {statuses or 'no response'}; {summary.seconds:.1f} s, {rate:,.0f}/s")
    if summary.model is not None:
        console.print(
            f"model {summary.model.version}, threshold {summary.threshold:.1%}; scores are not stored", style="dim"
        )
    if len(summary.models) > 1:
        versions = ", then ".join(model.version for model in summary.models)
        console.print(
            f"The model changed during the run ({versions}); totals mix versions. Run again for consistent totals.",
            style="yellow",
        )


def _incomplete_message(summary: PortfolioSummary) -> str:
    unsent = summary.requested - summary.answered - summary.lost
    parts = [f"no response for {summary.lost:,} clients ({summary.lost_blocks:,} blocks)"]
    if summary.gave_up:
        parts.append(
            f"stopped after {summary.lost_blocks:,} blocks without a response; {unsent:,} clients were not sent"
        )
    if summary.last_error:
        parts.append(str(summary.last_error))
    return "; ".join(parts)


def _as_json(summary: PortfolioSummary) -> dict[str, Any]:
    return {
        "batch_id": summary.batch_id,
        "requested": summary.requested,
        "statuses": {str(status): count for status, count in sorted(summary.statuses.items())},
        "bands": {
            str(band): {"count": total.count, "mean_probability": total.mean_probability}
            for band, total in summary.bands.items()
        },
        "lost": summary.lost,
        "lost_blocks": summary.lost_blocks,
        "gave_up": summary.gave_up,
        "seconds": summary.seconds,
        "model": summary.model.version if summary.model else None,
        "models": [model.version for model in summary.models],
        "threshold": summary.threshold,
    }
