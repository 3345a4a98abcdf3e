"""Apache Kafka as a bank runs it: every client comes over TLS and signs in by SCRAM-SHA-512."""

from contextlib import suppress
from pathlib import Path

from contract.errors import BrokerUnavailableError
from contract.kafka import open_admin
from contract.settings import Settings
from stack.local import kafka_jars
from stack.local.kafka import START_SECONDS, broker_command, format_storage, server_properties, write_log4j_config
from stack.local.ports import HOST, choose_port, is_listening
from stack.local.scratch import ScratchFolder, memory_folder
from stack.local.service import LocalService, start_service
from tests.support.certificates import Certificate

USER, PASSWORD = "scorer", "a-password-of-the-test"


def start_secure_kafka(log: Path, shown: Certificate, config: Settings) -> LocalService:
    """Start a broker with a secured listener at the first address of `config`. Raises ServiceFailedError."""
    jars = kafka_jars.find_jars(lambda _: None)
    scratch = ScratchFolder(memory_folder(), "kafka")
    port = int(config.kafka_bootstrap_servers.rpartition(":")[2])
    properties = scratch.path / "server.properties"
    properties.write_text(_properties(port, scratch.path, shown))
    properties.chmod(0o600)
    write_log4j_config(scratch.path)
    format_storage(jars, properties, "--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]")
    command = broker_command(jars, properties, log)
    return start_service(
        "broker",
        "apache",
        f"{HOST}:{port}",
        command,
        scratch,
        lambda: is_listening(port) and _serves(config),
        START_SECONDS,
    )


def _properties(port: int, folder: Path, shown: Certificate) -> str:
    keys = folder / "keys.pem"
    keys.touch(mode=0o600)
    keys.write_bytes(shown.together)
    inner, controller = choose_port(), choose_port()
    more = {
        "listeners": f"BROKER://{HOST}:{inner},SECURE://{HOST}:{port},CONTROLLER://{HOST}:{controller}",
        "advertised.listeners": f"BROKER://{HOST}:{inner},SECURE://{HOST}:{port}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT",
        "listener.name.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.secure.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "listener.name.secure.ssl.keystore.type": "PEM",
        "listener.name.secure.ssl.keystore.location": keys,
    }
    # The last of two lines with the same name counts.
    return server_properties(inner, controller, folder / "logs") + "".join(f"{n}={v}\n" for n, v in more.items())


def _serves(config: Settings) -> bool:
    with suppress(BrokerUnavailableError):
        open_admin(config).close()
        return True
    return False
