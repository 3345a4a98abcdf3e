"""`neoscore publish stream`: events at a steady rate, and a summary of the responses."""

import json as jsonlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.live import Live
from sqlalchemy import Engine

from contract.access import AccessOutcome, Purpose
from contract.ids import new_request_id
from contract.settings import Settings, settings
from db.clients import stream_clients
from producers.client import ScoreClient
from producers.commands.context import command_line_actor, database, serving_bundle, warn_if_unverified
from producers.commands.errors import EXIT_FAILURE, fail
from producers.run_record import recorded_run, run_started
from producers.stream import SOURCE, Event, StreamSummary, run_stream

SAMPLE = 1_000
"""Different clients in one stream: enough that the workers' cache does not answer for the model."""


def stream_command(rate: float, seconds: float, seed: int | None, *, json: bool) -> None:
    """Publish, wait for every response, and print the summary."""
    config = settings()
    with database(config) as engine:
        events = _events(config, engine)
        run = run_started(command_line_actor(), Purpose.COMMAND_LINE_STREAM, new_request_id(), len(events))
        with ScoreClient(config, SOURCE) as client, recorded_run(engine, run) as end:
            warn_if_unverified(client.retention_unverified)
            with _live_line() as show:
                summary = run_stream(client, events, rate=rate, seconds=seconds, seed=seed, on_progress=show)
            end.outcome = AccessOutcome.FINISHED
    typer.echo(jsonlib.dumps(_as_json(summary)) if json else _as_text(summary))
    if not summary.all_answered:
        typer.echo(f"neoscore: {summary.unanswered:,} of {summary.sent:,} requests got no response", err=True)
        raise typer.Exit(EXIT_FAILURE)


def _events(config: Settings, engine: Engine) -> list[Event]:
    """Return events for the first clients by reference: pseudonyms order them like chance, the same every time."""
    schema = serving_bundle(config).schema
    rows = [row for block in stream_clients(engine, schema, limit=SAMPLE) for row in block.to_pylist()]
    if not rows:
        raise fail("the database has no clients; load some with `neoscore db load FILE`")
    return [Event(row["client_ref"], {name: row[name] for name in schema.model_feature_names}) for row in rows]


@contextmanager
def _live_line() -> Iterator[Callable[[StreamSummary], None]]:
    """Yield a function that shows progress on a terminal's last line, and nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda summary: None
        return
    with Live("", console=console, auto_refresh=False, transient=True) as live:
        yield lambda summary: live.update(_line(summary), refresh=True)


def _line(summary: StreamSummary) -> str:
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(summary.outcomes.items()))
    return f"{summary.sent:,} sent, {summary.sent - summary.ended:,} in flight" + (f", {counts}" if counts else "")


def _as_text(summary: StreamSummary) -> str:
    rows = [("sent", f"{summary.sent:,} in {summary.seconds:.1f} s")]
    rows += [(outcome.replace("_", " "), f"{count:,}") for outcome, count in sorted(summary.outcomes.items())]
    for name, quantile in (("p50", 0.5), ("p99", 0.99)):
        latency = summary.latency(quantile)
        rows.append((name, "-" if latency is None else f"{latency * 1000:,.0f} ms"))
    return "\n".join(f"{label:<12} {text}" for label, text in rows)


def _as_json(summary: StreamSummary) -> dict[str, Any]:
    return {
        "sent": summary.sent,
        "seconds": summary.seconds,
        "outcomes": dict(sorted(summary.outcomes.items())),
        "latency_p50_seconds": summary.latency(0.5),
        "latency_p99_seconds": summary.latency(0.99),
    }
