"""Measures whether anything holds the event loop, so that all callers wait."""

import asyncio
import time
from collections.abc import Callable

from producers.gateway.limits import LOOP_PROBE_SECONDS


async def watch_event_loop(observe: Callable[[float], None]) -> None:
    """Report again and again by how many seconds the event loop is late. Run it as a task.

    Only time in which this process computed counts: a busy machine, on which it has to wait for a processor, is not its
    doing. So a delay is what the loop itself computed, or what other threads did while they held the interpreter.
    """
    loop = asyncio.get_running_loop()
    while True:
        due, computed = loop.time() + LOOP_PROBE_SECONDS, time.process_time()
        await asyncio.sleep(LOOP_PROBE_SECONDS)
        observe(max(0.0, min(loop.time() - due, time.process_time() - computed)))
