"""The two lanes of a worker: read, score, publish, and only then acknowledge."""

import asyncio
import logging
from collections.abc import AsyncIterable, Callable, Sequence
from functools import partial
from typing import Any, Protocol

from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faust.exceptions import ProducerSendError

from scorer.errors import ProduceError
from scorer.metrics import BATCH, INTERACTIVE, WorkerMetrics
from scorer.record import OutgoingRecord, Record
from scorer.request_handler import ScoreRequestHandler
from scorer.scoring_executor import ScoringExecutor, Timed

log = logging.getLogger(__name__)

INITIAL_BACKOFF_SECONDS = 0.1
MAX_BACKOFF_SECONDS = 5.0
"""Between these two, each pause twice the last: a broker that restarts is found again within seconds."""


class Producer(Protocol):
    """The part of Faust's producer that is used here."""

    async def send(
        self, topic: str, key: bytes | None, value: bytes, partition: None, timestamp: None, headers: Any
    ) -> Any:
        """Enqueue a record; returns a future of the broker's acknowledgement."""


class LaneConsumers:
    """Works through batches of events. One coroutine for each lane, so offsets are acknowledged in order.

    The lanes have a producer each: one sends a broker a single request at a time, and the answer to a person must not
    wait until half a megabyte of a block is acknowledged.
    """

    def __init__(
        self,
        handler: ScoreRequestHandler,
        executor: ScoringExecutor,
        metrics: WorkerMetrics,
        interactive: Callable[[], Producer],
        batch: Callable[[], Producer],
        topic: Callable[[str], str],
    ) -> None:
        """`topic` gives the name that a topic has on the broker."""
        self._handler = handler
        self._executor = executor
        self._metrics = metrics
        self._topic = topic
        self._producers = {INTERACTIVE: interactive, BATCH: batch}

    async def consume_requests(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer micro-batches of single requests."""
        async for events in batches:
            records = [_to_record(event) for event in events]
            work = await self._executor.run_priority(partial(self._handler.handle_requests, records))
            await self._publish_and_ack(INTERACTIVE, events, records, work, work.result)

    async def consume_blocks(self, batches: AsyncIterable[Sequence[Any]]) -> None:
        """Answer blocks, one after the other, letting interactive work go first between their steps.

        The next block is scored while the broker takes the answer of the last. Only one answer is under way, so
        acknowledgements keep their order.
        """
        async with asyncio.TaskGroup() as publishing:
            under_way: asyncio.Task[None] | None = None
            async for events in batches:
                for event in events:
                    record = _to_record(event)
                    work = await self._executor.run_preemptible(self._handler.handle_block(record))
                    if under_way:
                        await under_way
                    finishing = self._publish_and_ack(BATCH, [event], [record], work, [work.result])
                    under_way = publishing.create_task(finishing)

    async def _publish_and_ack(
        self,
        lane: str,
        events: Sequence[Any],
        records: Sequence[Record],
        work: Timed[Any],
        answers: Sequence[OutgoingRecord],
    ) -> None:
        sent = await publish_until_acked(self._producers[lane](), answers, self._topic)
        for event in events:
            event.ack()
        self._metrics.observe_responses(lane, records, work, sent)


def _to_record(event: Any) -> Record:
    """Return the record that a Faust event carries, its bytes untouched."""
    message = event.message
    timestamp = message.timestamp if message.timestamp is not None and message.timestamp >= 0 else None
    headers = message.headers or ()
    return Record(
        message.topic, message.partition, message.offset, timestamp, message.key, message.value or b"", headers
    )


async def publish_until_acked(
    producer: Producer, answers: Sequence[OutgoingRecord], topic: Callable[[str], str]
) -> list[OutgoingRecord]:
    """Return what was sent once the broker has acknowledged all of it. Retries without end: no answer may be lost.

    `topic` gives the name that a topic has on the broker.

    A record that may have arrived is sent again; requesters match answers by request, so a repetition does no harm.
    """
    pause = INITIAL_BACKOFF_SECONDS
    done: list[OutgoingRecord] = []
    while answers := await _publish_once(producer, answers, topic, done):
        log.warning("%d responses not acknowledged by the broker, retrying in %.1f s", len(answers), pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, MAX_BACKOFF_SECONDS)
    return done


async def _publish_once(
    producer: Producer, answers: Sequence[OutgoingRecord], topic: Callable[[str], str], done: list[OutgoingRecord]
) -> list[OutgoingRecord]:
    """Send all, wait for all, add to `done` what the broker took, and return what is still to be sent."""
    tries = []
    for answer in answers:
        try:
            tries.append(await producer.send(topic(answer.topic), answer.key, answer.value, None, None, answer.headers))
        except (ProducerSendError, KafkaError, OSError) as error:
            tries.append(_failed(error))
    results = await asyncio.gather(*tries, return_exceptions=True)
    left = []
    for answer, result in zip(answers, results, strict=True):
        if isinstance(result, MessageSizeTooLargeError) and answer.fallback:
            left.append(answer.fallback())
        elif isinstance(result, KafkaError | ProduceError):
            left.append(answer)
        elif isinstance(result, BaseException):
            raise result
        else:
            done.append(answer)
    return left


def _failed(error: Exception) -> "asyncio.Future[Any]":
    """Return what `send` would have returned had it only failed later."""
    cause = error.__cause__ or error if isinstance(error, ProducerSendError) else error
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_exception(cause if isinstance(cause, KafkaError) else ProduceError(type(cause).__name__))
    return future
