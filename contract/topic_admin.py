"""Administration of the topics: create them, describe their configs, and the start-up check."""

from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from contract.errors import TopicError
from contract.kafka import broker_unavailable_error, open_admin
from contract.settings import Settings
from contract.topics import TOPIC_CONFIG, TopicCheckResult, TopicCheckStatus, check_topics, topic_config


def create_topics(config: Settings) -> list[str]:
    """Create the topics that do not exist yet and return their names. Raises BrokerUnavailableError or TopicError."""
    admin = open_admin(config)
    try:
        existing = set(admin.list_topics())
        wanted = {
            spec.name: {
                "num_partitions": spec.partitions,
                "replication_factor": -1,
                "configs": topic_config(config.retention),
            }
            for spec in config.topics()
            if spec.name not in existing
        }
        if wanted:
            admin.create_topics(wanted, wait_for_metadata=True)
        return list(wanted)
    except KafkaError as error:
        raise TopicError(f"the topics could not be created: {error}") from error
    finally:
        admin.close()


def describe_topic_configs(config: Settings) -> dict[str, Mapping[str, str] | None]:
    """Return, for each topic of this installation, its settings as the broker reports them.

    None stands for a topic that does not exist, an empty mapping for one about which the broker says nothing.
    Raises BrokerUnavailableError.
    """
    admin = open_admin(config)
    try:
        existing = set(admin.list_topics())
        wanted = [spec.name for spec in config.topics()]
        names = [name for name in wanted if name in existing]
        described = _describe(admin, names) if names else {}
        return {name: described.get(name, {}) if name in existing else None for name in wanted}
    except KafkaError as error:
        raise broker_unavailable_error(config, error) from error
    finally:
        admin.close()


def first_record_timestamps(found: Mapping[Any, Any]) -> dict[Any, int]:
    """Return when the records that a broker found came, in milliseconds since 1970.

    `found`: partition → anything with `timestamp`. Of an empty partition Apache Kafka tells nothing, Tansu the year
    1970.
    """
    return {partition: first.timestamp for partition, first in found.items() if first and first.timestamp > 0}


def verify_topics(config: Settings) -> TopicCheckResult:
    """Do the start-up check of every service. Raises TopicError when a topic is missing or keeps data too long.

    A broker that does not report its topics' settings is not refused: the caller decides how to say it.
    """
    report = check_topics(describe_topic_configs(config), config.retention)
    if report.status is TopicCheckStatus.UNSAFE:
        raise TopicError("unsafe topics:\n" + "\n".join(f"  {finding}" for finding in report.findings))
    return report


def _describe(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer = admin.describe_configs(resources, config_filter="All")
    return {
        name: {} if _only_repeated(entries) else {setting: str(entry["value"]) for setting, entry in entries.items()}
        for of_type in answer.values()
        for name, entries in of_type.items()
    }


def _only_repeated(entries: Mapping[str, Any]) -> bool:
    """Return whether a broker knows no setting but those that we sent: Tansu repeats them, and obeys none."""
    return entries.keys() <= TOPIC_CONFIG.keys()
