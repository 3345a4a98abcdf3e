"""What production refuses: weak secrets, connections and listeners without TLS, long lifetimes, verbose logs."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from contract.hosts import is_loopback
from contract.settings.keys import weaknesses
from contract.settings.secret_files import PREFIX, SUFFIX, is_world_readable, secret_files
from contract.settings.secrets import DEVELOPMENT_KEY

if TYPE_CHECKING:
    from contract.settings import Settings

MAX_LIFETIMES = {
    "result_ttl_seconds": 300,
    "seal_key_rotation_seconds": 300,
    "session_idle_minutes": 60,
    "oidc_recheck_minutes": 15,
    "token_max_age_hours": 24,
}
"""What is promised to be gone after a few minutes must be; an hour without a person is no session of theirs; a token of
yesterday may have been stolen today; a role that was taken away ends in a quarter of an hour. Retention and the time to
live of requests have their bounds in every environment."""

DATABASE_PARAMETERS = frozenset(
    {
        *("host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir"),
        *("ssl_min_protocol_version", "channel_binding", "target_session_attrs", "load_balance_hosts"),
        *("application_name", "connect_timeout", "tcp_user_timeout"),
        *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
    }
)
"""Parameters of a database address that lead nowhere else; `hostaddr`, `service` and `options`, for example, could."""

DATABASE_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGOPTIONS")
"""Through these libpq reads where to connect, whatever the address says or leaves out."""


def production_violations(config: "Settings") -> Iterator[str]:
    """Say what production refuses about any service with these settings: the variable, what is wrong, what to do."""
    if config.pseudonym_key.get_secret_value() == DEVELOPMENT_KEY:
        yield "NEOSCORE_PSEUDONYM_KEY must be set in production; the default is for development only"
    if not config.release_keys:
        yield (
            "NEOSCORE_RELEASE_KEY must be set in production: otherwise anyone who can write to the models folder "
            "decides what is served; `neoscore model sign` prints the key"
        )
    if config.log_level == "DEBUG":
        yield "NEOSCORE_LOG_LEVEL must not be DEBUG in production: libraries then write what they carry"
    outside = [address for address in config.kafka_bootstrap_servers.split(",") if not is_loopback(_host_of(address))]
    if config.kafka_security_protocol == "PLAINTEXT" and outside:
        yield (
            "NEOSCORE_KAFKA_SECURITY_PROTOCOL must be SASL_SSL or SSL in production: requests would travel unencrypted "
            f"to {outside[0].strip()}"
        )
    yield from _database_faults(config.database_url)
    yield from weaknesses(_keys(config))
    yield from _long_lifetimes(config)
    yield from _open_files(config)


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


def _keys(config: "Settings") -> dict[str, str]:
    keys = {
        "NEOSCORE_PSEUDONYM_KEY": config.pseudonym_key,
        "NEOSCORE_NEW_PSEUDONYM_KEY": config.new_pseudonym_key,
        "NEOSCORE_SEAL_KEY": config.seal_key,
    }
    return {variable: key.get_secret_value() for variable, key in keys.items() if key is not None}


def _long_lifetimes(config: "Settings") -> Iterator[str]:
    for name, limit in MAX_LIFETIMES.items():
        if getattr(config, name) > limit:
            yield f"{PREFIX}{name.upper()} must be at most {limit} in production: personal data would outlive its use"


def _open_files(config: "Settings") -> Iterator[str]:
    files = {f"{PREFIX}{name.upper()}{SUFFIX}": path for name, path in secret_files(type(config).model_fields).items()}
    if config.tls_key:
        files["NEOSCORE_TLS_KEY"] = config.tls_key
    for variable, path in files.items():
        if is_world_readable(path):
            yield f"{variable}: every user of this machine can read {path}; run `chmod 600`, or `chmod 640` for a group"


def _database_faults(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    if unknown := sorted(query.keys() - DATABASE_PARAMETERS):
        yield (
            f"NEOSCORE_DATABASE_URL must not have the parameter {', '.join(unknown)} in production: it could lead to "
            "another server or session"
        )
    if present := [variable for variable in DATABASE_VARIABLES if variable in os.environ]:
        yield f"{', '.join(present)} must not be set in production: NEOSCORE_DATABASE_URL alone says where clients are"
    hosts = [parts.hostname, *query.get("host", ())]
    if any(host and not is_loopback(host) for host in hosts) and query.get("sslmode") != ["verify-full"]:
        yield (
            "NEOSCORE_DATABASE_URL must end with ?sslmode=verify-full&sslrootcert=FILE in production: client data "
            "would travel to an unverified server"
        )
