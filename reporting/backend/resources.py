"""What all sessions of one dashboard process share: the database, the score client, the model bundle, a few threads.

Nothing here fails at start: what is away is tried again at each use, and comes back when it does.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from contract.active_model import ActiveModel
from contract.bundle import Bundle, load_bundle
from contract.settings import Settings
from db.access_log import AccessEvent, record_access
from db.access_log_hashes import AccessLogHasher
from db.engine import open_engine
from db.errors import DatabaseError
from db.unusual_reading import ReadingMonitor
from producers.block_client import BlockClient
from producers.client import ScoreClient
from reporting.backend.request_monitor import RequestMonitors
from reporting.backend.topic_monitor import TopicMonitors
from reporting.problems import Problem

log = logging.getLogger(__name__)

T = TypeVar("T")

EVENT_SOURCE = "/neoscore/dashboard"

POOL_SIZE = 8
"""Database reads take milliseconds and scores wait in the client's own thread: eight serve dozens of advisors."""


class AppResources:
    """One for each process; safe to use from any thread."""

    def __init__(self, config: Settings) -> None:
        self.config = config
        self.engine = open_engine(config.database_url)
        self.hasher, self.reading = AccessLogHasher(config), ReadingMonitor(self.engine)
        self.request_monitors, self.topic_monitors = RequestMonitors(config), TopicMonitors(config)
        self._pool = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="dashboard")
        self._client: ScoreClient | None = None
        self._blocks: BlockClient | None = None
        self._connecting = threading.Lock()
        self._active_model = ActiveModel(config.models_folder, config.model)
        self._bundle: Bundle | None = None

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Do blocking work in one of the threads."""
        return self._pool.submit(work)

    def bundle(self) -> Bundle:
        """Return the model bundle to derive the screen from. Raises BundleError when there is none."""
        path = self.active_bundle_path()
        if self._bundle is None or self._bundle.path != path:
            self._bundle = load_bundle(path, self.config.release_keys)
        return self._bundle

    def active_bundle_path(self) -> Path:
        """Return where the model bundle is that serves now. Raises BundleError when there is none."""
        return self._active_model.path()

    def score_client(self) -> ScoreClient:
        """Return the score client, connecting when there is none yet. Raises BrokerUnavailableError or TopicError."""
        with self._connecting:
            if self._client is None:
                self._client = ScoreClient(self.config, EVENT_SOURCE)
            return self._client

    def batch_client(self) -> BlockClient:
        """Return the client of the batch lane, connecting when there is none yet. Raises as `score_client` does."""
        with self._connecting:
            if self._blocks is None:
                self._blocks = BlockClient(self.config, EVENT_SOURCE)
            return self._blocks

    def record_access(self, event: AccessEvent) -> Problem | None:
        """Write to the access log. Returns the problem if that failed: what could not be recorded must not be done."""
        try:
            record_access(self.engine, event)
        except DatabaseError as error:
            log.warning("access denied: could not write the access log (%s)", type(error).__name__)
            return Problem.ACCESS_NOT_RECORDED
        return None

    def close(self) -> None:
        """Disconnect from everything."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.request_monitors.close()
        self.topic_monitors.close()
        for client in (self._client, self._blocks):
            if client is not None:
                client.close()
        self.engine.dispose()
