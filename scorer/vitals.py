"""What a worker tells of itself while it runs: metrics to Prometheus, health to probes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from contract.settings import Settings
from contract.settings.production import plaintext_listener_error
from contract.topics import REQUESTS
from scorer.ages import follow_ages
from scorer.errors import CannotListen
from scorer.health import Health
from scorer.metrics import Metrics
from scorer.watchdog import Look, Watchdog

log = logging.getLogger(__name__)


class Vitals:
    """Metrics and health, and what keeps them true."""

    def __init__(self, config: Settings, metrics: Metrics) -> None:
        self._config = config
        self.metrics = metrics
        self.health = Health(config.watchdog_timeout_seconds)

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """Listen while the block runs, if the settings name a port. Raises CannotListen."""
        if self._config.metrics_port is None:
            yield
            return
        if fault := plaintext_listener_error(self._config, self._config.metrics_host, encrypted=False):
            raise CannotListen(f"NEOSCORE_METRICS_HOST: {fault}")
        from scorer.web import listening  # 2 MB that a worker without a listener does without

        async with listening(self._config.metrics_host, self._config.metrics_port, self.health, self.metrics) as place:
            log.info("probes and metrics at %s", place)
            yield

    async def watch(self, consumer: Any) -> None:
        """Look at the broker, tell what is seen, and end the process when a lane stands still. Until cancelled."""
        async with asyncio.TaskGroup() as looking:
            requests, limit = self._config.topic(REQUESTS), self._config.watchdog_timeout_seconds
            looking.create_task(Watchdog(consumer, requests, limit, self._looked).run())
            looking.create_task(follow_ages(consumer, self._config.topics(), self.metrics.oldest))

    def _looked(self, look: Look | None) -> None:
        if look:
            self.health.looked(look.standing)
        self.metrics.looked(look)
