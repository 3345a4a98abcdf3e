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
from scorer.faults import describe
from scorer.health import Phase
from scorer.metrics import Metrics
from scorer.respond import Responder
from scorer.swap import HotSwap, prepare
from scorer.vitals import Vitals
from scorer.workbench import Workbench

if TYPE_CHECKING:
    from scorer.announcing import Sealing

log = logging.getLogger(__name__)

PURGE_SECONDS = 5.0
"""Between two removals of expired results: so long they outlive their time at most."""

START_SECONDS = 45.0
"""Joining the group takes a second, on Tansu up to four; a worker that still waits has been forgotten by the broker's
coordinator (seen on Tansu, when another left at that moment), and a new one gets in."""

STOP_SECONDS = 20.0
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
        responder = Responder(*prepare(config, path), open_record=sealing.open if sealing else None)
        verifiable = topics.result().status is not TopicCheckStatus.UNVERIFIABLE
        if not verifiable:
            log.warning("this broker does not report its topics' settings: that it forgets could not be verified")
    # The one broker that tells no settings also tells wrong end offsets.
    metrics = Metrics(lambda: responder.model.version, offsets_hold=verifiable)
    return asyncio.run(_serve(config, responder, Vitals(config, metrics), None if pinned else path, sealing))


def _sealing(config: Settings) -> "Sealing | None":
    if not config.seals_payloads:
        return None
    from scorer.announcing import Sealing  # 10 MB that a worker without sealed payloads does without

    return Sealing(config)


async def _serve(
    config: Settings, responder: Responder, vitals: Vitals, active: Path | None, sealing: "Sealing | None"
) -> int:
    bench = Workbench()
    app = build_app(config, responder, bench, vitals.metrics)
    vitals.health.rebalancing = lambda: bool(app.rebalancing)
    beside = [asyncio.create_task(_purge(responder, bench))]
    if sealing:
        beside.append(asyncio.create_task(sealing.announce(lambda: app.producer)))
    if active:
        beside.append(asyncio.create_task(HotSwap(config, bench, responder, active).run()))
    try:
        async with vitals.told():
            return await _until_stopped(app, vitals, responder.model.version)
    finally:
        for task in beside:
            task.cancel()


async def _until_stopped(app: ScorerApp, vitals: Vitals, version: str) -> int:
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    starting = asyncio.create_task(app.start())
    asking = asyncio.create_task(asked.wait())
    watching: asyncio.Task[None] | None = None
    await asyncio.wait([starting, asking], timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    late = not starting.done() and not asking.done()
    if late:
        log.critical("worker ends: it could not join its group within %g s", START_SECONDS)
    if starting.done() and not starting.exception():
        vitals.health.joined()
        log.info("worker ready, model %s", version)
        watching = asyncio.create_task(vitals.watch(app.consumer))
        ending = asyncio.create_task(app.wait_until_stopped())
        await asyncio.wait([asking, ending, watching], return_when=asyncio.FIRST_COMPLETED)
        watching.cancel()
    crash = app.crash_reason or _failure(starting) or _failure(watching)
    if crash:
        log.critical("worker crashed: %s", describe(crash))
    vitals.health.phase = Phase.STOPPING
    stopped = await _stop(app)
    return 0 if stopped and not crash and not late else 1


def _failure(task: asyncio.Task[None] | None) -> BaseException | None:
    return task.exception() if task and task.done() and not task.cancelled() else None


async def _stop(app: ScorerApp) -> bool:
    """Finish what is in hand, commit and leave the group; return whether that worked.

    Ends the process when the broker lets it take too long.
    """
    log.info("worker stops")
    stopping = asyncio.create_task(app.stop())
    done, _ = await asyncio.wait([stopping], timeout=STOP_SECONDS)
    if not done:
        log.error("the broker did not let the worker stop in order; what was not committed is answered again")
        os._exit(1)  # Faust swallows cancellation and would wait for the broker without end
    if error := stopping.exception():
        log.error("worker did not stop in order: %s", describe(error))
    return error is None


async def _purge(responder: Responder, bench: Workbench) -> None:
    while True:
        await asyncio.sleep(PURGE_SECONDS)
        await bench.urgent(responder.purge)
