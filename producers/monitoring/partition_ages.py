"""How much of a topic can still be read, and how old it is. Reads offsets and times, keeps no value."""

import time
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from contract.kafka import CONNECT_TIMEOUT_MS, broker_unavailable_error, client_options
from contract.settings import Settings
from producers.broker import disable_auto_topic_creation

POLL_MS = 1_000
"""A record that is there comes within milliseconds; on Tansu the last one cannot always be found."""


@dataclass(frozen=True)
class PartitionAge:
    """One partition. Ages in seconds; None when nothing can be read."""

    partition: int
    begin: int
    end: int
    oldest_seconds: float | None
    newest_seconds: float | None


def read_partition_ages(config: Settings, topic: str) -> list[PartitionAge]:
    """Look at every partition of a topic. Raises BrokerUnavailableError."""
    try:
        consumer = KafkaConsumer(
            **client_options(config),
            bootstrap_timeout_ms=CONNECT_TIMEOUT_MS,
            group_id=None,
            enable_auto_commit=False,
            max_poll_records=1,
        )
        disable_auto_topic_creation(consumer._cluster)
        try:
            partitions = [
                TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())
            ]
            begins, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
            return [_read_age(consumer, partition, begins[partition], ends[partition]) for partition in partitions]
        finally:
            consumer.close()
    except KafkaError as error:
        raise broker_unavailable_error(config, error) from error


def _read_age(consumer: KafkaConsumer, partition: TopicPartition, begin: int, end: int) -> PartitionAge:
    oldest = newest = None
    if end > begin:
        consumer.assign([partition])
        oldest, newest = _age(consumer, partition, begin), _age(consumer, partition, end - 1)
    return PartitionAge(partition.partition, begin, end, oldest, newest)


def _age(consumer: KafkaConsumer, partition: TopicPartition, offset: int) -> float | None:
    consumer.seek(partition, offset)
    for records in consumer.poll(timeout_ms=POLL_MS, max_records=1).values():
        return max(0.0, time.time() - float(records[0].timestamp) / 1000)
    return None
