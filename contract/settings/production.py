"""What production refuses: default secrets, connections and listeners without TLS, verbose logs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from contract.hosts import is_loopback
from contract.settings.secrets import DEVELOPMENT_KEY

if TYPE_CHECKING:
    from contract.settings import Settings


def production_violations(config: "Settings") -> Iterator[str]:
    """Say what production refuses about any service with these settings: the variable, what is wrong, what to do."""
    if config.pseudonym_key.get_secret_value() == DEVELOPMENT_KEY:
        yield "NEOSCORE_PSEUDONYM_KEY must be set in production; the default is for development only"
    if config.log_level == "DEBUG":
        yield "NEOSCORE_LOG_LEVEL must not be DEBUG in production: libraries then write what they carry"
    outside = [address for address in config.kafka_bootstrap_servers.split(",") if not is_loopback(_host_of(address))]
    if config.kafka_security_protocol == "PLAINTEXT" and outside:
        yield (
            "NEOSCORE_KAFKA_SECURITY_PROTOCOL must be SASL_SSL or SSL in production: requests would travel unencrypted "
            f"to {outside[0].strip()}"
        )
    yield from _database_faults(config.database_url)


def open_access_error(config: "Settings", service: str) -> str | None:
    """Say why production refuses to start a service that authenticates nobody, or None if it may start.

    `service`: what it is called in the error, such as "the gateway".
    """
    if config.environment != "production" or config.requires_sign_in:
        return None
    return (
        f"production does not start {service} without sign-in; set NEOSCORE_OIDC_ISSUER to the URL of your OpenID "
        "Connect provider"
    )


def plaintext_listener_error(config: "Settings", host: str, *, encrypted: bool) -> str | None:
    """Say why production refuses to listen on this address, or None if it does not.

    A listener without TLS is allowed on loopback addresses, and if a proxy in front terminates TLS.
    """
    if encrypted or config.environment != "production" or config.behind_tls_proxy or is_loopback(host):
        return None
    return (
        f"cannot listen on {host} without TLS in production: listen on 127.0.0.1, set NEOSCORE_TLS_CERT and "
        "NEOSCORE_TLS_KEY if the service supports them, or set NEOSCORE_BEHIND_TLS_PROXY=true if a proxy in front "
        "terminates TLS"
    )


def _host_of(address: str) -> str:
    return urlsplit(f"//{address.strip()}").hostname or ""


def _database_faults(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    hosts = [parts.hostname, *query.get("host", ())]
    if any(host and not is_loopback(host) for host in hosts) and query.get("sslmode") != ["verify-full"]:
        yield (
            "NEOSCORE_DATABASE_URL must end with ?sslmode=verify-full&sslrootcert=FILE in production: client data "
            "would travel to an unverified server"
        )
