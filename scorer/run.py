"""A worker's life: check, load, warm up, consume until asked to stop."""

import asyncio
import logging
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from contract.active_model import active_bundle_path
from contract.settings import Settings
from contract.topic_admin import verify_topics
from contract.topics import TopicCheckStatus
from scorer.app import ScorerApp, build_app
from scorer.health import Phase
from scorer.logs import describe_exception
from scorer.metrics import WorkerMetrics
from scorer.model_reloader import ModelReloader, load_scorers
from scorer.monitoring import WorkerMonitor
from scorer.request_handler import ScoreRequestHandler
from scorer.scoring_executor import ScoringExecutor

if TYPE_CHECKING:
    from scorer.sealing import WorkerSealing

log = logging.getLogger(__name__)

PURGE_INTERVAL_SECONDS = 5.0
"""Between two removals of expired results: so long they outlive their time at most."""

JOIN_TIMEOUT_SECONDS = 45.0
"""Joining the group takes a second, on Tansu up to four; a worker that still waits has been forgotten by the broker's
coordinator (seen on Tansu, when another left at that moment), and a new one gets in."""

JOIN_FAILED = "could not join the consumer group"
"""What the log of such a worker says."""

SHUTDOWN_TIMEOUT_SECONDS = 20.0
"""A stop in order takes one or two seconds; a broker that is away must not keep a process from ending."""


def run_worker(config: Settings, model: Path | None) -> int:
    """Run a worker until SIGTERM or SIGINT and return its exit code: 0 after a stop in order, else 1.

    It serves `model`, or the one of the settings; without either the active one, and follows when that changes.
    Raises ContractError or ScorerError when the bundle, the topics or the broker are not as they must be.
    """
    with ThreadPoolExecutor(1) as pool:
        topics = pool.submit(verify_topics, config)
        pinned = model or config.model
        path = pinned or active_bundle_path(config.models_folder)
        sealing = _sealing(config)
        handler = ScoreRequestHandler(*load_scorers(config, path), unseal_record=sealing.open if sealing else None)
        verifiable = topics.result().status is not TopicCheckStatus.UNVERIFIABLE
        if not verifiable:
            log.warning("the broker does not report topic configs; retention could not be verified")
    # The one broker that tells no settings also tells wrong end offsets.
    metrics = WorkerMetrics(lambda: handler.model.version, end_offsets_reliable=verifiable)
    return asyncio.run(_serve(config, handler, WorkerMonitor(config, metrics), None if pinned else path, sealing))


def _sealing(config: Settings) -> "WorkerSealing | None":
    if not config.seals_payloads:
        return None
    from scorer.sealing import WorkerSealing  # 10 MB that a worker without sealed payloads does without

    return WorkerSealing(config)


async def _serve(
    config: Settings,
    handler: ScoreRequestHandler,
    monitor: WorkerMonitor,
    active: Path | None,
    sealing: "WorkerSealing | None",
) -> int:
    executor = ScoringExecutor()
    app = build_app(config, handler, executor, monitor.metrics)
    monitor.health.rebalancing = lambda: bool(app.rebalancing)
    background_tasks = [asyncio.create_task(_purge(handler, executor))]
    if sealing:
        background_tasks.append(asyncio.create_task(sealing.announce(lambda: app.producer)))
    if active:
        background_tasks.append(asyncio.create_task(ModelReloader(config, executor, handler, active).run()))
    try:
        async with monitor.serve_http():
            return await _until_stopped(app, monitor, handler.model.version)
    finally:
        for task in background_tasks:
            task.cancel()


async def _until_stopped(app: ScorerApp, monitor: WorkerMonitor, version: str) -> int:
    stop_requested = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop_requested.set)
    starting = asyncio.create_task(app.start())
    asking = asyncio.create_task(stop_requested.wait())
    watching: asyncio.Task[None] | None = None
    await asyncio.wait([starting, asking], timeout=JOIN_TIMEOUT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    join_timed_out = not starting.done() and not asking.done()
    if join_timed_out:
        log.critical("worker exiting: %s within %g s", JOIN_FAILED, JOIN_TIMEOUT_SECONDS)
    if starting.done() and not starting.exception():
        monitor.health.mark_joined()
        log.info("worker ready, model %s", version)
        watching = asyncio.create_task(monitor.watch(app.consumer))
        ending = asyncio.create_task(app.wait_until_stopped())
        await asyncio.wait([asking, ending, watching], return_when=asyncio.FIRST_COMPLETED)
        watching.cancel()
    crash = app.crash_reason or _failure(starting) or _failure(watching)
    if crash:
        log.critical("worker crashed: %s", describe_exception(crash))
    monitor.health.phase = Phase.STOPPING
    stopped = await _stop(app)
    return 0 if stopped and not crash and not join_timed_out else 1


def _failure(task: asyncio.Task[None] | None) -> BaseException | None:
    return task.exception() if task and task.done() and not task.cancelled() else None


async def _stop(app: ScorerApp) -> bool:
    """Finish what is in hand, commit and leave the group; return whether that worked.

    Ends the process when the broker lets it take too long.
    """
    log.info("worker stopping")
    stopping = asyncio.create_task(app.stop())
    done, _ = await asyncio.wait([stopping], timeout=SHUTDOWN_TIMEOUT_SECONDS)
    if not done:
        log.error("graceful shutdown timed out; uncommitted requests will be reprocessed")
        os._exit(1)  # Faust swallows cancellation and would wait for the broker without end
    if error := stopping.exception():
        log.error("graceful shutdown failed: %s", describe_exception(error))
    return error is None


async def _purge(handler: ScoreRequestHandler, executor: ScoringExecutor) -> None:
    while True:
        await asyncio.sleep(PURGE_INTERVAL_SECONDS)
        await executor.run_priority(handler.purge_expired)
