"""Connections to the broker through kafka-python, and the error when there is none."""

import ssl
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from contract.errors import BrokerUnavailableError
from contract.settings import Settings

CONNECT_TIMEOUT_MS = 10_000
"""A broker that runs answers within milliseconds; ten seconds bridge one that is just starting."""


SASL_MECHANISM = "SCRAM-SHA-512"
"""The strongest that brokers offer without Kerberos or tokens: the password itself never travels (RFC 5802)."""


_SECURITY_HINTS = {
    "PLAINTEXT": " (NEOSCORE_KAFKA_SECURITY_PROTOCOL)",
    "SSL": ", with a certificate for this name signed by NEOSCORE_KAFKA_CA_FILE",
    "SASL_SSL": ", with a certificate for this name signed by NEOSCORE_KAFKA_CA_FILE, and NEOSCORE_KAFKA_USERNAME",
}
"""What a broker that does answer may not agree with. It tells a client nothing: it closes the connection."""


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
        f"cannot reach a Kafka broker at {config.kafka_bootstrap_servers} ({type(error).__name__}); check that it is "
        f"running, that NEOSCORE_KAFKA_BOOTSTRAP_SERVERS is correct, and that its listener uses {listener}"
    )
