"""Where a worker reads on: never beyond a request that nobody has answered."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import aiokafka
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError

from contract.ids import new_request_id
from contract.settings import Settings
from contract.topics import REQUESTS
from scorer.transport import ConsumerThread, fence_commits
from tests.support.raw_kafka_client import RawKafkaClient

pytestmark = pytest.mark.broker


@pytest.fixture
def place(config: Settings) -> TopicPartition:
    return TopicPartition(config.topic(REQUESTS), 0)


@pytest.fixture
async def consumer(config: Settings, wire: RawKafkaClient) -> AsyncIterator[aiokafka.AIOKafkaConsumer]:
    """The only member of a group that has committed nothing; requests wait in every partition."""
    for number in range(60):
        wire.send_request({}, f"position-{number}")
    wire.flush()
    consumer = aiokafka.AIOKafkaConsumer(
        config.topic(REQUESTS),
        bootstrap_servers=config.kafka_bootstrap_servers,
        group_id=new_request_id(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    yield consumer
    await consumer.stop()


async def test_what_was_dropped_is_read_again_where_nothing_is_committed(
    consumer: aiokafka.AIOKafkaConsumer, place: TopicPartition
) -> None:
    first = await consumer.position(place)
    await consumer.getmany(place, timeout_ms=5_000)
    assert await consumer.position(place) > first
    await ConsumerThread._seek_to_committed(SimpleNamespace(_ensure_consumer=lambda: consumer))  # type: ignore[arg-type]
    assert await consumer.position(place) == first


async def test_what_is_committed_is_not_read_again(consumer: aiokafka.AIOKafkaConsumer, place: TopicPartition) -> None:
    committed = await consumer.position(place) + 1
    await consumer.commit({place: committed})
    await consumer.getmany(place, timeout_ms=5_000)
    await ConsumerThread._seek_to_committed(SimpleNamespace(_ensure_consumer=lambda: consumer))  # type: ignore[arg-type]
    assert await consumer.position(place) == committed


async def test_who_is_no_member_any_more_commits_nothing(
    consumer: aiokafka.AIOKafkaConsumer, place: TopicPartition
) -> None:
    fence_commits(consumer._coordinator)
    await consumer.commit({place: 1})
    await consumer._coordinator._maybe_leave_group()
    consumer._coordinator.reset_generation()  # as after a heartbeat of a member that the broker does not know
    with pytest.raises(CommitFailedError):
        await consumer.commit({place: 1_000_000})
    assert await consumer.committed(place) == 1
