"""Faust's Kafka transport, with what Faust has no setting for. Written against faust-streaming 0.15, aiokafka 0.14."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import aiokafka
import aiokafka.client
from aiokafka.errors import CommitFailedError, IllegalGenerationError, IllegalStateError, KafkaError
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.structs import OffsetAndMetadata, OffsetAndTimestamp
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

log = logging.getLogger(__name__)

FAUST_LOG = logging.getLogger("faust.neoscore")
"""Where Faust tells of its own services; a subclass would else do so under the name of its module."""

LIST_OFFSETS_TIMEOUT_SECONDS = 2
"""Wait for the broker's offsets. Of a partition without a leader, or of a topic that is gone, the client would ask much
longer, and keep the thread from fetching and committing."""

REVOKE_COMMIT_TIMEOUT_SECONDS = 2
"""Wait for the commit before a rebalance: it takes milliseconds; without it answered requests are answered again."""


def disable_topic_auto_creation() -> None:
    """Keep this process's clients from creating topics, which would not have the settings that make them forget.

    aiokafka asks the broker to create every topic it looks for and has no setting for it; where brokers allow that, a
    worker would make the topics anew after a broker came back empty.
    """
    aiokafka.client.MetadataRequest = partial(MetadataRequest, allow_auto_topic_creation=False)


def fence_commits(coordinator: Any) -> None:
    """Let a consumer commit offsets only as the member of its group that it was when they were answered.

    aiokafka sends a commit as whatever it is by then. A broker that came back empty does not know the member; the
    client then commits as no member at all, which an empty group accepts: places in a log that is gone, so that the
    next owner of the partition would skip as many new requests. A commit that waited for the broker does the same
    after the member has joined anew.
    """
    commit = coordinator._do_commit_offsets

    async def commit_as_member(assignment: Any, offsets: Any) -> None:
        if coordinator.generation < 0 or not assignment.active:
            raise IllegalGenerationError(coordinator.group_id)
        await commit(assignment, offsets)

    coordinator._do_commit_offsets = commit_as_member


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that talks to the broker."""

    logger = FAUST_LOG

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        # Faust fixes the wait at 1.5 s. aiokafka reads the attribute when the consumer starts; a test guards it.
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = self.app.fetch_max_wait_ms
        return consumer

    async def on_start(self) -> None:
        """Start the consumer."""
        await super().on_start()
        fence_commits(self._ensure_consumer()._coordinator)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to what is not acknowledged yet, after Faust has dropped what it fetched during a rebalance."""
        return await self.call_thread(self._seek_to_committed)  # type: ignore[no-any-return]

    async def _seek_to_committed(self) -> Mapping[TP, int]:
        # aiokafka's own stays where it is in a partition without any committed offset, as in a new group: beyond the
        # requests that were dropped. And it gives up half way when a rebalance comes meanwhile.
        consumer = self._ensure_consumer()
        committed = {tp: await consumer.committed(tp) for tp in consumer.assignment()}
        held = [tp for tp in committed if tp in consumer.assignment()]
        for tp in held:
            if committed[tp]:
                consumer.seek(tp, committed[tp])
        if fresh := [tp for tp in held if not committed[tp]]:
            await consumer.seek_to_beginning(*fresh)
        return committed

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        # Faust crashes the worker when a rebalance overtakes a commit. Whoever owns the partition now will answer
        # those requests again: nothing is lost.
        held = {tp: OffsetAndMetadata(offset, "") for tp, offset in offsets.items() if tp in self.assignment()}
        try:
            await self._ensure_consumer().commit(held)
        except (CommitFailedError, IllegalStateError) as error:
            log.warning("offset commit dropped, partitions were reassigned: %s", type(error).__name__)
            return False
        return True

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        """Return where each partition begins. Raises TimeoutError."""
        return await self.call_thread(self._earliest_offsets, partitions)  # type: ignore[no-any-return]

    async def _earliest_offsets(self, partitions: Sequence[TP]) -> Mapping[TP, int]:
        async with asyncio.timeout(LIST_OFFSETS_TIMEOUT_SECONDS):
            return await self._ensure_consumer().beginning_offsets(partitions)  # type: ignore[no-any-return]

    async def _highwaters(self, partitions: Sequence[TP]) -> Mapping[TP, int]:
        async with asyncio.timeout(LIST_OFFSETS_TIMEOUT_SECONDS):
            return await super()._highwaters(partitions)  # type: ignore[no-any-return]

    async def first_record_offsets(self, topic: str, partitions: int) -> Mapping[TP, OffsetAndTimestamp | None]:
        """Return the place and time of the first record of each partition, None for an empty one."""
        return await self.call_thread(self._first_record_offsets, topic, partitions)  # type: ignore[no-any-return]

    async def _first_record_offsets(self, topic: str, partitions: int) -> Mapping[TP, OffsetAndTimestamp | None]:
        consumer = self._ensure_consumer()
        numbers = consumer.partitions_for_topic(topic) or range(partitions)  # not known before the first question
        async with asyncio.timeout(LIST_OFFSETS_TIMEOUT_SECONDS):
            return await consumer.offsets_for_times({TP(topic, number): 0 for number in numbers})  # type: ignore[no-any-return]


class Consumer(driver.Consumer):
    """The consumer as the rest of Faust sees it."""

    logger = FAUST_LOG

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def first_record_offsets(self, topic: str, partitions: int) -> Mapping[TP, OffsetAndTimestamp | None]:
        """Return the place and time of the first record of each partition, None for an empty one. Reads no record.

        `partitions`: how many there are, as far as the caller knows. Raises KafkaError or TimeoutError.
        """
        return await self._thread.first_record_offsets(topic, partitions)  # type: ignore[no-any-return]

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commit what is answered before Faust forgets which offsets those are."""
        try:
            await asyncio.wait_for(self.commit(), REVOKE_COMMIT_TIMEOUT_SECONDS)
        except (TimeoutError, KafkaError) as error:
            log.warning("could not commit offsets before the rebalance: %s", type(error).__name__)
        await super().on_partitions_revoked(revoked)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Leave finding stalls to scorer.watchdog: Faust's own check logs false alarms and does not act."""


class Transport(driver.Transport):
    """Makes Faust use the consumer above."""

    Consumer: Any = Consumer
