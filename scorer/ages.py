"""How old the oldest record is that can still be read: the proof, or not, that the broker forgets."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from contract.topic_admin import first_record_timestamps
from contract.topics import TopicSpec
from scorer.faults import describe

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""Between two looks: one small question for each topic, and ages are judged by the minute."""


async def follow_ages(consumer: Any, topics: Sequence[TopicSpec], tell: Callable[[Mapping[str, float]], None]) -> None:
    """Tell the age of each topic's oldest record, in seconds, until cancelled. Asks for times, reads no record."""
    while True:
        tell(await _ages(consumer, topics))
        await asyncio.sleep(LOOK_SECONDS)


async def _ages(consumer: Any, topics: Sequence[TopicSpec]) -> dict[str, float]:
    ages = {}
    for spec in topics:
        try:
            found = await consumer.first_records(spec.name, spec.partitions)
        except Exception as error:  # whatever it is, it must not end a worker that answers requests
            log.debug("the broker does not tell the first records of %s: %s", spec.name, describe(error))
            continue
        ages[spec.name] = oldest_age(first_record_timestamps(found).values(), time.time())
    return ages


def oldest_age(timestamps_ms: Iterable[int], now: float) -> float:
    """Return the age of the oldest record in seconds, 0 when there is none. `now`: seconds since 1970."""
    return max(0.0, now - min(timestamps_ms, default=now * 1000) / 1000)
