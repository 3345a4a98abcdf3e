"""What holds on every kind of broker, and what differs: all other tests run on one broker, the first at hand."""

import asyncio
import json
import os
import signal
import time
from datetime import UTC, datetime, timedelta

import aiokafka
import aiokafka.client
import numpy as np
import pytest
import xgboost
from aiokafka.errors import KafkaError

from contract.blocks import BlockInfo
from contract.bundle import Bundle
from contract.codes import ErrorCode
from contract.ids import new_request_id
from contract.kafka import open_admin
from contract.messages import Expired, Rejected, Scored
from contract.settings import Settings
from contract.topic_admin import verify_topics
from contract.topics import DEAD_LETTERS, REQUESTS, TopicCheckStatus
from producers.client import ScoreClient
from producers.errors import ResponseTimeoutError
from producers.monitoring.topic_monitor import TopicMonitor
from scorer.transport import disable_topic_auto_creation
from stack.local.process import ChildProcess
from tests.conftest import StartWorkers
from tests.support.brokers import Broker, on_every_broker
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.records import block_batch
from tests.support.steady_load import InteractiveCodec, SteadyLoad
from tests.support.tiny_model import draw_features, draw_rows, train_booster
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, on_every_broker]

FEATURES = draw_features(200, seed=21)

ABSENT = "absent.topic"

LOOK_SECONDS = 2
"""aiokafka asks for the topic's partitions several times meanwhile."""


@pytest.fixture
def wire(config: Settings):
    wire = RawKafkaClient(config)
    yield wire
    wire.close()


@pytest.fixture
def one(config: Settings, tiny_bundle: Bundle, worker: StartWorkers) -> ChildProcess:
    """The only worker."""
    [child] = worker(config, tiny_bundle)
    return child


def test_retention_is_verified_or_said_to_be_unverifiable(broker: Broker, config: Settings) -> None:
    assert verify_topics(config).status is (TopicCheckStatus.SAFE if broker.forgets else TopicCheckStatus.UNVERIFIABLE)
    with ScoreClient(config, "/test") as client:
        assert client.retention_unverified is not broker.forgets


def test_end_offsets_are_true_or_not_used(broker: Broker, config: Settings, wire: RawKafkaClient) -> None:
    for _ in range(5):
        wire.send(DEAD_LETTERS, b"{}", None).get(10)
    with TopicMonitor(config) as monitor:
        assert monitor.offsets_reliable is broker.forgets
        [letters] = [stats for stats in monitor.read() if stats.base_name == DEAD_LETTERS]
    assert letters.retained == (5 if broker.forgets else None)
    assert letters.oldest_seconds is not None


def test_looking_for_a_topic_does_not_create_it(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiokafka.client, "MetadataRequest", aiokafka.client.MetadataRequest)  # put back afterwards
    disable_topic_auto_creation()

    async def look() -> None:
        async with aiokafka.AIOKafkaProducer(bootstrap_servers=config.kafka_bootstrap_servers) as producer:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(producer.partitions_for(ABSENT), LOOK_SECONDS)

    asyncio.run(look())
    admin = open_admin(config)
    try:
        assert ABSENT not in admin.list_topics()
    finally:
        admin.close()


def test_an_idempotent_producer_works_only_where_the_broker_knows_producers(broker: Broker, config: Settings) -> None:
    """So workers and requesters send without idempotence, which costs a repetition now and then."""

    async def send() -> None:
        options = {"bootstrap_servers": config.kafka_bootstrap_servers, "request_timeout_ms": 3_000}
        producer = aiokafka.AIOKafkaProducer(**options, enable_idempotence=True)
        try:  # `async with` would leave the connections open when it cannot start
            await producer.start()
            await asyncio.wait_for(producer.send_and_wait(config.topic(DEAD_LETTERS), b"{}"), 10)
        finally:
            await producer.stop()

    if broker.forgets:
        asyncio.run(send())
    else:
        with pytest.raises((KafkaError, TimeoutError)):
            asyncio.run(send())


