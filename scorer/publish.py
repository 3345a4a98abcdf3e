"""Producing answers until the broker has acknowledged each of them."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faust.exceptions import ProducerSendError

from scorer.errors import ProduceFailed
from scorer.outgoing import Outgoing

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
"""Between these two, each pause twice the last: a broker that restarts is found again within seconds."""


class Producer(Protocol):
    """The part of Faust's producer that is used here."""

    async def send(
        self, topic: str, key: bytes | None, value: bytes, partition: None, timestamp: None, headers: Any
    ) -> Any:
        """Enqueue a record; returns a future of the broker's acknowledgement."""


async def publish(producer: Producer, answers: Sequence[Outgoing], topic: Callable[[str], str]) -> list[Outgoing]:
    """Return what was sent once the broker has acknowledged all of it. Retries without end: no answer may be lost.

    `topic` gives the name that a topic has on the broker.

    A record that may have arrived is sent again; requesters match answers by request, so a repetition does no harm.
    """
    pause = FIRST_PAUSE_SECONDS
    done: list[Outgoing] = []
    while answers := await _publish_once(producer, answers, topic, done):
        log.warning("%d answers not acknowledged by the broker, trying again in %.1f s", len(answers), pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    return done


async def _publish_once(
    producer: Producer, answers: Sequence[Outgoing], topic: Callable[[str], str], done: list[Outgoing]
) -> list[Outgoing]:
    """Send all, wait for all, add to `done` what the broker took, and return what is still to be sent."""
    tries = [await _enqueue(producer, topic(answer.topic), answer) for answer in answers]
    results = await asyncio.gather(*tries, return_exceptions=True)
    left = []
    for answer, result in zip(answers, results, strict=True):
        if isinstance(result, MessageSizeTooLargeError) and answer.instead:
            left.append(answer.instead())
        elif isinstance(result, KafkaError | ProduceFailed):
            left.append(answer)
        elif isinstance(result, BaseException):
            raise result
        else:
            done.append(answer)
    return left


async def _enqueue(producer: Producer, topic: str, answer: Outgoing) -> "asyncio.Future[Any]":
    try:
        return await producer.send(topic, answer.key, answer.value, None, None, answer.headers)  # type: ignore[no-any-return]
    except ProducerSendError as error:
        return _failed(error.__cause__ or error)
    except (KafkaError, OSError) as error:
        return _failed(error)


def _failed(error: BaseException) -> "asyncio.Future[Any]":
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_exception(error if isinstance(error, KafkaError) else ProduceFailed(type(error).__name__))
    return future
