"""What all requests of one gateway share: settings, database, lanes, model, limits."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from contract.settings import Settings
from db.access_log_hashes import AccessLogHasher
from db.engine import open_engine
from db.unusual_reading import ReadingMonitor
from producers.gateway.access_log_writer import AccessLogWriter
from producers.gateway.auth import BearerAuth
from producers.gateway.lanes import BlockLane, Lanes, LazyClient, ScoreLane
from producers.gateway.limits import DATABASE_THREADS, PUBLISH_THREADS
from producers.gateway.loop_monitor import watch_event_loop
from producers.gateway.metrics import GatewayMetrics
from producers.gateway.score_service import ScoreService
from producers.gateway.served_model import ModelWatcher
from producers.gateway.upload_slots import UploadSlots
from producers.gateway.upload_threads import UploadThreads

P = ParamSpec("P")
T = TypeVar("T")


class GatewayServices:
    """For one event loop. Construction needs no broker and no database; it raises only for an invalid database URL."""

    def __init__(self, config: Settings, lanes: Lanes) -> None:
        self.config = config
        self.engine = open_engine(config.database_url)
        self.metrics = GatewayMetrics()
        self._database_pool = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="database")
        self.publish_pool = ThreadPoolExecutor(PUBLISH_THREADS, thread_name_prefix="publish")
        self.upload_threads = UploadThreads()
        self.audit = AccessLogWriter(self.engine, self._database_pool, AccessLogHasher(config))
        self.reading = ReadingMonitor(self.engine)
        self.auth = BearerAuth(config, self.audit, self.metrics)
        self.model = ModelWatcher(config)
        self.score_client: LazyClient[ScoreLane] = LazyClient(
            "interactive", lambda: lanes.connect_scores(self.metrics.requester)
        )
        self.block_client: LazyClient[BlockLane] = LazyClient(
            "batch", lambda: lanes.connect_blocks(self.metrics.requester)
        )
        self.score_service = ScoreService(self.score_client, self.publish_pool, self.audit)
        self.block_slots = asyncio.Semaphore(config.max_blocks_in_flight)
        self.upload_slots = UploadSlots()

    async def run_in_db_pool(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run database work in its pool of threads, so that it does not block the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._database_pool, lambda: work(*args, **kwargs))

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Connect in the background and watch the model while the block runs; disconnect at its end."""
        await asyncio.to_thread(self.model.reload_if_changed)
        tasks = [
            asyncio.create_task(task)
            for task in (self.score_client.connect_with_retry(), self.block_client.connect_with_retry())
        ]
        tasks.append(asyncio.create_task(self.model.watch()))
        tasks.append(asyncio.create_task(watch_event_loop(self.metrics.loop_delayed)))
        gc.freeze()  # no collection looks again through what lives as long as the process, while callers wait
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        for lane in (self.score_client, self.block_client):
            lane.close()
        self.upload_threads.close()
        for pool in (self.publish_pool, self._database_pool):
            pool.shutdown(wait=False, cancel_futures=True)
        self.engine.dispose()
