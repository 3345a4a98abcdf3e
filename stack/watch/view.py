"""The view on a terminal, 80 columns wide. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from contract.codes import Status
from contract.topics import DEAD_LETTERS
from producers.monitoring.topic_stats import WORKER_TOPICS, TopicStats
from stack.watch.worker_metrics import Buckets, WorkerStatus, bucket_delta, quantile

UNKNOWN, NONE = "unknown", "-"

ABBREVIATE_FROM = 1_000_000
"""From here on counts are told in millions: all columns together must not take more than 80."""

STATUSES = {**{str(status): str(status) for status in Status}, "dead_lettered": "dead"}
"""Status → heading."""


@dataclass(frozen=True)
class Snapshot:
    """What is shown at one moment."""

    title: str
    topics: Sequence[TopicStats]
    workers: Sequence[WorkerStatus]
    previous_latency: Mapping[str, Buckets] = field(default_factory=dict)
    """Worker → its latencies at an earlier moment; the quantiles shown are those of the time since."""
    offsets_reliable: bool = True
    error: str | None = None
    """Why there is nothing newer."""


def render(shown: Snapshot) -> RenderableType:
    """Return the whole view."""
    parts: list[RenderableType] = [Text(shown.title, style="dim"), Text(), _topics(shown.topics)]
    parts += [Text(note, style=style) for note, style in _notes(shown)]
    if shown.workers:
        span = "in the last minute" if shown.previous_latency else "since the worker began"
        caption = f"p50, p99: single requests {span}, from receipt to answer"
        parts += [Text(), _workers(shown.workers, shown.previous_latency), Text(caption, style="dim")]
        parts += [Text(f"{w.name} is not ready: {w.error}", style="red") for w in shown.workers if w.error]
    return Group(*parts)


def _topics(topics: Sequence[TopicStats]) -> Table:
    table = _table("topic", "readable", "in/s", "lag", "lag age", "oldest")
    for topic in topics:
        behind = topic.base_name in WORKER_TOPICS
        table.add_row(
            topic.base_name,
            _count(topic.retained),
            UNKNOWN if topic.records_per_second is None else f"{topic.records_per_second:,.1f}",
            _count(topic.lag) if behind else NONE,
            _seconds(topic.lag_seconds, UNKNOWN) if behind else NONE,
            Text(
                _seconds(topic.oldest_seconds, NONE) + (" !" if topic.past_retention else ""),
                style="bold red" if topic.past_retention else "",
            ),
        )
    return table


def _notes(shown: Snapshot) -> list[tuple[str, str]]:
    """Return the lines below the topics, each with its style."""
    notes = []
    letters = next(
        (topic.dead_letter_window_records for topic in shown.topics if topic.base_name == DEAD_LETTERS), None
    )
    if shown.topics:
        said = UNKNOWN if letters is None else f"{letters:,}"
        notes.append((f"dead letters in the last minute: {said}", "bold red" if letters else ""))
    old = [topic.max_record_age_seconds for topic in shown.topics if topic.past_retention]
    if old:
        notes.append((f"! readable for more than {old[0]:.0f} s: the broker has not deleted it in time", "red"))
    if not shown.offsets_reliable:
        notes.append(("unknown: this broker does not tell true end offsets, nor whether it forgets", "yellow"))
    elif any(topic.lag is None for topic in shown.topics if topic.base_name in WORKER_TOPICS):
        notes.append(("unknown: the broker does not tell yet what the workers' group has answered", "yellow"))
    if shown.error:
        notes.append((shown.error, "bold red"))
    return notes


def _workers(workers: Sequence[WorkerStatus], previous_latency: Mapping[str, Buckets]) -> Table:
    table = _table("worker", "ready", *STATUSES.values(), "p50 ms", "p99 ms")
    for worker in workers:
        latency = bucket_delta(worker.latency, previous_latency.get(worker.name, {}))
        table.add_row(
            worker.name,
            Text("no", style="bold red") if worker.error else "yes",
            *(_count(worker.requests[status]) if worker.requests else NONE for status in STATUSES),
            *(_milliseconds(quantile(latency, share)) for share in (0.5, 0.99)),
        )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(first, no_wrap=True)
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True, min_width=len(UNKNOWN) if len(others) < 6 else None)
    return table


def _count(number: float | None) -> str:
    if number is None:
        return UNKNOWN
    return f"{number:,.0f}" if number < ABBREVIATE_FROM else f"{number / 1e6:,.1f}M"


def _seconds(seconds: float | None, otherwise: str) -> str:
    return otherwise if seconds is None else f"{seconds:,.1f} s" if 0 < seconds < 10 else f"{seconds:,.0f} s"


def _milliseconds(seconds: float | None) -> str:
    return NONE if seconds is None else f"{seconds * 1000:,.1f}" if seconds < 1 else f"{seconds * 1000:,.0f}"
