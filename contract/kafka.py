"""The broker, seen through kafka-python: client_options settings, creating and reading topics, the start-up check."""

import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from contract.errors import BrokerUnavailableError, TopicError
from contract.settings import Settings
from contract.topics import TOPIC_CONFIG, TopicCheckResult, TopicCheckStatus, check_topics

CONNECT_TIMEOUT_MS = 10_000
"""A broker that runs answers within milliseconds; ten seconds bridge one that is just starting."""


SASL_MECHANISM = "SCRAM-SHA-512"
"""The strongest that brokers offer without Kerberos or tokens: the password itself never travels (RFC 5802)."""


_SECURITY_HINTS = {
    "PLAINTEXT": " (NEOSCORE_KAFKA_SECURITY_PROTOCOL)",
    "SSL": ", with a certificate for this name by NEOSCORE_KAFKA_CA_FILE",
    "SASL_SSL": ", with a certificate for this name by NEOSCORE_KAFKA_CA_FILE, and know NEOSCORE_KAFKA_USERNAME's password",
}
"""What a broker that does answer may not agree with. It tells a client nothing: it closes the client_options."""


def client_options(config: Settings) -> dict[str, Any]:
    """Return the keyword arguments that every kafka-python client of this system shares.

    Raises BrokerUnavailableError.
    """
    return {
        "bootstrap_servers": config.kafka_bootstrap_servers.split(","),
        "client_id": "neoscore",
        "security_protocol": config.kafka_security_protocol,
        **_security(config),
    }


def tls_context(config: Settings) -> ssl.SSLContext | None:
    """Return how connections to the broker are encrypted, None for not at all. Raises BrokerUnavailableError.

    The broker's certificate must be signed by the authority of the settings and name the host that is connected to.
    """
    if config.kafka_security_protocol == "PLAINTEXT":
        return None
    try:
        context = ssl.create_default_context(cafile=config.kafka_ca_file)
    except OSError as error:  # an SSLError is one
        reason = error.strerror or type(error).__name__
        raise BrokerUnavailableError(
            f"NEOSCORE_KAFKA_CA_FILE: {config.kafka_ca_file} cannot be read as PEM certificates ({reason})"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _security(config: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if context := tls_context(config):
        options["ssl_context"] = context
    if config.kafka_security_protocol == "SASL_SSL" and config.kafka_password:
        options |= {
            "sasl_mechanism": SASL_MECHANISM,
            "sasl_plain_username": config.kafka_username,
            "sasl_plain_password": config.kafka_password.get_secret_value(),
        }
    return options


def open_admin(config: Settings) -> KafkaAdminClient:
    """Connect for administration; the caller closes it. Raises BrokerUnavailableError."""
    try:
        return KafkaAdminClient(**client_options(config), bootstrap_timeout_ms=CONNECT_TIMEOUT_MS)
    except (KafkaError, OSError, ValueError) as error:
        raise broker_unavailable_error(config, error) from error


def broker_unavailable_error(config: Settings, error: BaseException) -> BrokerUnavailableError:
    """Return the exception that says in one sentence that no broker answers."""
    listener = f"{config.kafka_security_protocol}{_SECURITY_HINTS[config.kafka_security_protocol]}"
    return BrokerUnavailableError(
        f"no Kafka broker answers at {config.kafka_bootstrap_servers} ({type(error).__name__}); is it running, is "
        f"NEOSCORE_KAFKA_BOOTSTRAP_SERVERS right, and does its listener speak {listener}?"
    )


def create_topics(config: Settings) -> list[str]:
    """Create the topics that do not exist yet and return their names. Raises BrokerUnavailableError or TopicError."""
    admin = open_admin(config)
    try:
        existing = set(admin.list_topics())
        wanted = {
            spec.name: {
                "num_partitions": spec.partitions,
                "replication_factor": -1,
                "configs": dict(TOPIC_CONFIG),
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
    report = check_topics(describe_topic_configs(config))
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
