"""Brokers that are away, come back empty, or keep data too long."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.errors import BrokerUnavailableError, TopicError
from contract.kafka import open_admin
from contract.settings import Settings
from contract.topic_admin import create_topics, describe_topic_configs
from contract.topics import RESPONSES
from producers.client import ScoreClient
from producers.errors import RequesterError, ResponseTimeoutError
from stack.errors import MissingDependencyError
from stack.local.kafka import start_kafka
from stack.local.service import LocalService
from stack.local.tansu import start_tansu
from tests.conftest import StartWorkers
from tests.support.brokers import Broker, on_apache

pytestmark = pytest.mark.broker

STARTS: dict[str, Callable[..., LocalService]] = {"apache": start_kafka, "tansu": start_tansu}

PATIENCE_SECONDS = 90
"""For a broker and a worker to start; far more than they need."""


@pytest.fixture
def start_broker(log_folder: Path):
    """Return a function that starts a broker that a test may kill."""
    parts: list[LocalService] = []

    def start(kind: str, port: int = 0) -> LocalService:
        try:
            parts.append(STARTS[kind](log_folder / f"outage-{kind}.log", port))
        except MissingDependencyError as missing:
            pytest.skip(str(missing))
        return parts[-1]

    yield start
    for part in parts:
        part.stop()


def test_no_broker_is_said_within_seconds():
    with pytest.raises(
        BrokerUnavailableError,
        match=r"cannot reach a Kafka broker at 127\.0\.0\.1:1 .*NEOSCORE_KAFKA_BOOTSTRAP_SERVERS",
    ):
        ScoreClient(Settings(kafka_bootstrap_servers="127.0.0.1:1"), "/test")


@pytest.mark.slow
@pytest.mark.parametrize("kind", STARTS)
def test_a_client_outlives_a_broker_that_comes_back_empty(
    kind, start_broker, worker: StartWorkers, bundle, people, tmp_path
):
    first = start_broker(kind)
    config = Settings(kafka_bootstrap_servers=first.address, home=tmp_path)
    create_topics(config)
    worker(config, bundle)
    with ScoreClient(config, "/test") as client:
        for ref, features in people[:30]:
            client.score(ref, features)
        first.stop()
        with pytest.raises((BrokerUnavailableError, ResponseTimeoutError)):
            client.score(*people[0], timeout=1)
        start_broker(kind, int(first.address.rpartition(":")[2]))
        assert not topics_of(config), "a waiting client must not create topics: they would keep data"
        create_topics(config)
        worker(config, bundle)
        assert eventually_scored(client, people[0])
        for ref, features in people[:30]:
            assert client.score(ref, features).client_ref == ref


def eventually_scored(client: ScoreClient, person) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            client.score(*person, timeout=5)
        except (RequesterError, BrokerUnavailableError):
            continue
        return True
    return False


def topics_of(config: Settings) -> list[str]:
    admin = open_admin(config)
    try:
        return [name for name in admin.list_topics() if name.startswith("score.")]
    finally:
        admin.close()


@on_apache
def test_topics_that_keep_data_too_long_are_refused(config: Settings):
    from kafka.admin import ConfigResource, ConfigResourceType

    topic = config.topic(RESPONSES)
    admin = open_admin(config)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "604800000"})])
    admin.close()
    while describe_topic_configs(config)[topic]["retention.ms"] != "604800000":
        time.sleep(0.05)  # brokers learn of a change a moment later
    with pytest.raises(TopicError, match=r"score\.responses: retention\.ms is 604800000; set retention\.ms=60000"):
        ScoreClient(config, "/test")


def test_missing_topics_are_refused(broker: Broker, tmp_path):
    config = Settings(kafka_bootstrap_servers=broker.bootstrap, topic_prefix="nobody-has-this-one.", home=tmp_path)
    with pytest.raises(TopicError, match="run `neoscore topics apply`"):
        ScoreClient(config, "/test")
