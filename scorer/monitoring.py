"""What a worker reports while it runs: metrics to Prometheus, health to probes."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from contract.settings import Settings
from contract.settings.production import plaintext_listener_error
from contract.topic_admin import first_record_timestamps
from contract.topics import REQUESTS, TopicSpec
from scorer.errors import ListenError
from scorer.health import WorkerHealth
from scorer.logs import describe_exception
from scorer.metrics import WorkerMetrics
from scorer.watchdog import OffsetSnapshot, Watchdog

log = logging.getLogger(__name__)

RECORD_AGE_POLL_SECONDS = 10.0
"""Between two polls: one small request for each topic, and ages are judged by the minute."""


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


async def poll_record_ages(
    consumer: Any, topics: Sequence[TopicSpec], on_poll: Callable[[Mapping[str, float]], None]
) -> None:
    """Report the age of each topic's oldest record, in seconds, until cancelled: the retention check.

    Fetches timestamps, reads no record.
    """
    while True:
        on_poll(await _ages(consumer, topics))
        await asyncio.sleep(RECORD_AGE_POLL_SECONDS)


async def _ages(consumer: Any, topics: Sequence[TopicSpec]) -> dict[str, float]:
    ages = {}
    for spec in topics:
        try:
            found = await consumer.first_record_offsets(spec.name, spec.partitions)
        except Exception as error:  # whatever it is, it must not end a worker that answers requests
            log.debug("could not fetch the earliest offsets of %s: %s", spec.name, describe_exception(error))
            continue
        ages[spec.name] = oldest_record_age(first_record_timestamps(found).values(), time.time())
    return ages


def oldest_record_age(timestamps_ms: Iterable[int], now: float) -> float:
    """Return the age of the oldest record in seconds, 0 when there is none. `now`: seconds since 1970."""
    return max(0.0, now - min(timestamps_ms, default=now * 1000) / 1000)
