"""The view kept up to date."""

import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live

from contract.errors import BrokerUnavailableError
from contract.settings import Settings
from producers.monitoring.topic_monitor import TopicMonitor
from stack.state import is_running, read_state
from stack.watch.view import Snapshot, render
from stack.watch.worker_metrics import Buckets, scrape_workers

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
        for _, latencies in reversed(self._latencies):  # of each worker the earliest; a silent one told none
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
