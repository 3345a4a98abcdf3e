"""Producing answers until the broker has acknowledged each of them."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faust.exceptions import ProducerSendError

from scorer.errors import ProduceError
from scorer.outgoing import OutgoingRecord

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
    tries = [await _enqueue(producer, topic(answer.topic), answer) for answer in answers]
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


async def _enqueue(producer: Producer, topic: str, answer: OutgoingRecord) -> "asyncio.Future[Any]":
    try:
        return await producer.send(topic, answer.key, answer.value, None, None, answer.headers)  # type: ignore[no-any-return]
    except ProducerSendError as error:
        return _failed(error.__cause__ or error)
    except (KafkaError, OSError) as error:
        return _failed(error)


def _failed(error: BaseException) -> "asyncio.Future[Any]":
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_exception(error if isinstance(error, KafkaError) else ProduceError(type(error).__name__))
    return future
