"""A worker never makes a topic: one made by mistake would keep what it holds."""

import asyncio

import aiokafka
import aiokafka.client
import pytest

from contract.kafka import open_admin
from contract.settings import Settings
from scorer.transport import disable_topic_auto_creation

ABSENT = "absent.topic"

LOOK_SECONDS = 2
"""aiokafka asks for the topic's partitions several times meanwhile."""

pytestmark = pytest.mark.broker


async def look_for_absent_topic(bootstrap: str) -> None:
    async with aiokafka.AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(producer.partitions_for(ABSENT), LOOK_SECONDS)


def test_looking_for_a_topic_does_not_create_it(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiokafka.client, "MetadataRequest", aiokafka.client.MetadataRequest)  # put back afterwards
    disable_topic_auto_creation()
    asyncio.run(look_for_absent_topic(config.kafka_bootstrap_servers))
    admin = open_admin(config)
    try:
        assert ABSENT not in admin.list_topics()
    finally:
        admin.close()
