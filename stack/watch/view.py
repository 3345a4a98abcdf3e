"""The view of topics and workers on a terminal, 80 columns wide, kept up to date."""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from contract.codes import Status
from contract.errors import BrokerUnavailableError
from contract.settings import Settings
from contract.topics import DEAD_LETTERS
from producers.monitoring.topic_monitor import TopicMonitor
from producers.monitoring.topic_stats import WORKER_TOPICS, TopicStats
from stack.state import is_running, read_state
from stack.watch.worker_metrics import Buckets, WorkerStatus, bucket_delta, quantile, scrape_workers

UNKNOWN, NONE = "unknown", "-"

ABBREVIATE_FROM = 1_000_000
"""From here on counts are shown in millions: all columns together must fit into 80."""

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
        notes.append(("unknown: this broker reports no reliable end offsets or topic configuration", "yellow"))
    elif any(topic.lag is None for topic in shown.topics if topic.base_name in WORKER_TOPICS):
        notes.append(("unknown: the broker does not report yet what the workers' group has committed", "yellow"))
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


LATENCY_SECONDS = 60.0
"""Quantiles are those of the last minute: what happens now, and still enough requests for a p99."""


class LiveView:
    """Looks at broker and workers, and remembers what it needs for the next look."""

    def __init__(self, config: Settings, reader: TopicMonitor) -> None:
        self._config = config
        self._reader = reader
        self._last: Snapshot | None = None
        self._latencies: deque[tuple[float, Mapping[str, Buckets]]] = deque()

    def refresh(self) -> Snapshot:
        """Return what is there now. While the broker is away: what was there last, and since when."""
        error, topics = None, self._last.topics if self._last else []
        try:
            topics = self._reader.read()
        except BrokerUnavailableError:
            if self._last is None:
                raise
            error = self._last.error or f"the broker does not answer; the topics are those before {_now()}"
        folder = self._config.run_folder
        workers = scrape_workers(read_state(folder) if is_running(folder) else None)
        config = self._config
        prefix = [f"topics {config.topic_prefix}…"] if config.topic_prefix else []
        title = "   ".join([f"broker {config.kafka_bootstrap_servers}", *prefix, f"group {config.group}", _now()])
        previous_latency: dict[str, Buckets] = {}
        for _, latencies in reversed(self._latencies):  # the earliest of each worker; an unreachable one has none
            previous_latency |= {name: latency for name, latency in latencies.items() if latency}
        self._last = Snapshot(title, topics, workers, previous_latency, self._reader.offsets_reliable, error)
        self._remember({worker.name: worker.latency for worker in workers})
        return self._last

    def _remember(self, latencies: Mapping[str, Buckets]) -> None:
        now = time.monotonic()
        self._latencies.append((now, latencies))
        while now - self._latencies[0][0] > LATENCY_SECONDS:
            self._latencies.popleft()


def watch(config: Settings, console: Console, interval: float, *, once: bool) -> None:
    """Show the view, once or until Ctrl-C. Raises BrokerUnavailableError when none answers at the beginning."""
    with TopicMonitor(config) as reader:
        view = LiveView(config, reader)
        if once:
            console.print(render(view.refresh()))
            return
        with Live(render(view.refresh()), console=console, auto_refresh=False) as live:
            while True:
                time.sleep(interval)
                live.update(render(view.refresh()), refresh=True)


def _now() -> str:
    return datetime.now(UTC).strftime("%H:%M:%SZ")
