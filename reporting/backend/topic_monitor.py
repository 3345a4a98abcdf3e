"""Looking at the topics while an Operations page is open: one reading for all sessions, in a thread of its own."""

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
from reporting.backend.monitors import Readings, Watch

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""Between two looks, as `neoscore topics watch` does by itself."""

CHECK_SECONDS = 6.0
"""Between two checks of the topics' settings, which hardly ever change; whoever mends them sees it this soon."""

RETRY_SECONDS = 2.0
"""A broker that is away is asked again at the pace of the looks."""


@dataclass(frozen=True)
class Seen:
    """What was seen of the topics at the last look that the broker answered."""

    at: datetime
    """When that was; before the first one, when looking began."""
    topics: Sequence[TopicStats] = ()
    report: TopicCheckResult | None = None
    """None: no look was answered yet."""
    away: bool = False
    """Whether the broker does not answer now."""


class LiveTopics:
    """The reading of one dashboard process. Safe to use from any thread."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._readings: Readings[Seen] = Readings()

    def watch(self) -> Watch[Seen]:
        """Return one page's view of the topics; the first one starts the reading."""
        return self._readings.watch("topics", lambda: _Reading(self._config))

    def close(self) -> None:
        """End the reading."""
        self._readings.close()


class _Reading:
    """Asks for offsets and times, until it is ended. What it saw is replaced as a whole, never changed."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._ending = threading.Event()
        self._seen = Seen(_now())
        threading.Thread(target=self._follow, name="watch topics", daemon=True).start()

    def seen(self) -> Seen:
        return self._seen

    def end(self) -> None:
        self._ending.set()

    def _follow(self) -> None:
        while not self._ending.is_set():
            try:
                with TopicMonitor(self._config) as reader:
                    self._look(reader)
            except Exception as error:  # whatever it is, the page says so and goes on
                if not self._seen.away:
                    log.warning("topics cannot be watched (%s); trying again", type(error).__name__)
                self._seen = replace(self._seen, away=True)
                self._ending.wait(RETRY_SECONDS)

    def _look(self, reader: TopicMonitor) -> None:
        checked = time.monotonic()
        while not self._ending.is_set():
            topics = reader.read()  # before the check: it finds out sooner that a broker is away
            if time.monotonic() - checked > CHECK_SECONDS:
                reader.refresh_topic_report()
                topics = reader.read()
                checked = time.monotonic()
            self._seen = Seen(_now(), topics, reader.report)
            self._ending.wait(LOOK_SECONDS)


def _now() -> datetime:
    return datetime.now(UTC)
