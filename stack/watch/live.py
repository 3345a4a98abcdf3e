"""The view kept up to date."""

import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live

from contract.errors import BrokerUnavailable
from contract.settings import Settings
from producers.monitoring.topic_monitor import TopicMonitor
from stack.state import is_running, read_state
from stack.watch.screen import Snapshot, render
from stack.watch.workers import Buckets, read_workers

LATENCY_SECONDS = 60.0
"""Quantiles are those of the last minute: what happens now, and still enough requests for a p99."""


class Watch:
    """Looks at broker and workers, and remembers what it needs for the next look."""

    def __init__(self, config: Settings, reader: TopicMonitor) -> None:
        self._config = config
        self._reader = reader
        self._last: Snapshot | None = None
        self._latencies: deque[tuple[float, Mapping[str, Buckets]]] = deque()

    def look(self) -> Snapshot:
        """Return what is there now. While the broker is away: what was there last, and since when."""
        trouble, topics = None, self._last.topics if self._last else []
        try:
            topics = self._reader.read()
        except BrokerUnavailable:
            if self._last is None:
                raise
            trouble = self._last.trouble or f"the broker does not answer; the topics are those before {_now()}"
        folder = self._config.run_folder
        workers = read_workers(read_state(folder) if is_running(folder) else None)
        title = f"broker {self._config.kafka_bootstrap}   group {self._config.consumer_group}   {_now()}"
        before: dict[str, Buckets] = {}
        for _, latencies in reversed(self._latencies):  # of each worker the earliest; a silent one told none
            before |= {name: latency for name, latency in latencies.items() if latency}
        self._last = Snapshot(title, topics, workers, before, self._reader.offsets_reliable, trouble)
        self._remember({worker.name: worker.latency for worker in workers})
        return self._last

    def _remember(self, latencies: Mapping[str, Buckets]) -> None:
        now = time.monotonic()
        self._latencies.append((now, latencies))
        while now - self._latencies[0][0] > LATENCY_SECONDS:
            self._latencies.popleft()


def watch(config: Settings, console: Console, interval: float, *, once: bool) -> None:
    """Show the view, once or until Ctrl-C. Raises BrokerUnavailable when none answers at the beginning."""
    with TopicMonitor(config) as reader:
        looks = Watch(config, reader)
        if once:
            console.print(render(looks.look()))
            return
        with Live(render(looks.look()), console=console, auto_refresh=False) as live:
            while True:
                time.sleep(interval)
                live.update(render(looks.look()), refresh=True)


def _now() -> str:
    return datetime.now(UTC).strftime("%H:%M:%SZ")
