"""Offsets, lag and ages of the topics while an Operations page is open: one reader for all sessions."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from contract.settings import Settings
from contract.topics import TopicCheckResult
from producers.monitoring.topic_monitor import TopicMonitor
from producers.monitoring.topic_stats import TopicStats
from reporting.backend.monitors import MonitorRegistry, MonitorSubscription

log = logging.getLogger(__name__)

POLL_SECONDS = 2.0
"""Between two reads, as `neoscore topics watch` does by default."""

CHECK_SECONDS = 6.0
"""Between two checks of the topics' settings, which rarely change; a correction shows this soon."""

RETRY_SECONDS = 2.0
"""An unavailable broker is tried again at the pace of the reads."""


@dataclass(frozen=True)
class TopicsSnapshot:
    """The topics at the last read that the broker answered."""

    at: datetime
    """When that was; before the first one, when the monitor started."""
    topics: Sequence[TopicStats] = ()
    report: TopicCheckResult | None = None
    """None: no read was answered yet."""
    broker_down: bool = False
    """Whether the broker is unavailable now."""


class TopicMonitors:
    """The topic monitor of one dashboard process. Safe to use from any thread."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._monitors: MonitorRegistry[TopicsSnapshot] = MonitorRegistry()

    def subscribe(self) -> MonitorSubscription[TopicsSnapshot]:
        """Return a page's subscription; the first one starts the monitor."""
        return self._monitors.subscribe("topics", lambda: _TopicMonitor(self._config))

    def close(self) -> None:
        """Stop the monitor."""
        self._monitors.close()


class _TopicMonitor:
    """Asks for offsets and times, until it is ended. What it saw is replaced as a whole, never changed."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._ending = threading.Event()
        self._seen = TopicsSnapshot(_now())
        threading.Thread(target=self._follow, name="watch topics", daemon=True).start()

    def snapshot(self) -> TopicsSnapshot:
        return self._seen

    def stop(self) -> None:
        self._ending.set()

    def _follow(self) -> None:
        while not self._ending.is_set():
            try:
                with TopicMonitor(self._config) as reader:
                    self._look(reader)
            except Exception as error:  # whatever it is, the page shows it and the monitor retries
                if not self._seen.broker_down:
                    log.warning("cannot read topic offsets (%s); retrying", type(error).__name__)
                self._seen = replace(self._seen, broker_down=True)
                self._ending.wait(RETRY_SECONDS)

    def _look(self, reader: TopicMonitor) -> None:
        checked = time.monotonic()
        while not self._ending.is_set():
            topics = reader.read()  # before the check: it finds out sooner that a broker is away
            if time.monotonic() - checked > CHECK_SECONDS:
                reader.refresh_topic_report()
                topics = reader.read()
                checked = time.monotonic()
            self._seen = TopicsSnapshot(_now(), topics, reader.report)
            self._ending.wait(POLL_SECONDS)


def _now() -> datetime:
    return datetime.now(UTC)
