"""Connections to the broker: the producer and the consumer that every requester uses."""

import logging
from typing import Any, TypeVar

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

from contract.blocks import MAX_BLOCK_BYTES
from contract.kafka import CONNECT_TIMEOUT_MS, broker_unavailable_error, client_options
from contract.settings import Settings
from contract.topics import MAX_MESSAGE_BYTES

Client = TypeVar("Client", KafkaProducer, KafkaConsumer)

DELIVERY_TIMEOUT_MS = 10_000
"""A request that the broker has not acknowledged by then fails."""

REQUEST_TIMEOUT_MS = 5_000
"""A broker acknowledges in milliseconds; this leaves time for one more try within the delivery."""

MAX_BLOCK_MS = 5_000
"""Longest wait for the topic's partitions, which are unknown only while the broker is unavailable."""

RECONNECT_BACKOFF_MAX_MS = 1_000
"""A restarted broker is found within about a second; the library's default is 30 s."""

RECORD_OVERHEAD_BYTES = 64 * 1024
"""Allowance for the key and headers of the largest value."""


def silence_kafka_logging() -> None:
    """Silence kafka-python's log: several lines a second while a broker is down, every key and value at DEBUG.

    What matters is raised to the caller, or logged once by this package.
    """
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


def open_producer(config: Settings) -> KafkaProducer:
    """Connect for publishing; the caller closes it. Raises BrokerUnavailableError.

    Not idempotent on purpose: an idempotent producer fails permanently once a broker without disk has restarted. A
    retry may publish a request twice; both responses are then the same, and the second one is ignored.
    """
    producer = _connect(
        KafkaProducer,
        config,
        enable_idempotence=False,
        acks="all",
        linger_ms=0,
        max_block_ms=MAX_BLOCK_MS,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
        max_request_size=MAX_MESSAGE_BYTES + RECORD_OVERHEAD_BYTES,
    )
    disable_auto_topic_creation(producer._metadata)
    return producer


def open_consumer(config: Settings) -> KafkaConsumer:
    """Connect for reading without a group; the caller assigns, reads and closes it. Raises BrokerUnavailableError."""
    consumer = _connect(
        KafkaConsumer,
        config,
        group_id=None,
        enable_auto_commit=False,
        # A position is only invalid once data was lost; reading again the minute that a topic keeps is harmless.
        auto_offset_reset="earliest",
        fetch_max_wait_ms=config.fetch_max_wait_ms,
        max_partition_fetch_bytes=MAX_BLOCK_BYTES,
    )
    disable_auto_topic_creation(consumer._cluster)
    return consumer


def _connect(kind: type[Client], config: Settings, **options: Any) -> Client:
    try:
        return kind(
            **client_options(config),
            **options,
            reconnect_backoff_max_ms=RECONNECT_BACKOFF_MAX_MS,
            bootstrap_timeout_ms=CONNECT_TIMEOUT_MS,
            metrics_enabled=False,
        )
    except KafkaError as error:
        raise broker_unavailable_error(config, error) from error


def disable_auto_topic_creation(cluster: Any) -> None:
    """Keep a client from creating topics, which would not have the retention settings.

    kafka-python 3.0.12 takes `allow_auto_create_topics` and then drops it on the way to where it is used.
    """
    cluster.config["allow_auto_create_topics"] = False
