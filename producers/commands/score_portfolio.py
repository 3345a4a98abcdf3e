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

from contract.access import Purpose
from contract.disclosure import MIN_GROUP_SIZE, rounded_count
from contract.settings import settings
from producers.commands.context import command_line_actor, database, serving_bundle
from producers.commands.errors import EXIT_FAILURE, fail
from producers.portfolio.run import PortfolioOutcome, PortfolioProgress, PortfolioRequest, run_portfolio
from producers.portfolio.summary import PortfolioSummary
from producers.portfolio.totals import BandRow, PortfolioTotals, band_rows


def score_portfolio_command(where: str | None, limit: int | None, *, explain: bool, json: bool) -> None:
    """Score the portfolio and print the summary."""
    config = settings()
    bundle = serving_bundle(config)
    request = PortfolioRequest(
        command_line_actor(), Purpose.COMMAND_LINE_PORTFOLIO, where=where, limit=limit, explain=explain
    )
    with database(config) as engine, _progress_bar() as show:
        outcome = run_portfolio(config, engine, bundle, request, on_progress=show)
    summary, totals = outcome.summary, outcome.totals
    if json:
        typer.echo(jsonlib.dumps(_as_json(outcome)))
    elif totals is not None:
        _print(summary, totals)
    if not summary.complete:
        typer.echo(f"neoscore: {_incomplete_message(summary)}", err=True)
    if totals is None:
        raise fail(f"fewer than {MIN_GROUP_SIZE} clients have a score: totals of so few could identify people")
    if not summary.complete:
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
            done, total = (rounded_count(count) or 0 for count in (progress.done, progress.total))
            bar.update(task, completed=done, total=total, rate=rate)

        yield show


def _print(summary: PortfolioSummary, totals: PortfolioTotals) -> None:
    bands = Table("band", box=None, pad_edge=False)
    for heading in ("clients", "share", "mean PD"):
        bands.add_column(heading, justify="right")
    for row in band_rows(totals, totals.threshold):
        bands.add_row(str(row.band), _count(row.count), _percent(row.share), _percent(row.mean_pd))
    bands.add_row("all", _count(rounded_count(totals.scored)), "100.0%", _percent(totals.mean))
    console = Console(highlight=False)
    console.print(bands)
    console.print()
    statuses = ", ".join(
        f"{_count(rounded_count(count))} {status}" for status, count in sorted(summary.statuses.items())
    )
    rate = summary.answered / summary.seconds if summary.seconds else 0
    console.print(
        f"about {_count(rounded_count(summary.requested))} clients: {statuses}; {summary.seconds:.1f} s, {rate:,.0f}/s"
    )
    if summary.model is not None:
        console.print(
            f"model {summary.model.version}, threshold {totals.threshold:.1%}; scores are not stored", style="dim"
        )
    console.print(
        f"Counts are within about {totals.margin} clients, shares and means within {_points(totals)} points:\n"
        "noise keeps single clients from being found by comparing runs.",
        style="dim",
    )
    if not totals.useful:
        console.print(
            f"Noise outweighs totals of so few clients; select at least {totals.useful_from}.", style="yellow"
        )


def _count(count: int | None) -> str:
    return f"under {MIN_GROUP_SIZE}" if count is None else f"{count:,}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _points(totals: PortfolioTotals) -> str:
    points = 100 * totals.margin / totals.scored
    return f"{points:.0f}" if points >= 1 else f"{points:.1f}"


def _incomplete_message(summary: PortfolioSummary) -> str:
    parts = [f"no response for {_count(rounded_count(summary.lost))} clients ({summary.lost_blocks:,} blocks)"]
    if summary.gave_up:
        unsent = summary.requested - summary.answered - summary.lost
        parts.append(f"stopped early; {_count(rounded_count(unsent))} clients were not scored")
    if summary.last_error:
        parts.append(str(summary.last_error))
    return "; ".join(parts)


def _as_json(outcome: PortfolioOutcome) -> dict[str, Any]:
    """Return the outcome: counts in steps, null for fewer than MIN_GROUP_SIZE."""
    summary, totals = outcome.summary, outcome.totals
    return {
        "batch_id": summary.batch_id,
        "requested": rounded_count(summary.requested),
        "statuses": {str(status): rounded_count(count) for status, count in sorted(summary.statuses.items())},
        "bands": {str(row.band): _band_json(row) for row in band_rows(totals, totals.threshold)} if totals else None,
        "mean_probability": round(totals.mean, 4) if totals else None,
        "margin_clients": totals.margin if totals else None,
        "lost": rounded_count(summary.lost) if summary.lost else 0,
        "lost_blocks": summary.lost_blocks,
        "gave_up": summary.gave_up,
        "seconds": summary.seconds,
        "model": summary.model.version if summary.model else None,
        "threshold": totals.threshold if totals else None,
    }


def _band_json(row: BandRow) -> dict[str, Any]:
    mean = None if row.mean_pd is None else round(row.mean_pd, 4)
    return {"count": row.count, "mean_probability": mean}
