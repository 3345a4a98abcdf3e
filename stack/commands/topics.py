"""`neoscore topics`: create and change the topics, verify their retention, show their state."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from producers.monitoring.partition_ages import PartitionAge

app = typer.Typer(help="Create and change topics, verify their retention, show their state.", no_args_is_help=True)

UNSAFE, UNVERIFIABLE = 1, 4
"""Exit codes of `check`."""


@app.command()
def apply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be changed, and change nothing.")] = False,
) -> None:
    """Bring the topics to the settings: create missing ones, set their configuration, add partitions.

    Run it after a change of NEOSCORE_RETENTION_SECONDS, then restart the services. It never removes partitions, and
    leaves other settings of a topic as they are. On a broker that does not report topic configuration (Tansu), it
    creates missing topics and can neither compare nor change existing ones.
    """
    from rich.console import Console
    from rich.table import Table

    from contract.settings import settings
    from stack.topic_plan import Action, apply_changes, read_changes

    config = settings()
    changes = read_changes(config)
    shown = [change for change in changes if change.action is not Action.UNKNOWN]
    if shown:
        table = Table("topic", "action", "setting", "now", "new", box=None, pad_edge=False)
        for change in shown:
            table.add_row(change.topic, change.action, change.setting, change.actual, change.wanted)
        Console(highlight=False).print(table)
    if len(shown) < len(changes):
        typer.echo(
            "neoscore: this broker does not report topic configuration: existing topics were not compared", err=True
        )
    if any(change.action is Action.KEEP for change in changes):
        typer.echo("neoscore: Kafka cannot remove partitions; topics keep those they have", err=True)
    count = sum(change.changes_topic for change in changes)
    if not count:
        typer.echo("nothing to change")
    elif dry_run:
        typer.echo(f"dry run: {count} changes would be made")
    else:
        apply_changes(config, changes)
        typer.echo(f"{count} changes made")


@app.command()
def check() -> None:
    """Check that every topic exists and has the retention of the settings.

    Exit codes: 0 safe, 1 unsafe (with what to change), 4 the broker does not report topic configuration.
    """
    from contract.settings import settings
    from contract.topic_admin import describe_topic_configs
    from contract.topics import TopicCheckStatus, check_topics

    config = settings()
    report = check_topics(describe_topic_configs(config), config.retention)
    match report.status:
        case TopicCheckStatus.SAFE:
            typer.echo(f"safe: every topic deletes what is older than {config.retention_seconds} s")
        case TopicCheckStatus.UNSAFE:
            typer.echo("neoscore: unsafe topics:", err=True)
            for finding in report.findings:
                typer.echo(f"  {finding}", err=True)
            raise typer.Exit(UNSAFE)
        case TopicCheckStatus.UNVERIFIABLE:
            typer.echo(
                "neoscore: this broker does not report topic configuration, so retention cannot be verified", err=True
            )
            raise typer.Exit(UNVERIFIABLE)


@app.command()
def show() -> None:
    """Show each partition: how many records are retained, and how old the oldest and newest are.

    Never shows the content of a record.
    """
    from rich.console import Console
    from rich.table import Table

    from contract.settings import settings
    from contract.topic_admin import describe_topic_configs
    from contract.topics import TOPIC_CONFIG
    from producers.monitoring.partition_ages import read_partition_ages

    config = settings()
    described = describe_topic_configs(config)
    console = Console(highlight=False)
    for topic, actual in described.items():
        if actual is None:
            console.print(f"{topic}: does not exist; run `neoscore topics apply`\n")
            continue
        shown = (
            ", ".join(f"{name}={actual.get(name, '?')}" for name in TOPIC_CONFIG)
            if actual
            else "configuration not reported"
        )
        table = Table(title=f"{topic}\n[dim]{shown}[/]", title_justify="left", box=None, pad_edge=False)
        for heading in ("partition", "begin", "end", "readable", "oldest", "newest"):
            table.add_column(heading, justify="right")
        for partition in read_partition_ages(config, topic):
            table.add_row(*_row(partition))
        console.print(table, "")


@app.command()
def watch(
    interval: Annotated[float, typer.Option(min=0.5, metavar="SECONDS", help="Refresh interval.")] = 2.0,
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Print one snapshot and exit; this is the default if the output is not a terminal."
        ),
    ] = False,
) -> None:
    """Watch records, lag, ages and dead letters, and the workers of the local stack, until Ctrl-C.

    Asks the broker for offsets and times only; no record is read.
    """
    from rich.console import Console

    from contract.settings import settings
    from stack.watch.view import watch

    console = Console(highlight=False)
    with contextlib.suppress(KeyboardInterrupt):
        watch(settings(), console, interval, once=once or not console.is_terminal)


def _row(view: PartitionAge) -> tuple[str, ...]:
    return (
        str(view.partition),
        f"{view.begin:,}",
        f"{view.end:,}",
        f"{view.end - view.begin:,}",
        _age(view.oldest_seconds),
        _age(view.newest_seconds),
    )


def _age(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:,.0f} s ago"
