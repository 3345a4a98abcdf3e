"""`neoscore publish batch`: a whole portfolio, summed up."""

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
from producers.batch import Progress, run_portfolio
from producers.commands.context import database, serving_bundle
from producers.commands.errors import FAILURE
from producers.portfolio import PortfolioSummary


def batch_command(where: str | None, limit: int | None, *, explain: bool, json: bool) -> None:
    """Score the portfolio and print the summary."""
    config = settings()
    schema = serving_bundle(config).schema
    with database(config) as engine, _progress_bar() as show:
        summary = run_portfolio(config, engine, schema, where, limit, show, explain=explain)
    if json:
        typer.echo(jsonlib.dumps(_as_json(summary)))
    else:
        _print(summary)
    if not summary.complete:
        typer.echo(f"neoscore: {_what_is_missing(summary)}", err=True)
        raise typer.Exit(FAILURE)


@contextmanager
def _progress_bar() -> Iterator[Callable[[Progress], None]]:
    """Lend a function that shows how far the run is, with rate and time left, on standard error."""
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

        def show(progress: Progress) -> None:
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
    console.print(f"{summary.requested:,} clients: {statuses or 'no answer'}; {summary.seconds:.1f} s, {rate:,.0f}/s")
    if summary.model is not None:
        console.print(
            f"model {summary.model.version}, threshold {summary.threshold:.1%}; no score was kept", style="dim"
        )
    if len(summary.models) > 1:
        versions = ", then ".join(model.version for model in summary.models)
        console.print(f"The model changed on the way ({versions}): the totals mix them; run it again.", style="yellow")


def _what_is_missing(summary: PortfolioSummary) -> str:
    unsent = summary.requested - summary.answered - summary.lost
    parts = [f"{summary.lost:,} clients in {summary.lost_blocks:,} blocks got no answer"]
    if summary.stopped:
        parts.append(f"gave up after {summary.lost_blocks:,} blocks and did not send {unsent:,} clients")
    if summary.lost_because:
        parts.append(str(summary.lost_because))
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
        "stopped": summary.stopped,
        "seconds": summary.seconds,
        "model": summary.model.version if summary.model else None,
        "models": [model.version for model in summary.models],
        "threshold": summary.threshold,
    }
