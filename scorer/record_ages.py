"""The age of the oldest readable record of each topic: the retention check while a worker runs."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from contract.topic_admin import first_record_timestamps
from contract.topics import TopicSpec
from scorer.logs import describe_exception

log = logging.getLogger(__name__)

RECORD_AGE_POLL_SECONDS = 10.0
"""Between two polls: one small request for each topic, and ages are judged by the minute."""


async def poll_record_ages(
    consumer: Any, topics: Sequence[TopicSpec], on_poll: Callable[[Mapping[str, float]], None]
) -> None:
    """Report the age of each topic's oldest record, in seconds, until cancelled.

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
