"""What a worker reports while it runs: metrics to Prometheus, health to probes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from contract.settings import Settings
from contract.settings.production import plaintext_listener_error
from contract.topics import REQUESTS
from scorer.errors import ListenError
from scorer.health import WorkerHealth
from scorer.metrics import WorkerMetrics
from scorer.record_ages import poll_record_ages
from scorer.watchdog import OffsetSnapshot, Watchdog

log = logging.getLogger(__name__)


class WorkerMonitor:
    """Metrics and health of a worker, and what updates them."""

    def __init__(self, config: Settings, metrics: WorkerMetrics) -> None:
        self._config = config
        self.metrics = metrics
        self.health = WorkerHealth(config.watchdog_timeout_seconds)

    @asynccontextmanager
    async def serve_http(self) -> AsyncIterator[None]:
        """Listen while the block runs, if the settings name a port. Raises ListenError."""
        if self._config.metrics_port is None:
            yield
            return
        if fault := plaintext_listener_error(self._config, self._config.metrics_host, encrypted=False):
            raise ListenError(f"NEOSCORE_METRICS_HOST: {fault}")
        from scorer.monitoring_http import http_server  # 2 MB that a worker without a listener does without

        async with http_server(self._config.metrics_host, self._config.metrics_port, self.health, self.metrics) as url:
            log.info("probes and metrics at %s", url)
            yield

    async def watch(self, consumer: Any) -> None:
        """Poll the broker, update metrics and health, and end the process if a lane stalls. Runs until cancelled."""
        async with asyncio.TaskGroup() as polling:
            requests, stall_timeout = self._config.topic(REQUESTS), self._config.watchdog_timeout_seconds
            polling.create_task(Watchdog(consumer, requests, stall_timeout, self._on_offsets).run())
            polling.create_task(poll_record_ages(consumer, self._config.topics(), self.metrics.set_oldest_record_ages))

    def _on_offsets(self, snapshot: OffsetSnapshot | None) -> None:
        if snapshot:
            self.health.update(snapshot.stalled_seconds)
        self.metrics.update_offsets(snapshot)