def test_without_a_worker_the_deadline_ends_a_request(config: Settings) -> None:
    with ScoreClient(config, "/test") as client, pytest.raises(ResponseTimeoutError, match="neoscore status"):
        client.score("someone", {}, timeout=2)


def test_every_request_gets_its_one_result(one: ChildProcess, wire: RawKafkaClient) -> None:
    """Scored as XGBoost scores, rejected, expired, from the cache, a dead letter, and a block of the same numbers."""
    scored = wire.wait_for_results([wire.send_request(f, f"x{i}") for i, f in enumerate(FEATURES)])
    expected = train_booster().predict(xgboost.DMatrix(draw_rows(200, seed=21), nthread=1))
    assert all(isinstance(result, Scored) for result in scored)
    np.testing.assert_allclose([result.probability for result in scored], expected, atol=1e-6)

    rejected = wire.wait_for_result(wire.send_request(FEATURES[0] | {"late": 99}))
    assert isinstance(rejected, Rejected)
    assert rejected.error.code is ErrorCode.INVALID_FEATURES
    past = datetime.now(UTC) - timedelta(seconds=1)
    assert isinstance(wire.wait_for_result(wire.send_request(FEATURES[0], expires_at=past)), Expired)
    cached = wire.wait_for_result(wire.send_request(client_ref="x1"))
    assert (cached.cached, cached.probability) == (True, scored[1].probability)

    place = wire.send(REQUESTS, b"{", None).get(10)
    wire.read(lambda: place.offset in [json.loads(record.value).get("offset") for record in wire.records[DEAD_LETTERS]])

    info = BlockInfo("batch", new_request_id(), True, datetime.now(UTC) + timedelta(seconds=60))
    wire.send_block(block_batch(FEATURES), info)
    _, rows = wire.wait_for_block(info.block_id)
    assert [row["probability"] for row in rows] == [result.probability for result in scored]


def test_a_restart_answers_what_came_meanwhile_and_nothing_twice(
    config: Settings, tiny_bundle: Bundle, worker: StartWorkers, one: ChildProcess, wire: RawKafkaClient
) -> None:
    before = [wire.send_request(f, f"b{i}") for i, f in enumerate(FEATURES[:50])]
    wire.wait_for_results(before)
    one.stop()
    assert one.exit_code == 0
    later = datetime.now(UTC) + timedelta(minutes=5)
    meanwhile = [wire.send_request(f, f"m{i}", expires_at=later) for i, f in enumerate(FEATURES[:50])]
    wire.flush()
    worker(config, tiny_bundle)
    assert all(isinstance(result, Scored) for result in wire.wait_for_results(meanwhile))
    assert all(len(wire.results[request_id]) == 1 for request_id in [*before, *meanwhile])


def test_workers_join_share_and_leave_in_order(config: Settings, tiny_bundle: Bundle, worker: StartWorkers) -> None:
    workers = worker(config, tiny_bundle, count=2)
    for child in workers:
        child.stop()
    assert [child.exit_code for child in workers] == [0, 0]


@pytest.mark.slow
def test_a_killed_workers_partitions_are_taken_over(
    config: Settings, tiny_bundle: Bundle, worker: StartWorkers
) -> None:
    victim, _ = worker(config, tiny_bundle, count=2)
    with SteadyLoad(config, InteractiveCodec(FEATURES), per_second=100) as load:
        load.wait_for(200)
        os.kill(victim.pid, signal.SIGKILL)
        fault = time.monotonic()
        wait_until(lambda: victim.exit_code is not None)
        load.wait_until_recovered(since=fault)
        load.wait_for(200)
        counts = load.drain()
    assert counts.guarantee_held
    assert counts.statuses == {"scored": counts.sent}


def test_the_log_of_a_worker_says_that_retention_could_not_be_verified(broker: Broker, one: ChildProcess) -> None:
    said = one.command.log.read_text()
    assert ("could not be verified" in said) is not broker.forgets
