"""What every request of one gateway shares."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from contract.settings import Settings
from db.engine import open_engine
from producers.block_client import BlockClient
from producers.client import ScoreClient
from producers.gateway.asking import Asker
from producers.gateway.audit import Audit
from producers.gateway.identity import Guard
from producers.gateway.lanes import Lane
from producers.gateway.limits import ASKING_THREADS, DATABASE_THREADS, MAX_UPLOADS
from producers.gateway.metrics import Metrics
from producers.gateway.model import ModelFollower

SOURCE = "/neoscore/gateway"

P = ParamSpec("P")
T = TypeVar("T")


class Services:
    """Made in the event loop that serves; nothing of it fails at start but an address that cannot be read."""

    def __init__(self, config: Settings) -> None:
        self.config = config
        self.engine = open_engine(config.database_url)
        self.metrics = Metrics()
        self._database_pool = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="database")
        self.asking_pool = ThreadPoolExecutor(ASKING_THREADS, thread_name_prefix="ask")
        self.upload_pool = ThreadPoolExecutor(2 * MAX_UPLOADS, thread_name_prefix="upload")
        self.audit = Audit(self.engine, self._database_pool)
        self.guard = Guard(config, self.audit, self.metrics)
        self.model = ModelFollower(config)
        # Whoever finds no room hears so at once: a caller over HTTP can wait by itself, and a thread here cannot.
        impatient = config.model_copy(update={"submit_wait_seconds": 0})
        self.scores: Lane[ScoreClient] = Lane("interactive", lambda: ScoreClient(impatient, SOURCE))
        self.blocks: Lane[BlockClient] = Lane("batch", lambda: BlockClient(config, SOURCE))
        self.asker = Asker(self.scores, self.asking_pool, self.audit)
        self.max_blocks_in_flight = asyncio.Semaphore(config.max_blocks_in_flight)
        self.uploads = asyncio.Semaphore(MAX_UPLOADS)

    async def in_database(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something with the database without holding up the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._database_pool, lambda: work(*args, **kwargs))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connect in the background and follow the model while the block runs; disconnect at its end."""
        await asyncio.to_thread(self.model.look)
        tasks = [asyncio.create_task(task) for task in (self.scores.connect(), self.blocks.connect())]
        tasks.append(asyncio.create_task(self.model.follow()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        for lane in (self.scores, self.blocks):
            lane.close()
        for pool in (self.asking_pool, self.upload_pool, self._database_pool):
            pool.shutdown(wait=False, cancel_futures=True)
        self.engine.dispose()
